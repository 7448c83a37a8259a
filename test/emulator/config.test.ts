import {
  ConfigError,
  type EmulatorOptions,
  parseConfig,
  parseScenario,
  SCENARIOS,
  startEmulator,
} from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { Authority } from '../../packages/emulator/src/pki/authority.ts';

const KEY = Buffer.alloc(64, 1).toString('base64');
const symmetric = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } };
const authority = new Authority(Date.now());

function problems(parse: () => unknown): { path: string; message: string }[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
  return [];
}

// An individual enrollment and a group as the service's REST API returns them, with everything the emulator does not act on.
const EXPORTED = {
  idScope: '0ne00ABCDEF',
  iotHubs: ['hub-a.azure-devices.net', 'hub-b.azure-devices.net'],
  individualEnrollments: [
    {
      capabilities: { iotEdge: false },
      attestation: symmetric,
      registrationId: 'sensor-17',
      deviceId: null,
      initialTwin: { tags: {}, properties: { desired: {} } },
      etag: '"0100"',
      provisioningStatus: 'enabled',
      reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true },
      createdDateTimeUtc: '2022-08-31T22:02:50.5163352Z',
      lastUpdatedDateTimeUtc: '2022-08-31T22:02:50.5163352Z',
      allocationPolicy: 'static',
      iotHubs: ['hub-b.azure-devices.net'],
    },
    {
      registrationId: 'machine-1',
      attestation: {
        type: 'x509',
        x509: { clientCertificates: { primary: { info: { sha256Thumbprint: 'AB:CD' } }, secondary: null } },
      },
    },
  ],
  enrollmentGroups: [
    {
      enrollmentGroupId: 'plant',
      attestation: {
        type: 'x509',
        x509: { signingCertificates: { primary: { certificate: authority.deviceRoot, info: {} } } },
      },
      iotHubHostName: 'hub-a.azure-devices.net',
    },
  ],
};

/** The way to each value of it, from the outside in. */
function* pathsIn(value: unknown, way: readonly string[] = []): Generator<readonly string[]> {
  if (way.length > 0) yield way;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) yield* pathsIn(member, [...way, name]);
}

function put(target: unknown, way: readonly string[], value: unknown): void {
  const owner = way.slice(0, -1).reduce((part, name) => (part as Record<string, unknown>)[name], target);
  (owner as Record<string, unknown>)[way.at(-1) ?? ''] = value;
}

