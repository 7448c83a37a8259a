import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  type EmulatorConfig,
  type EmulatorEvent,
  type EmulatorOptions,
  parseConfig,
  parseScenario,
  startEmulator,
  watchConfig,
} from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { Authority } from '../../packages/emulator/src/pki/authority.ts';
import { nearName } from '../../packages/emulator/src/service/values/near-name.ts';
import { registerByHand } from './register-by-hand.ts';
import { sasToken } from './sas.ts';

const KEY = Buffer.alloc(64, 1).toString('base64');
const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } as const;

/** As `az iot dps enrollment show` prints it; `--show-keys` fills in the keys. */
const SHOWN = {
  allocationPolicy: null,
  attestation: { symmetricKey: { primaryKey: KEY, secondaryKey: KEY }, tpm: null, type: 'symmetricKey', x509: null },
  capabilities: { iotEdge: false },
  createdDateTimeUtc: '2024-02-01T09:15:11.1234567Z',
  customAllocationDefinition: null,
  deviceId: null,
  etag: '"8602fb4d-0000-0300-0000-65bb6d4f0000"',
  initialTwin: null,
  iotHubHostName: null,
  iotHubs: null,
  lastUpdatedDateTimeUtc: '2024-02-01T09:15:11.1234567Z',
  optionalDeviceInformation: null,
  provisioningStatus: 'enabled',
  registrationId: 'shown-1',
  registrationState: { status: 'unassigned' },
  reprovisionPolicy: { migrateDeviceData: true, updateHubAssignment: true },
};
const { registrationId: _id, registrationState: _state, deviceId: _device, ...shared } = SHOWN;
const GROUP = { ...shared, enrollmentGroupId: 'shown-group' };
const x509 = (more: object) => ({ caReferences: null, clientCertificates: null, signingCertificates: null, ...more });

async function warningsOf(options: EmulatorOptions): Promise<string[]> {
  const dps = await startEmulator({ webSocketPort: false, ...options });
  await dps.close();
  const reasons: string[] = [];
  for await (const event of dps.events) if (event.type === 'warning') reasons.push(event.reason);
  return reasons;
}

