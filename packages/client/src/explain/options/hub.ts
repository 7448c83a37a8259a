import { MQTT_OPTIONS } from './mqtt.ts';
import type { OptionWords } from './sentence.ts';
import { AGENT, DIAL, ENDPOINT, FUNCTION, KEEP_ALIVE, OBJECT } from './words.ts';

const HUB_QOS = '0 or 1: a hub closes the link on QoS 2';

const TELEMETRY: OptionWords = {
  properties: OBJECT,
  contentType: 'text',
  contentEncoding: 'text',
  messageId: '1 to 128 characters of an id',
  correlationId: 'text',
  creationTime: 'a Date, or ISO 8601',
  component: 'text',
  outputName: 'text',
  qos: HUB_QOS,
};

const ID = "1 to 128 letters, digits and - . % _ * ? ! ( ) , : = @ $ ' ; (no + or #, which no topic can hold)";

/** What options of `connectHub`, of `hub` in `openDevice`, and of a device's methods have to be. */
export const HUB_OPTIONS: OptionWords = {
  ...MQTT_OPTIONS,
  ...TELEMETRY,
  ...Object.fromEntries(Object.entries(TELEMETRY).map(([name, words]) => [`will.${name}`, words])),
  'will.body': 'bytes, text or JSON',
  transport: `'tls', 'websocket', 'auto', or ${DIAL}`,
  keepAlive: KEEP_ALIVE,
  endpoint: ENDPOINT,
  apiVersion: 'such as 2021-04-12',
  modelId: 'a DTMI',
  clientVersion: AGENT,
  tokenSeconds: '60 to 31,536,000 seconds',
  attestation: 'symmetricKey, groupKey, sasSigner, x509 or a function',
  hostName: ENDPOINT,
  deviceId: ID,
  moduleId: ID,
  connectionString: 'HostName, DeviceId and a key',
  maxBytes: 'bytes, 64 to 262,144',
  maxDelayMs: 'milliseconds, up to a day',
  cache: 'an object with load and save',
  'assigned deviceId': 'the service has given one with + or #, which no topic can hold: change the enrollment',
  body: 'bytes, a JSON value, or text without half surrogate pairs',
  value: 'a JSON value',
  'properties.*': 'text or null',
  'properties.* name': 'a name that does not begin with $ or iothub-',
  name: 'of a method',
  handler: FUNCTION,
  status: 'an integer of 32 bits',
  payload: 'a JSON value',
  patch: 'a JSON object',
  'patch.*': 'an integer is -4503599627370496 to 4503599627370495',
  'patch.* name': 'a name without . $ blanks and control characters',
  csr: 'a certificate request (PKCS #10) in PEM, DER or base64',
};
