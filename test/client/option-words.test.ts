import { connect, connectHub, openDevice, provision, symmetricKey } from '@mote/client';
import * as lean from '@mote/client/lean';
import { describe, expect, test } from 'vitest';
import { CONNECT_RULES, PUBLISH_RULES } from '../../packages/client/src/connect/check-connect-options.ts';
import { BATCH, CLOSE, HUB_LINK, SEND } from '../../packages/client/src/device/hub-rules.ts';
import { HUB_OPTIONS } from '../../packages/client/src/explain/options/hub.ts';
import { MQTT_OPTIONS } from '../../packages/client/src/explain/options/mqtt.ts';
import { optionSentenceNear } from '../../packages/client/src/explain/options/near-name.ts';
import { PROVISION_OPTIONS } from '../../packages/client/src/explain/options/provision.ts';
import { type OptionWords, optionSentence } from '../../packages/client/src/explain/options/sentence.ts';
import { check, type Rule } from '../../packages/client/src/option-rules.ts';
import { PROVISION_RULES } from '../../packages/client/src/provision/check-options.ts';
import { refusal } from './loopback.ts';

function messageOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** What takes any value is never wrong. */
const ANY = ['tls.cert', 'tls.key', 'tls.crl', 'connectionProfile'];

/** Every option, those of options too, by the name that an error gives it. */
function namesOf(rules: object, prefix = ''): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => {
    const [test] = [rule].flat();
    const isTable = typeof test === 'object' && !(test instanceof RegExp);
    return [`${prefix}${name}`, ...(isTable ? namesOf(test, `${prefix}${name}.`) : [])];
  });
}

const TABLES: [string, object, OptionWords][] = [
  ['provision', PROVISION_RULES, PROVISION_OPTIONS],
  ['connect', CONNECT_RULES, MQTT_OPTIONS],
  ['publish', PUBLISH_RULES, MQTT_OPTIONS],
  ['a hub', HUB_LINK, HUB_OPTIONS],
  ['send', SEND, HUB_OPTIONS],
  ['batch', BATCH, HUB_OPTIONS],
  ['close', CLOSE, HUB_OPTIONS],
];

test.each(TABLES)('for every option of %s there are words, and none for what is no option', (_what, rules, words) => {
  const names = namesOf(rules);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names)
    if (!ANY.includes(name)) expect(optionSentence(`${name}: wrong`, words), name).not.toBe(`${name}: wrong`);
  for (const message of ['nothing: wrong', 'constructor: missing', 'idScope', 'hub: wrong'])
    expect(optionSentence(message, words)).toBe(message);
});

test.each(TABLES)('a name of %s that differs by its case is told how it is written', (_what, rules, words) => {
  for (const name of namesOf(rules)) {
    const last = name.replace(/.*\./, '');
    const wrong = name.replace(last, last.toUpperCase());
    expect(optionSentenceNear(`${wrong}: no such option`, words)).toBe(`${wrong}: no such option; is ${last} meant?`);
  }
});

test.each([
  ['idscope', 'idscope: no such option; is idScope meant?'],
  ['registrationID', 'registrationID: no such option; is registrationId meant?'],
  ['timeout', 'timeout: no such option; is timeoutMs meant?'],
  ['endPoint', 'endPoint: no such option; is endpoint meant?'],
  ['onprogres', 'onprogres: no such option; is onProgress meant?'],
  ['host', 'host: no such option'],
  ['toString', 'toString: no such option'],
])('provision, given %s, says what is meant where that is near', async (name, message) => {
  const attestation = symmetricKey(Buffer.alloc(32, 7).toString('base64'));
  const options = { idScope: '0ne00ABCDEF', registrationId: 'device', attestation, [name]: 'x' };
  expect(await refusal(provision(options as never))).toMatchObject({ code: 'invalid-options', message });
});