describe('what the Azure CLI prints loads as it is', () => {
  test.each([
    ['enrollment show', SHOWN, 1, 0],
    ['enrollment list', [SHOWN, { ...SHOWN, registrationId: 'shown-2' }], 2, 0],
    ['enrollment-group show', GROUP, 0, 1],
    ['enrollment-group list', [GROUP], 0, 1],
    ['both lists in one', [SHOWN, GROUP], 1, 1],
    ['a list of none', [], 0, 0],
    [
      'show without --show-keys',
      { ...SHOWN, attestation: { ...SHOWN.attestation, symmetricKey: { primaryKey: null, secondaryKey: null } } },
      1,
      0,
    ],
    [
      'show of a certificate, its info only',
      {
        ...SHOWN,
        attestation: {
          symmetricKey: null,
          tpm: null,
          type: 'x509',
          x509: x509({
            clientCertificates: {
              primary: { certificate: null, info: { sha1Thumbprint: 'AA', sha256Thumbprint: 'BB' } },
              secondary: null,
            },
          }),
        },
      },
      1,
      0,
    ],
    [
      'show of a certificate of which one thumbprint is known',
      {
        ...SHOWN,
        attestation: {
          symmetricKey: null,
          tpm: null,
          type: 'x509',
          x509: x509({
            clientCertificates: {
              primary: { certificate: null, info: { sha1Thumbprint: null, sha256Thumbprint: 'BB' } },
              secondary: { certificate: null, info: { sha1Thumbprint: 'AA', sha256Thumbprint: null } },
            },
          }),
        },
      },
      1,
      0,
    ],
    [
      'group show with caReferences',
      {
        ...GROUP,
        attestation: { type: 'x509', x509: x509({ caReferences: { primary: 'plant-ca', secondary: null } }) },
      },
      0,
      1,
    ],
    [
      'group show with the info of its CA',
      {
        ...GROUP,
        attestation: {
          type: 'x509',
          x509: x509({ signingCertificates: { primary: { certificate: null, info: { sha256Thumbprint: 'CC' } } } }),
        },
      },
      0,
      1,
    ],
  ])('az iot dps %s', async (_what, exported, individuals, groups) => {
    const config = parseConfig(JSON.parse(JSON.stringify(exported)));
    expect([config.individualEnrollments?.length, config.enrollmentGroups?.length]).toEqual([individuals, groups]);
    await using dps = await startEmulator({ webSocketPort: false, ...config });
    expect(dps.enrollments).toHaveLength(individuals + groups);
  });

  test('a device of an export registers', async () => {
    await using dps = await startEmulator({ webSocketPort: false, ...parseConfig(SHOWN) });
    const password = sasToken({ idScope: dps.idScope, registrationId: 'shown-1', key: KEY });
    expect((await registerByHand(dps, { registrationId: 'shown-1', password })).code).toBe(200);
  });

  test('a group whose CA is known by thumbprint takes devices that send it', async () => {
    const plant = new Authority(Date.now());
    const { X509Certificate } = await import('node:crypto');
    const info = { sha256Thumbprint: new X509Certificate(plant.deviceRoot).fingerprint256 };
    const group = {
      enrollmentGroupId: 'g',
      attestation: { type: 'x509', x509: { signingCertificates: { primary: { info } } } },
    } as const;
    await using dps = await startEmulator({ webSocketPort: false, enrollmentGroups: [group] });
    const { cert, key } = plant.issueDevice('m');
    expect((await registerByHand(dps, { registrationId: 'm', cert, key })).code).toBe(401);
    expect((await registerByHand(dps, { registrationId: 'm', cert: cert + plant.deviceRoot, key })).code).toBe(200);
  });

  test.each([
    [
      'caReferences',
      { enrollmentGroupId: 'g', attestation: { type: 'x509', x509: { caReferences: { primary: 'plant-ca' } } } },
      '"plant-ca" is not in the export',
    ],
    [
      'a thumbprint for a CA',
      {
        enrollmentGroupId: 'g',
        attestation: { type: 'x509', x509: { signingCertificates: { primary: { info: { sha1Thumbprint: 'aa' } } } } },
      },
      'by thumbprint only',
    ],
  ])('%s: what stands in for it is said', async (_what, group, expected) => {
    expect(await warningsOf({ enrollmentGroups: [group as never] })).toEqual([expect.stringContaining(expected)]);
  });

  test.each(['LightSensor#1', 'a+b', '#'])(
    'a device id that cannot publish over MQTT is said when it loads: %s',
    async (deviceId) => {
      const individualEnrollments = [{ registrationId: 'a', attestation, deviceId }];
      expect(await warningsOf({ individualEnrollments })).toEqual([expect.stringContaining('[MQTT-3.3.2-2]')]);
    },
  );
});

describe('enumerations compare without case, as the service does', () => {
  const words: readonly (readonly [string, unknown, string])[] = [
    ['allocationPolicy', ['hashed', 'Hashed', 'HASHED'], 'hashed'],
    ['allocationPolicy', ['geoLatency', 'geolatency', 'GeoLatency'], 'geoLatency'],
    ['allocationPolicy', ['static', 'Static'], 'static'],
    ['allocationPolicy', ['custom', 'Custom'], 'custom'],
    ['provisioningStatus', ['enabled', 'Enabled', 'ENABLED'], 'enabled'],
    ['provisioningStatus', ['disabled', 'Disabled'], 'disabled'],
  ];
  test.each(
    words.flatMap(([member, spellings, expected]) =>
      (spellings as string[]).map((word) => [member, word, expected] as const),
    ),
  )('%s %s', (member, word, expected) => {
    const config = parseConfig({ individualEnrollments: [{ registrationId: 'a', attestation, [member]: word }] });
    expect(config.individualEnrollments?.[0]?.[member]).toBe(expected);
  });

  test.each([
    ['symmetrickey', 'symmetricKey'],
    ['SymmetricKey', 'symmetricKey'],
    ['X509', 'x509'],
  ])('attestation.type %s', (word, expected) => {
    const config = parseConfig({ individualEnrollments: [{ registrationId: 'a', attestation: { type: word } }] });
    expect(config.individualEnrollments?.[0]?.attestation.type).toBe(expected);
  });

  test.each([
    ['reprovisionandmigratedata', { updateHubAssignment: true, migrateDeviceData: true }],
    ['ReprovisionAndResetData', { updateHubAssignment: true, migrateDeviceData: false }],
    ['NEVER', { updateHubAssignment: false, migrateDeviceData: false }],
  ])('reprovisionPolicy %s, in the words of the CLI', (word, expected) => {
    const config = parseConfig({
      individualEnrollments: [{ registrationId: 'a', attestation, reprovisionPolicy: word }],
    });
    expect(config.individualEnrollments?.[0]?.reprovisionPolicy).toEqual(expected);
  });

  test.each(['TPM', 'Tpm'])('and what is not offered is named in any case: %s', (type) => {
    expect(() => parseConfig({ individualEnrollments: [{ registrationId: 'a', attestation: { type } }] })).toThrow(
      'TPM is not offered',
    );
  });
});

