import { ConfigError, type EmulatorOptions, startEmulator, VirtualClock } from '@mote/emulator';
import { describe, expect, test } from 'vitest';

// startEmulator, called in plain JavaScript: every option of a wrong kind, of a wrong value, or misspelt is named before anything
// listens, with what it has to be and what it is instead.

/** A value of each kind. */
const KINDS: Readonly<Record<string, unknown>> = {
  'a text': 'text',
  'an empty text': '',
  'a number': 7,
  'half a number': 1.5,
  'a number below zero': -1,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  true: true,
  false: false,
  'an object': {},
  'an array': [],
  'an array of a number': [7],
  'a function': () => {},
  'a bigint': 1n,
  'a symbol': Symbol('s'),
  'a Date': new Date(0),
};

type Kinds = readonly (keyof typeof KINDS & string)[];
const TEXT: Kinds = ['a text'];
const LIST: Kinds = ['an array'];
const OBJECT: Kinds = ['an object', 'a Date'];
const WHOLE: Kinds = ['a number'];

/** Of each option the kinds that may be right. */
const ALLOWED: Readonly<Record<keyof EmulatorOptions, Kinds>> = {
  idScope: TEXT,
  iotHubs: LIST,
  individualEnrollments: LIST,
  enrollmentGroups: LIST,
  devices: LIST,
  host: TEXT,
  port: WHOLE,
  webSocketPort: ['a number', 'false'],
  apiPort: ['a number', 'false'],
  serverNames: LIST,
  authority: TEXT,
  scenario: [],
  seed: WHOLE,
  pollsBeforeAssigned: WHOLE,
  retryAfterSeconds: WHOLE,
  authentication: [],
  chainChecks: [],
  clockSkewSeconds: WHOLE,
  throttling: OBJECT,
  hubTier: [],
  apiVersions: LIST,
  connectionProfiles: OBJECT,
  allocate: ['a function'],
  geoLatency: OBJECT,
  stateFile: TEXT,
  limits: OBJECT,
  clock: [],
};
const NAMES = Object.keys(ALLOWED) as (keyof EmulatorOptions)[];

/** What is said of these options. Nothing has begun: the error comes before any socket. */
async function problems(options: unknown): Promise<ConfigError['problems']> {
  const error = await startEmulator(options as EmulatorOptions).then(
    async (azure) => {
      await azure.close();
      return undefined;
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).problems;
}

describe.each(NAMES)('%s', (name) => {
  const wrong = Object.keys(KINDS).filter((kind) => !ALLOWED[name].includes(kind));

  test.each(wrong)('as %s is named, with what it has to be', async (kind) => {
    const found = await problems({ [name]: KINDS[kind] });
    for (const { path, message } of found) {
      expect(path === '' ? name : path).toMatch(new RegExp(`^${name}`));
      expect(message).not.toBe('');
    }
    expect(found.length).toBeGreaterThan(0);
  });

  test.each(
    NAMES.includes(name) ? [name.slice(1), `${name}s`, name.toUpperCase(), `${name.slice(0, 2)}${name.slice(3)}`] : [],
  )('spelt %s is not known, and the near one is named', async (spelt) => {
    if (NAMES.includes(spelt as never)) return;
    const [problem] = await problems({ [spelt]: undefined });
    expect(problem?.path).toBe(spelt);
    expect(problem?.message).toContain(`Did you mean "${name}"?`);
  });
});

describe('the whole', () => {
  test.each([5, 'options', true, [], () => {}, null, Symbol('s')])('that is %s', async (options) => {
    const [problem] = await problems(options);
    expect(problem?.message).toContain('must be an object');
  });

  test('names every problem at once, and repeats no text, which may be a key', async () => {
    const secret = Buffer.alloc(32, 7).toString('base64');
    const found = await problems({ port: secret, limits: secret, clock: secret, devices: secret });
    expect(found.map(({ path }) => path.split('.')[0])).toEqual(
      expect.arrayContaining(['port', 'limits', 'clock', 'devices']),
    );
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  test('null counts as absent for every option, as in the JSON of the service', async () => {
    const azure = await startEmulator({
      ...(Object.fromEntries(NAMES.map((name) => [name, null])) as object),
      webSocketPort: false,
    });
    expect(azure.port).toBeGreaterThan(0);
    await azure.close();
  });
});

describe('members of options', () => {
  test.each<[options: object, path: string, says: string]>([
    [{ limits: { maxConnections: 0 } }, 'limits.maxConnections', 'whole number from 1'],
    [{ limits: { maxconnections: 5 } }, 'limits.maxconnections', 'Did you mean "maxConnections"?'],
    [{ throttling: { messagesPerDay: 'many' } }, 'throttling.messagesPerDay', 'must be a whole number'],
    [{ throttling: { mesagesPerDay: 5 } }, 'throttling.mesagesPerDay', 'Did you mean "messagesPerDay"?'],
    [{ throttling: 'on' }, 'throttling', 'off, service'],
    [{ authentication: 'eagr' }, 'authentication', 'Did you mean "eager"?'],
    [{ chainChecks: 'opensll' }, 'chainChecks', 'Did you mean "openssl"?'],
    [{ hubTier: 'standart' }, 'hubTier', 'Did you mean "standard"?'],
    [{ clock: { now: () => 0 } }, 'clock.setTimeout', 'must be a function, and is missing'],
    [{ serverNames: ['a b'] }, 'serverNames[0]', 'neither a host name nor an address'],
    [{ apiVersions: [2021] }, 'apiVersions[0]', 'must be a text, not 2021'],
    [{ connectionProfiles: { hub: 5 } }, 'connectionProfiles.hub', 'must be a text, not 5'],
    [{ geoLatency: { hub: '5' } }, 'geoLatency.hub', 'must be a number'],
    [{ devices: [{ deviceid: 'a' }] }, 'devices[0].deviceId', 'is missing'],
    [{ scenario: 'throtled' }, 'scenario', 'throttled'],
  ])('%j', async (options, path, says) => {
    const found = await problems(options);
    expect(found.find((problem) => problem.path === path)?.message).toContain(says);
  });
});

describe('a VirtualClock', () => {
  test.each<[call: string, act: (clock: VirtualClock) => unknown]>([
    ['new VirtualClock("now")', () => new VirtualClock('now' as never)],
    ['new VirtualClock(NaN)', () => new VirtualClock(Number.NaN)],
    ['advance()', (clock) => clock.advance(undefined as never)],
    ['advance("1000")', (clock) => clock.advance('1000' as never)],
    ['advance(NaN)', (clock) => clock.advance(Number.NaN)],
    ['advance(-1)', (clock) => clock.advance(-1)],
    ['advance(Infinity)', (clock) => clock.advance(Number.POSITIVE_INFINITY)],
    ['setTimeout()', (clock) => clock.setTimeout(undefined as never, 5)],
    ['setTimeout("f")', (clock) => clock.setTimeout('f' as never, 5)],
    ['setTimeout(f, NaN)', (clock) => clock.setTimeout(() => {}, Number.NaN)],
  ])('%s is refused by name, and nothing has moved', (_call, act) => {
    const clock = new VirtualClock(1000);
    expect(() => act(clock)).toThrow(ConfigError);
    expect(clock.now()).toBe(1000);
  });
});
