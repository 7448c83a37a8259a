import { connect, connectHub, openDevice, provision, symmetricKey } from '@mote/client';
import * as lean from '@mote/client/lean';
import { describe, expect, test } from 'vitest';
import { CONNECT_RULES, PUBLISH_RULES } from '../../packages/client/src/connect/check-connect-options.ts';
import { BATCH, CLOSE, HUB_LINK, SEND } from '../../packages/client/src/device/check-hub-options.ts';
import { HUB_OPTIONS } from '../../packages/client/src/explain/options/hub.ts';
import { MQTT_OPTIONS } from '../../packages/client/src/explain/options/mqtt.ts';
import { optionSentenceNear } from '../../packages/client/src/explain/options/near-name.ts';
import { PROVISION_OPTIONS } from '../../packages/client/src/explain/options/provision.ts';
import { type OptionWords, optionSentence } from '../../packages/client/src/explain/options/sentence.ts';
import { PROVISION_RULES } from '../../packages/client/src/provision/check-options.ts';
import { refusal } from './loopback.ts';

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
    expect(await refusal(call(lean))).toMatchObject({ code: 'invalid-options', message: `${option}: wrong` });
    const { message } = (await refusal(call(full))) as { message: unknown };
    expect(message).toContain(`${option}: ${words}`);
  });
});