describe('an unknown name is refused, with the near one', () => {
  const refusal = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return 'not refused';
  };

  test.each([
    [{ enrollmentgroups: [] }, 'Did you mean "enrollmentGroups"?'],
    [{ individualEnrolments: [] }, 'Did you mean "individualEnrollments"?'],
    [{ idscope: 'x' }, 'Did you mean "idScope"?'],
    [{ iot_hubs: [] }, 'Did you mean "iotHubs"?'],
    [{ foo: 1 }, 'There are idScope, iotHubs'],
    [JSON.parse('{"__proto__":1}'), 'is not known'],
    [{ constructor: 1 }, 'is not known'],
    [{ toString: 1 }, 'is not known'],
  ])('of a configuration: %j', (config, message) => {
    expect(refusal(() => parseConfig(config))).toContain(message);
  });

  test.each([
    [{ retryAfter: 1 }, 'Did you mean "retryAfterSeconds"?', 'retryAfter'],
    [{ webSocketport: 1 }, 'Did you mean "webSocketPort"?', 'webSocketport'],
    [{ statefile: 'x' }, 'Did you mean "stateFile"?', 'statefile'],
    [{ foo: 1 }, 'There are idScope', 'foo'],
    [{ limits: { maxConnection: 5 } }, 'Did you mean "maxConnections"?', 'limits.maxConnection'],
    [{ limits: { toString: 5 } }, 'is not known', 'limits.toString'],
    [{ scenario: 'throtled' }, 'Did you mean "throttled"?', 'scenario'],
    [{ scenario: 'constructor' }, 'There are throttled', 'scenario'],
    [{ scenario: '__proto__' }, 'There are throttled', 'scenario'],
    [
      { throttling: { registrationsPerMinut: 1 } },
      'Did you mean "registrationsPerMinute"?',
      'throttling.registrationsPerMinut',
    ],
    [{ throttling: 'on' }, 'must be one of off, service', 'throttling'],
    [{ allocate: 'hub' }, 'must be a function', 'allocate'],
    [{ clock: {} }, 'must be a function', 'clock.now'],
    [{ host: 1 }, 'must be a text, not 1', 'host'],
    [{ host: ['a'] }, 'must be a text, not an array', 'host'],
    [{ port: '8883' }, 'must be a whole number from 0 to 65535, not a text', 'port'],
    [{ prot: 1 }, 'Did you mean "port"?', 'prot'],
    [{ throttling: 'servce' }, 'Did you mean "service"?', 'throttling'],
    [{ iotHubs: {} }, 'must be an array, not an object', 'iotHubs'],
    [{ devices: [{}] }, 'must be a text, and is missing', 'devices[0].deviceId'],
    [{ stateFile: '' }, 'must be a text, not an empty one', 'stateFile'],
  ])('of startEmulator: %j', async (options, message, path) => {
    await expect(startEmulator(options as never)).rejects.toMatchObject({
      name: 'ConfigError',
      problems: expect.arrayContaining([{ path, message: expect.stringContaining(message) }]),
    });
  });

  test.each([
    [{ ruls: [], rules: [] }, 'Did you mean "rules"?'],
    [{ rules: [{ on: 'poll', fault: { stall: true }, registrationid: 'x' }] }, 'Did you mean "registrationId"?'],
    [{ rules: [{ on: 'poll', fault: { delayMS: 1, stal: true } }] }, 'Did you mean "stall"?'],
    [{ rules: [{ on: 'poll', fault: { trickle: { byte: 1, everyMs: 1 } } }] }, 'Did you mean "bytes"?'],
  ])('of a scenario: %j', (scenario, message) => {
    expect(refusal(() => parseScenario(scenario))).toContain(message);
  });

  test('but one inside an enrollment is kept, as the service gains members', () => {
    const config = parseConfig({ individualEnrollments: [{ registrationId: 'a', attestation, newMember: { x: 1 } }] });
    expect(config.individualEnrollments?.[0]).toMatchObject({ newMember: { x: 1 } });
  });

  test('undefined is no member, and the near name has a floor', async () => {
    await (await startEmulator({ webSocketPort: false, stateFile: undefined, scenario: undefined })).close();
    expect(nearName('xyz', ['idScope', 'iotHubs'])).toBeUndefined();
    expect(nearName('x'.repeat(100_000), ['idScope'])).toBeUndefined();
  });
});