describe('configuration', () => {
  test('an exported one loads, and unknown members are kept', () => {
    const parsed = parseConfig(EXPORTED);
    expect(parsed.individualEnrollments?.[0]).toMatchObject({ initialTwin: { tags: {} }, etag: '"0100"' });
  });

  test('a certificate may be PEM or the base64 of DER', () => {
    const base64 = authority.deviceRoot.replace(/-----[^-]+-----|\n/g, '');
    const group = {
      enrollmentGroupId: 'g',
      attestation: { type: 'x509', x509: { signingCertificates: { primary: { certificate: base64 } } } },
    };
    expect(problems(() => parseConfig({ enrollmentGroups: [group] }))).toEqual([]);
  });

  const individual = (fields: object) => ({
    individualEnrollments: [{ registrationId: 'a', attestation: symmetric, ...fields }],
  });
  const attested = (attestation: unknown) => individual({ attestation });
  const keyed = (primaryKey: unknown) => attested({ type: 'symmetricKey', symmetricKey: { primaryKey } });
  const signed = (x509: unknown) => ({
    enrollmentGroups: [{ enrollmentGroupId: 'g', attestation: { type: 'x509', x509 } }],
  });

  const devices = (...list: unknown[]) => ({ devices: list });
  const shown = (authentication: unknown) => devices({ deviceId: 'a', authentication });

  test.each([
    ['', 7, 'must be an object'],
    ['devices', { devices: {} }, 'must be an array'],
    ['devices[0]', devices('a'), 'must be an object'],
    ['devices[0].deviceId', devices({}), 'must be a text'],
    ['devices[0].deviceId', devices({ deviceId: 'a/b' }), '1 to 128'],
    ['devices[0].deviceId', devices({ deviceId: 'a#' }), 'no topic may hold'],
    ['devices[0].moduleId', devices({ deviceId: 'a', moduleId: '+' }), 'no topic may hold'],
    ['devices[1].deviceId', devices({ deviceId: 'a' }, { deviceId: 'a' }), 'the same as devices[0].deviceId'],
    [
      'devices[2].deviceId',
      devices({ deviceId: 'a' }, { deviceId: 'a', moduleId: 'm' }, { deviceId: 'a', moduleId: 'm' }),
      'the same as devices[1].deviceId',
    ],
    ['devices[0].status', devices({ deviceId: 'a', status: 'on' }), 'one of enabled, disabled'],
    ['devices[0].authentication', shown('sas'), 'must be an object'],
    ['devices[0].authentication.type', shown({ type: 'x509' }), 'one of sas, selfSigned, certificateAuthority'],
    ['devices[0].authentication.symmetricKey', shown({ symmetricKey: 'AAAA' }), 'must be an object'],
    ['devices[0].authentication.symmetricKey.primaryKey', shown({ symmetricKey: { primaryKey: '!' } }), 'not base64'],
    ['devices[0].authentication.symmetricKey.primaryKey', shown({ symmetricKey: { primaryKey: 'AAAA' } }), '3 bytes'],
    ['devices[0].authentication', shown({ type: 'selfSigned' }), 'needs an x509Thumbprint'],
    ['devices[0].authentication', shown({ type: 'SelfSigned', x509Thumbprint: {} }), 'needs an x509Thumbprint'],
    ['devices[0].authentication.x509Thumbprint', shown({ type: 'selfSigned', x509Thumbprint: 'ab' }), 'an object'],
    [
      'devices[0].authentication.x509Thumbprint.secondaryThumbprint',
      shown({ type: 'selfSigned', x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: 'abcd' } }),
      '40 hex digits',
    ],
    ['individualEnrollments[0]', [7], 'must be an object'],
    ['idScope', { idScope: '0ne-0' }, 'letters and digits'],
    ['iotHubs', { iotHubs: 'hub' }, 'must be an array'],
    ['iotHubs[1]', { iotHubs: ['a.b', 'not a host'] }, 'host name'],
    ['individualEnrollments', { individualEnrollments: {} }, 'must be an array'],
    ['individualEnrollments[0].registrationId', individual({ registrationId: '-a' }), '1 to 128'],
    ['individualEnrollments[0].registrationId', individual({ registrationId: 7 }), 'must be a text'],
    [
      'individualEnrollments[1].registrationId',
      {
        individualEnrollments: [individual({}), individual({ registrationId: 'A' })].flatMap(
          (c) => c.individualEnrollments,
        ),
      },
      'the same as individualEnrollments[0].registrationId',
    ],
    ['individualEnrollments[0].deviceId', individual({ deviceId: 3 }), 'must be a text'],
    ['individualEnrollments[0].attestation', attested(undefined), 'must be an object'],
    ['individualEnrollments[0].attestation.type', attested({ type: 'tpm' }), 'TPM is not offered over MQTT'],
    ['individualEnrollments[0].attestation.type', attested({ type: 'key' }), 'one of symmetricKey, x509'],
    ['individualEnrollments[0].attestation.symmetricKey.primaryKey', keyed('not base64!'), 'is not base64'],
    ['individualEnrollments[0].attestation.symmetricKey.primaryKey', keyed('AAAA'), 'holds 3 bytes'],
    [
      'individualEnrollments[0].provisioningStatus',
      individual({ provisioningStatus: 'on' }),
      'one of enabled, disabled',
    ],
    ['individualEnrollments[0].allocationPolicy', individual({ allocationPolicy: 'random' }), 'one of hashed'],
    [
      'individualEnrollments[0].reprovisionPolicy.updateHubAssignment',
      individual({ reprovisionPolicy: { updateHubAssignment: 'yes' } }),
      'true or false',
    ],
    [
      'individualEnrollments[0].customAllocationDefinition.webhookUrl',
      individual({ customAllocationDefinition: {} }),
      'must be a text',
    ],
    [
      'individualEnrollments[0].attestation.x509.signingCertificates',
      attested({
        type: 'x509',
        x509: { signingCertificates: {}, clientCertificates: { primary: { certificate: authority.deviceRoot } } },
      }),
      'use clientCertificates',
    ],
    [
      'enrollmentGroups[0].enrollmentGroupId',
      { enrollmentGroups: [{ enrollmentGroupId: 'a b', attestation: symmetric }] },
      '1 to 128',
    ],
    ['enrollmentGroups[0].attestation.x509.signingCertificates', signed({}), 'is missing'],
    [
      'enrollmentGroups[0].attestation.x509.signingCertificates.primary',
      signed({ signingCertificates: {} }),
      'is missing',
    ],
    [
      'enrollmentGroups[0].attestation.x509.signingCertificates.primary.certificate',
      signed({ signingCertificates: { primary: { info: {} } } }),
      'is missing, and so is a thumbprint',
    ],
    [
      'enrollmentGroups[0].attestation.x509.signingCertificates.primary.certificate',
      signed({ signingCertificates: { primary: { certificate: 'x' } } }),
      'not a certificate',
    ],
  ])('a fault at "%s" is named with its path', (path, config, message) => {
    expect(problems(() => parseConfig(config))).toContainEqual({ path, message: expect.stringContaining(message) });
  });

  test.each<[string, object, string]>([
    ['individualEnrollments[0].deviceId', individual({ deviceId: ' ' }), 'characters that a hub allows'],
    ['individualEnrollments[0].deviceId', individual({ deviceId: 'a\u202eb' }), 'characters that a hub allows'],
    ['individualEnrollments[0].deviceId', individual({ deviceId: 'a'.repeat(129) }), 'characters that a hub allows'],
    ['individualEnrollments[0].iotHubs[0]', individual({ iotHubs: ['a'.repeat(260)] }), 'not a host name'],
    ...['x', 'file:///etc/passwd', 'http://', '//host/x', 'ftp://host/x'].map(
      (webhookUrl): [string, object, string] => [
        'individualEnrollments[0].customAllocationDefinition.webhookUrl',
        individual({ customAllocationDefinition: { webhookUrl } }),
        'a URL of http or https',
      ],
    ),
  ])('what no hub and no web server could be given is named: "%s" %#', (path, config, message) => {
    expect(problems(() => parseConfig(config))).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  test('any value in any place loads, or is a problem of that place', () => {
    const certificate = { certificate: authority.deviceRoot };
    const whole = {
      idScope: '0ne00A',
      iotHubs: ['a.example'],
      individualEnrollments: [
        {
          registrationId: 'a',
          deviceId: 'd',
          attestation: symmetric,
          provisioningStatus: 'enabled',
          allocationPolicy: 'static',
          iotHubs: ['a.example'],
          iotHubHostName: 'a.example',
          reprovisionPolicy: { updateHubAssignment: true, migrateDeviceData: true },
          capabilities: { iotEdge: false },
        },
        {
          registrationId: 'b',
          attestation: { type: 'x509', x509: { clientCertificates: { primary: certificate, secondary: null } } },
          customAllocationDefinition: { webhookUrl: 'http://127.0.0.1:9/x', apiVersion: '2019-03-31' },
        },
      ],
      enrollmentGroups: [
        {
          enrollmentGroupId: 'g',
          attestation: { type: 'x509', x509: { signingCertificates: { primary: certificate } } },
        },
      ],
      devices: [
        { deviceId: 'p', moduleId: 'm', status: 'enabled', authentication: { ...symmetric, type: 'sas' } },
        {
          deviceId: 'q',
          authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'ab'.repeat(20) } },
        },
      ],
    };
    expect(problems(() => parseConfig(whole))).toEqual([]);
    const values = [
      null,
      0,
      -1,
      1.5,
      '',
      ' ',
      'x',
      '\0',
      '\u202e',
      'a\nb',
      'a'.repeat(1e5),
      true,
      [],
      [[]],
      [null],
      {},
    ];
    // Of JSON as well, and no text can be made of it.
    values.push({ toString: 1 }, Object.create(null));
    let tried = 0;
    for (const path of pathsIn(whole)) {
      for (const value of values) {
        const config: unknown = JSON.parse(JSON.stringify(whole));
        put(config, path, value);
        const at = path.reduce(
          (text, name) => (/^\d+$/.test(name) ? `${text}[${name}]` : text ? `${text}.${name}` : name),
          '',
        );
        for (const problem of problems(() => parseConfig(config))) {
          expect(problem.path.startsWith(at) || at.startsWith(problem.path), `${at} is told as ${problem.path}`).toBe(
            true,
          );
        }
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(700);
  });

  test('all faults are named at once', () => {
    const config = {
      idScope: '!',
      individualEnrollments: [{}, { registrationId: 'b', attestation: symmetric, deviceId: 1 }],
    };
    expect(problems(() => parseConfig(config)).map(({ path }) => path)).toEqual([
      'idScope',
      'individualEnrollments[0].registrationId',
      'individualEnrollments[0].attestation',
      'individualEnrollments[1].deviceId',
    ]);
  });

  test.each([
    ['port', { port: 70_000 }],
    ['retryAfterSeconds', { retryAfterSeconds: -1 }],
    ['limits.maxConnection', { limits: { maxConnection: 5 } }],
    ['scenario', { scenario: 'no-such' }],
  ])('an option that cannot be right is refused before anything listens: %s', async (path, options) => {
    await expect(startEmulator(options as EmulatorOptions)).rejects.toMatchObject({
      name: 'ConfigError',
      problems: [{ path }],
    });
  });
});

describe('scenario', () => {
  const rule = (fields: object) => ({ rules: [{ on: 'poll', fault: { stall: true }, ...fields }] });

  test.each(Object.entries(SCENARIOS))('%s of the library holds', (_name, scenario) => {
    expect(parseScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    expect(scenario.description).toBeTruthy();
  });

  test.each([
    ['rules', {}, 'is missing'],
    ['rules', { rules: {} }, 'must be an array'],
    ['seed', { seed: 1.5, rules: [] }, 'whole number'],
    ['rule', { rule: [], rules: [] }, 'is not known'],
    ['rules[0].on', { rules: [{ fault: { stall: true } }] }, 'is missing'],
    ['rules[0].on', rule({ on: 'publish' }), 'one of connection'],
    ['rules[0].on[1]', rule({ on: ['poll', 'x'] }), 'one of connection'],
    ['rules[0].fault', rule({ fault: {} }), 'says nothing'],
    ['rules[0].fault.stal', rule({ fault: { stal: true } }), 'is not known'],
    ['rules[0].fault.returnCode', rule({ fault: { returnCode: 6 } }), '1 to 5'],
    ['rules[0].fault.hex', rule({ fault: { hex: 'abc' } }), 'bytes in hex'],
    ['rules[0].fault.drop', rule({ fault: { drop: 'now' } }), 'one of before'],
    ['rules[0].fault.trickle.bytes', rule({ fault: { trickle: { bytes: 0, everyMs: 1 } } }), '1 to 65536'],
    ['rules[0].times', rule({ times: 0 }), '1 to'],
    ['rules[0].probability', rule({ probability: 2 }), '0 to 1'],
  ])('a fault at "%s" is named with its path', (path, scenario, message) => {
    expect(problems(() => parseScenario(scenario))).toContainEqual({ path, message: expect.stringContaining(message) });
  });
});