/** Values of plain JavaScript, as an error names their kinds. */
const KINDS: [unknown, string][] = [
  [5, 'number'],
  [-1.5, 'number'],
  [Number.NaN, 'number'],
  ['\ud800', 'string'],
  [true, 'boolean'],
  [null, 'null'],
  [[1], 'array'],
  [{ a: 1 }, 'object'],
  [() => {}, 'function'],
  [new Map(), 'map'],
  [new Date(0), 'date'],
  [new Uint8Array(1), 'uint8array'],
  [Promise.resolve(), 'promise'],
  [Symbol('s'), 'symbol'],
  [1n, 'bigint'],
];

test.each(TABLES)('a value of a wrong kind for any option of %s is named by its kind', (_what, rules, words) => {
  const refuse = (option: string, why: string): never => {
    throw new Error(optionSentenceNear(`${option}: ${why}`, words));
  };
  let refused = 0;
  for (const [name, rule] of Object.entries(rules as Record<string, Rule>)) {
    for (const [value, kind] of KINDS) {
      const said = messageOf(() => check({ [name]: value }, { [name]: rule }, refuse));
      // Taken; or taken for an object of options, whose member is refused.
      if (said === undefined || !said.startsWith(`${name}: `)) continue;
      refused += 1;
      expect(said).toContain(words[name]);
      // Of the right kind, and wrong by what is in it.
      if (!words[name]!.includes(kind)) expect(said).toMatch(new RegExp(` \\(given: ${kind}\\)$`));
    }
  }
  expect(refused).toBeGreaterThan(Object.keys(rules).length * 3);
});

describe('the name stands in front in every entry, and lean says no more than what is wrong with it', () => {
  const attestation = symmetricKey(Buffer.alloc(32, 7).toString('base64'));
  const good = { idScope: '0ne00ABCDEF', registrationId: 'device', attestation };
  test.each<[string, string, (entry: typeof lean) => Promise<unknown>, typeof lean, string]>([
    [
      'provision',
      'idScope',
      ({ provision: call }) => call({ ...good, idScope: 'a/b' }),
      { ...lean, provision } as never,
      'such as 0ne00ABCDEF',
    ],
    [
      'provision',
      'retry.attempts',
      ({ provision: call }) => call({ ...good, retry: { attempts: -1 } }),
      { ...lean, provision } as never,
      'a whole number, 0 to 1000',
    ],
    [
      'connect',
      'keepAlive',
      ({ connect: call }) => call({ host: 'h', clientId: 'c', keepAlive: -1 }),
      { ...lean, connect } as never,
      'a whole number, 0 to 65535',
    ],
    [
      'connectHub',
      'keepAlive',
      ({ connectHub: call }) => call({ hostName: 'h', deviceId: 'd', attestation, keepAlive: -1 }),
      { ...lean, connectHub } as never,
      'whole seconds',
    ],
    [
      'connectHub',
      'properties.n',
      ({ connectHub: call }) =>
        call({ hostName: 'h', deviceId: 'd', attestation, will: { body: '', properties: { n: 1 as never } } }),
      { ...lean, connectHub } as never,
      'text or null',
    ],
    [
      'openDevice',
      'idScope',
      ({ openDevice: call }) => call({ ...good, idScope: 'a/b' }),
      { ...lean, openDevice } as never,
      'such as 0ne00ABCDEF',
    ],
    [
      'openDevice',
      'hub.keepAlive',
      ({ openDevice: call }) => call({ ...good, hub: { keepAlive: -1 } }),
      { ...lean, openDevice } as never,
      'whole seconds',
    ],
  ])('%s: %s', async (_name, option, call, full, words) => {
    const short = (await refusal(call(lean))) as { code: string; message: string };
    const [, kind = ''] = /^[\w.]+: wrong: (String|Number)$/.exec(short.message) ?? [];
    expect(short).toMatchObject({ code: 'invalid-options', message: `${option}: wrong: ${kind}` });
    const { message } = (await refusal(call(full))) as { message: string };
    expect(message).toContain(`${option}: ${words}`);
    if (!message.includes('number')) expect(message).toContain(`(given: ${kind.toLowerCase()})`);
  });
});