describe('a watched configuration', () => {
  async function* reloads(events: AsyncIterable<EmulatorEvent>): AsyncGenerator<EmulatorEvent> {
    for await (const event of events) if (event.type === 'reloaded' || event.type === 'reload-failed') yield event;
  }
  const config = (...ids: string[]): EmulatorConfig => ({
    individualEnrollments: ids.map((registrationId) => ({ registrationId, attestation })),
  });

  test.each([
    ['a folder that is swapped, as a Kubernetes ConfigMap is', 'mount'],
    ['a link to a folder', 'linked'],
  ])('behind %s is read again', async (_what, kind) => {
    const root = mkdtempSync(join(tmpdir(), 'mote-watch-'));
    const place = (name: string, content: EmulatorConfig) => {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'config.json'), JSON.stringify(content));
    };
    place('one', config('a'));
    place('two', config('a', 'b'));
    place('three', config('a', 'b', 'c'));
    const swap = (to: string) => {
      symlinkSync(to, join(root, '..data_tmp'));
      renameSync(join(root, '..data_tmp'), join(root, '..data'));
    };
    swap('one');
    if (kind === 'mount') symlinkSync(join('..data', 'config.json'), join(root, 'config.json'));
    await using dps = await startEmulator({ webSocketPort: false, ...config('a') });
    const watch = watchConfig(kind === 'mount' ? join(root, 'config.json') : join(root, '..data', 'config.json'), dps);
    const seen = reloads(dps.events);
    swap('two');
    if (kind === 'linked') writeFileSync(join(root, 'one', 'touched'), '');
    expect(await seen.next()).toMatchObject({ value: { type: 'reloaded', enrollments: 2 } });
    swap('three');
    if (kind === 'linked') writeFileSync(join(root, 'two', 'touched'), '');
    expect(await seen.next()).toMatchObject({ value: { type: 'reloaded', enrollments: 3 } });
    watch.close();
    rmSync(root, { recursive: true });
  });
});

describe('what the service says now', () => {
  const password = (idScope: string) => sasToken({ idScope, registrationId: 'a', key: KEY });
  const individualEnrollments = [{ registrationId: 'a', attestation }];

  test.each([
    '2017-11-15',
    '2018-11-01',
    '2019-03-31',
    '2021-06-01',
    '2021-10-01',
    '2025-07-01-preview',
    '2026-11-01',
    '2026-11-02-preview',
  ])('api-version %s is known', async (apiVersion) => {
    await using dps = await startEmulator({ webSocketPort: false, individualEnrollments, pollsBeforeAssigned: 0 });
    expect((await registerByHand(dps, { registrationId: 'a', password: password(dps.idScope), apiVersion })).code).toBe(
      200,
    );
  });

  test.each(['2019-03-30', '2030-01-01', '2026-11-02', '2025-07-01'])(
    'api-version %s is not: CONNACK 5, until it is named',
    async (apiVersion) => {
      await using dps = await startEmulator({ webSocketPort: false, individualEnrollments, pollsBeforeAssigned: 0 });
      expect(
        (await registerByHand(dps, { registrationId: 'a', password: password(dps.idScope), apiVersion })).code,
      ).toBe(5);
      await using later = await startEmulator({
        webSocketPort: false,
        individualEnrollments,
        pollsBeforeAssigned: 0,
        apiVersions: [apiVersion],
      });
      expect(
        (await registerByHand(later, { registrationId: 'a', password: password(later.idScope), apiVersion })).code,
      ).toBe(200);
    },
  );

  test('connectionProfile of a hub is told from the api-version on that has it', async () => {
    const iotHubs = ['new.device.azure-devices.net'];
    await using dps = await startEmulator({
      webSocketPort: false,
      individualEnrollments,
      iotHubs,
      pollsBeforeAssigned: 0,
      connectionProfiles: { 'new.device.azure-devices.net': 'mqttV5' },
    });
    const state = async (apiVersion: string) =>
      (await registerByHand(dps, { registrationId: 'a', password: password(dps.idScope), apiVersion })).body[
        'registrationState'
      ];
    expect(await state('2026-11-02-preview')).toMatchObject({ assignedHub: iotHubs[0], connectionProfile: 'mqttV5' });
    expect(await state('2026-11-01')).not.toHaveProperty('connectionProfile');
  });
});
