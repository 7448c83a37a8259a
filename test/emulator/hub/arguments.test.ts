import { ConfigError, type Emulator, HubServiceError, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Callers in plain JavaScript: no compiler has looked at what they give. An error names the argument, what it has to be, what it
// is instead, and the near name where there is one; nothing has changed behind it.

let azure: Emulator;
beforeAll(async () => {
  azure = await startEmulator({
    webSocketPort: false,
    devices: [{ deviceId: 'boiler-1' }, { deviceId: 'boiler-1', moduleId: 'pump' }],
  });
});
afterAll(() => azure.close());

type Methods = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

/** What a call throws, or rejects with. */
async function errorOf(target: object, method: string, given: readonly unknown[]): Promise<unknown> {
  try {
    await (target as Methods)[method]!.apply(target, given as unknown[]);
  } catch (error) {
    return error;
  }
  return undefined;
}

const cyclic: Record<string, unknown> = {};
cyclic['itself'] = cyclic;
const D = 'boiler-1';

/** Method, what it is given, and what its message says. */
const HUB: readonly (readonly [method: string, given: readonly unknown[], ...says: string[]])[] = [
  // Which device.
  ...[
    'sendMessage',
    'invoke',
    'setDesired',
    'setTags',
    'twin',
    'disable',
    'enable',
    'disconnect',
    'purgeMessages',
  ].flatMap((method) => {
    const rest = { sendMessage: ['x'], invoke: ['m'], setDesired: [{}], setTags: [{}] }[method] ?? [];
    return [
      [method, [], 'deviceId: must be a text, and is missing'],
      [method, [undefined, ...rest], 'deviceId: must be a text, and is missing'],
      [method, [null, ...rest], 'deviceId: must be a text, not null'],
      [method, ['', ...rest], 'deviceId: must be a text, not an empty one'],
      [method, [5, ...rest], 'deviceId: must be a text, not 5'],
      [method, [{ deviceId: D }, ...rest], 'deviceId: must be a text, not an object'],
      [method, [[D], ...rest], 'deviceId: must be a text, not an array'],
      [method, ['boiler1', ...rest], '404001: there is no device "boiler1". Did you mean "boiler-1"?'],
      [method, ['Boiler-1', ...rest], '404001', 'Did you mean "boiler-1"?'],
      [method, ['x', ...rest], '404001: there is no device "x".'],
    ] as [string, unknown[], ...string[]][];
  }),
  // Messages.
  ['sendMessage', [D], 'body: must be a text or a Uint8Array, and is missing'],
  ['sendMessage', [D, 5], 'body: must be a text or a Uint8Array, not 5'],
  ['sendMessage', [D, null], 'body: must be a text or a Uint8Array, not null'],
  ['sendMessage', [D, { hello: 1 }], 'body: must be a text or a Uint8Array, not an object'],
  ['sendMessage', [D, 'x', 'full'], 'options: must be an object, not a text'],
  ['sendMessage', [D, 'x', null], 'options: must be an object, not null'],
  ['sendMessage', [D, 'x', { akc: 'full' }], 'options.akc: is not known. Did you mean "ack"?'],
  ['sendMessage', [D, 'x', { messageid: 'm' }], 'Did you mean "messageId"?'],
  ['sendMessage', [D, 'x', { property: {} }], 'options.property: is not known', 'There are properties, messageId'],
  ['sendMessage', [D, 'x', { ack: 'maybe' }], 'options.ack: must be one of none, positive, negative, full'],
  ['sendMessage', [D, 'x', { ack: 'ful' }], 'options.ack: is not known. Did you mean "full"?'],
  ['sendMessage', [D, 'x', { ack: true }], 'options.ack: must be one of', 'not true'],
  ['sendMessage', [D, 'x', { messageId: 7 }], 'options.messageId: must be a text, not 7'],
  ['sendMessage', [D, 'x', { messageId: 'm'.repeat(129) }], 'options.messageId: must be 1 to 128'],
  ['sendMessage', [D, 'x', { messageId: 'a b' }], 'options.messageId: must be 1 to 128'],
  ['sendMessage', [D, 'x', { expiry: {} }], 'options.expiry: must be a Date', 'not an object'],
  ['sendMessage', [D, 'x', { expiry: 'soon' }], 'options.expiry: is no time'],
  ['sendMessage', [D, 'x', { expiry: new Date(Number.NaN) }], 'options.expiry: is no time'],
  ['sendMessage', [D, 'x', { expiry: Number.NaN }], 'options.expiry: is no time'],
  ['sendMessage', [D, 'x', { contentType: {} }], 'options.contentType: must be a text, not an object'],
  ['sendMessage', [D, 'x', { correlationId: 1 }], 'options.correlationId: must be a text, not 1'],
  ['sendMessage', [D, 'x', { properties: [] }], 'options.properties: must be an object, not an array'],
  ['sendMessage', [D, 'x', { properties: { a: 5 } }], 'options.properties.a: must be a text or null, not 5'],
  ['sendMessage', [D, 'x', { properties: { a: undefined } }], 'options.properties.a: must be a text or null'],
  ['sendMessage', [D, 'x', { properties: { '': 'v' } }], 'a property needs a name'],
  ['sendMessage', [D, 'x', { properties: { '$.mid': 'v' } }], 'options.properties.$.mid', "the service's own"],
  ['sendMessage', [`${D}/pump`, 'x'], 'messages go to devices'],
  ['sendMessage', [D, 'x'.repeat(65_537)], '413001', '65537 bytes; 65536 are allowed'],
  ['sendMessage', [D, 'é'.repeat(32_769)], '413001', '65538 bytes'],
  ['sendMessage', [D, 'x', { properties: { a: 'y'.repeat(65_535) } }], '413001', '65537 bytes'],
  ['sendMessage', [D, '', { properties: { a: 'é'.repeat(16_000) } }], '413001', 'a topic of', '65535 are allowed'],
  ['sendMessage', [5, 6, 7], 'deviceId: must be a text, not 5', 'body: must be', 'options: must be an object, not 7'],
  // Methods.
  ['invoke', [D], 'method: must be a text, and is missing'],
  ['invoke', [D, 5], 'method: must be a text, not 5'],
  ['invoke', [D, ''], 'method: must be a text, not an empty one'],
  ['invoke', [D, 'two words'], 'method: a method name has 1 to 256 printable characters of ASCII'],
  ['invoke', [D, 'm'.repeat(257)], 'method: a method name has 1 to 256'],
  ['invoke', [D, 'grün'], 'method: a method name has'],
  ['invoke', [D, 'm', () => 1], 'payload: a function has no form in JSON'],
  ['invoke', [D, 'm', Symbol('s')], 'payload: a symbol has no form in JSON'],
  ['invoke', [D, 'm', { a: 1n }], 'payload: a bigint has no form in JSON'],
  ['invoke', [D, 'm', { a: [Number.NaN] }], 'payload: NaN has no form in JSON'],
  ['invoke', [D, 'm', cyclic], 'payload: nests deeper', 'refers to itself'],
  ['invoke', [D, 'm', 'x'.repeat(131_071)], '413001', '131073 bytes; 131072 are allowed'],
  ['invoke', [D, 'm', 'é'.repeat(65_536)], '413001', '131074 bytes'],
  ['invoke', [D, 'm', {}, 30], 'options: must be an object, not 30'],
  ['invoke', [D, 'm', {}, { timeout: 30 }], 'options.timeout: is not known. Did you mean "timeoutMs"?'],
  ['invoke', [D, 'm', {}, { timeoutMs: '30' }], 'options.timeoutMs: must be a number', 'not a text'],
  ['invoke', [D, 'm', {}, { timeoutMs: 0 }], 'options.timeoutMs: must be a number above 0, up to 300000, not 0'],
  ['invoke', [D, 'm', {}, { timeoutMs: 300_001 }], 'options.timeoutMs', 'not 300001'],
  ['invoke', [D, 'm', {}, { timeoutMs: Number.NaN }], 'options.timeoutMs', 'not NaN'],
  ['invoke', [D, 'm'], '404103'],
  // Twins.
  ['setDesired', [D], 'patch: must be an object, and is missing'],
  ['setDesired', ['x', 5], 'patch: must be an object, not 5'],
  ['setDesired', [D, 5], 'patch: must be an object, not 5'],
  ['setDesired', [D, null], 'patch: must be an object, not null'],
  ['setDesired', [D, '{"a":1}'], 'patch: must be an object, not a text'],
  ['setDesired', [D, [1]], 'patch: must be an object, not an array'],
  ['setDesired', [D, { a: 1n }], 'patch: a bigint has no form in JSON'],
  ['setDesired', [D, { a: () => 1 }], 'patch: a function has no form in JSON'],
  ['setDesired', [D, { a: Number.POSITIVE_INFINITY }], 'patch: Infinity has no form in JSON'],
  ['setDesired', [D, cyclic], 'patch: nests deeper', 'refers to itself'],
  ['setDesired', [D, { 'a.b': 1 }], '400000', 'holds a dot'],
  ['setTags', [D], 'patch: must be an object, and is missing'],
  ['setTags', [D, 5], 'patch: must be an object, not 5'],
  ['setTags', [D, null], 'patch: must be an object, not null'],
  ['setTags', [D, '{"a":1}'], 'patch: must be an object, not a text'],
  ['setTags', [D, [1]], 'patch: must be an object, not an array'],
  ['setTags', [D, { a: 1n }], 'patch: a bigint has no form in JSON'],
  ['setTags', [D, cyclic], 'patch: nests deeper', 'refers to itself'],
  ['setTags', [D, { 'a.b': 1 }], '400000', 'holds a dot'],
  ['setTags', [D, { a: 'x'.repeat(4096), b: 'x'.repeat(4096) }], '400000', '8192 are allowed'],
  // Links.
  ['restart', ['1000'], 'downMs: must be a number from 0 to 86400000, not a text'],
  ['restart', [-1], 'downMs: must be a number', 'not -1'],
  ['restart', [Number.NaN], 'downMs: must be a number', 'not NaN'],
];

describe('azure.hub', () => {
  test.each(HUB.map(([method, given, ...says], at) => ({ at, method, given, says })))(
    '$at. $method: $says',
    async ({ method, given, says }) => {
      const before = JSON.stringify([azure.hub.devices, azure.hub.twin(D)]);
      const error = await errorOf(azure.hub, method, given);
      expect(error).toBeInstanceOf(HubServiceError);
      for (const part of says) expect((error as Error).message).toContain(part);
      expect(JSON.stringify([azure.hub.devices, azure.hub.twin(D)])).toBe(before);
    },
  );

  test('every method that takes something is in the table', () => {
    const methods = [...new Set(HUB.map(([method]) => method))].sort();
    const known = Object.getOwnPropertyNames(Object.getPrototypeOf(azure.hub)).filter(
      (name) => !name.startsWith('recent') && typeof (azure.hub as unknown as Methods)[name] === 'function',
    );
    // What the emulator itself calls, and what takes nothing.
    const others = [
      'constructor',
      'serve',
      'putDevice',
      'removeDevice',
      'addTelemetry',
      'addFeedback',
      'changeTwin',
      'close',
    ];
    expect(known.filter((name) => ![...others, 'telemetry', 'feedback'].includes(name)).sort()).toEqual(methods);
  });

  test('no word of a text that was given wrong is in the message: it may be a key', async () => {
    const secret = Buffer.alloc(32, 7).toString('base64');
    for (const [method, given] of [
      ['setDesired', [D, secret]],
      ['sendMessage', [D, 'x', secret]],
      ['invoke', [D, 'm', 1, { timeoutMs: secret }]],
    ] as const)
      expect(String(await errorOf(azure.hub, method, given))).not.toContain(secret);
  });
});

describe("what is given stays the caller's", () => {
  test('a patch, a payload and properties may be changed behind the call; what was read, too', async () => {
    const patch = { list: [1, { deep: true }] };
    await azure.hub.setDesired(D, patch);
    patch.list.push(2);
    const read = azure.hub.twin(D);
    (read.desired['list'] as unknown[]).push(3);
    expect(azure.hub.twin(D).desired['list']).toEqual([1, { deep: true }]);
  });

  test('what JSON leaves out is not kept: undefined; a Date is its text', async () => {
    const version = await azure.hub.setDesired(D, { left: undefined, at: new Date(0) });
    expect(azure.hub.twin(D).desired).toMatchObject({ at: '1970-01-01T00:00:00.000Z', $version: version });
    expect(azure.hub.twin(D).desired).not.toHaveProperty('left');
  });

  test('ack counts without case, as the service takes it', async () => {
    await azure.hub.sendMessage(D, 'x', { ack: 'Full' as 'full', properties: { empty: '', none: null } });
    expect(azure.hub.purgeMessages(D)).toBe(1);
    for await (const record of azure.hub.feedback()) {
      expect(record).toMatchObject({ statusCode: 'Purged' });
      break;
    }
  });
});

describe('the emulator', () => {
  test.each<readonly [method: string, given: readonly unknown[], says: string]>([
    ['issueDeviceCertificate', [], 'registrationId: must be a text, and is missing'],
    ['issueDeviceCertificate', [undefined], 'registrationId: must be a text, and is missing'],
    ['issueDeviceCertificate', [null], 'registrationId: must be a text, not null'],
    ['issueDeviceCertificate', [''], 'registrationId: must be a text, not an empty one'],
    ['issueDeviceCertificate', [5], 'registrationId: must be a text, not 5'],
    ['issueDeviceCertificate', [{ registrationId: 'a' }], 'registrationId: must be a text, not an object'],
    ['individual', [], 'attestation: must be one of symmetricKey, x509, and is missing'],
    ['individual', [5], 'attestation: must be one of symmetricKey, x509, not 5'],
    ['individual', ['symetricKey'], 'attestation: is not known. Did you mean "symmetricKey"?'],
    ['individual', ['tpm'], 'attestation: must be one of symmetricKey, x509'],
    ['group', [], 'attestation: must be one of symmetricKey, x509, and is missing'],
    ['group', ['x.509b'], 'attestation: is not known. Did you mean "x509"?'],
    ['setScenario', [5], ''],
    ['setScenario', ['flaky-lnk'], 'flaky-link'],
    ['reload', [], ''],
    ['reload', [5], 'object'],
    ['reload', [{ devicez: [] }], 'devicez: is not known. Did you mean "devices"?'],
  ])('%s with %j', async (method, given, says) => {
    const error = await errorOf(azure, method, given);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(says);
  });
});
