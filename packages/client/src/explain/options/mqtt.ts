import type { OptionWords } from './sentence.ts';
import { DIAL, FUNCTION, MS, OBJECT, SIGNAL, SOME_MS, TLS_OPTIONS, URL } from './words.ts';

const BYTES_OR_TEXT = 'a Uint8Array or text';
const TEXT_FIELD = 'text of up to 65,535 bytes, without U+0000';
const FIELD = `${BYTES_OR_TEXT} of up to 65,535 bytes`;
const FLAG = 'true or false';
const QOS = '0, 1 or 2';

/** What options of `connect` and of its client's methods have to be. */
export const MQTT_OPTIONS: OptionWords = {
  ...TLS_OPTIONS,
  tls: 'an object or a function',
  'tls.cert': 'PEM',
  'tls.key': 'PEM',
  'tls.passphrase': 'text',
  options: OBJECT,
  host: 'a host name or address, without port',
  port: 'a whole number, 1 to 65535',
  transport: `'tls', 'websocket', 'tcp', 'auto', or ${DIAL}`,
  path: 'a path in ASCII that begins with /',
  proxy: URL,
  clientId: `${TEXT_FIELD}, and not empty with cleanSession: false`,
  cleanSession: FLAG,
  keepAlive: 'a whole number, 0 to 65535',
  will: OBJECT,
  'will.topicName': 'a Topic Name, without + and #',
  'will.payload': FIELD,
  'will.qos': QOS,
  'will.retain': FLAG,
  credentials: 'an object or a function',
  'credentials.userName': `${TEXT_FIELD}, needed with a password [MQTT-3.1.2-22]`,
  'credentials.password': FIELD,
  window: 'a whole number, 1 to 65000',
  queue: OBJECT,
  'queue.maxMessages': 'a number, 0 or more',
  'queue.maxBytes': 'a number, 0 or more',
  'queue.whenFull': 'reject, drop-oldest or drop-newest',
  store: 'an object with load, put, delete and clear',
  retry: OBJECT,
  'retry.baseMs': MS,
  'retry.capMs': MS,
  'retry.attempts': 'a number, 0 or more',
  'retry.standMs': MS,
  'retry.silenceMs': SOME_MS,
  onSessionLost: 'resume or fail',
  maxPacketSize: 'a whole number, 2 to 268435455',
  timeoutMs: SOME_MS,
  signal: SIGNAL,
  onState: FUNCTION,
  onPacket: FUNCTION,
  topicName: 'a Topic Name, without + and #',
  payload: BYTES_OR_TEXT,
  qos: QOS,
  retain: FLAG,
  expiresAfterMs: SOME_MS,
  topicFilter: 'a Topic Filter: + fills a level, # the last one',
  highWater: 'a whole number, 1 to 1000000',
  whenFull: 'hold, drop-oldest or drop-newest',
  ack: 'auto, after or manual',
  drainMs: MS,
};
