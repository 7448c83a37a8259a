import {
  encodeConnect,
  encodePublish,
  encodeSubscribe,
  encodeUnsubscribe,
} from '../../../packages/codec/dist/index.js';

const REGISTER = '$dps/registrations/PUT/iotdps-register/?$rid=';
const POLL = '$dps/registrations/GET/iotdps-get-operationstatus/?$rid=';
const LARGEST = 97_000;

const text = (length) => Buffer.alloc(length, 'x').toString();
const many = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const publish = (topicName, payload, qos = 1) =>
  encodePublish({ topicName, payload: Buffer.from(payload), qos, packetId: qos === 0 ? undefined : 7 });
const arrays = (depth) => `{"payload":${'['.repeat(depth)}${']'.repeat(depth)}}`;

/** Each field at its largest, deepest and strangest; what comes in large takes longer, so it comes less often. */
const LARGE = [
  () => encodeUnsubscribe({ packetId: 1, topicFilters: many(24_000, (index) => index.toString(36)) }),
  () =>
    encodeSubscribe({
      packetId: 1,
      subscriptions: many(15_000, (index) => ({ topicFilter: index.toString(36), qos: 2 })),
    }),
  () => publish(`${REGISTER}1`, arrays(45_000)),
  () => publish(`${REGISTER}1`, `{"payload":{${many(9000, (index) => `"m${index}":0`).join(',')}}}`),
  () => publish(`${REGISTER}1`, `{"payload":{"x":"${text(LARGEST - 100)}"},"csr":"AAAA"}`),
  () => publish(`${REGISTER}1`, Buffer.alloc(LARGEST, 0xff)),
  () => publish(`${POLL}1&operationId=${text(60_000)}`, text(30_000)),
  () => publish(`${REGISTER}1&filling=${text(60_000)}`, '{}'),
];
const SMALL = [
  () => Buffer.from('c000', 'hex'),
  () => publish(`${REGISTER}1`, '{"__proto__":{"polluted":true},"payload":{"constructor":{"prototype":1}}}', 0),
  () => publish(`${REGISTER}${text(1000)}`, '{"payload":{"toJSON":1}}', 0),
  () => publish(`${POLL}2&operationId=constructor`, ' ', 0),
  () => publish(`${POLL}2`, '', 0),
  () => publish(`${REGISTER}\u202e\ufeffx`, '{', 0),
  () => encodeSubscribe({ packetId: 3, subscriptions: [{ topicFilter: '$dps/registrations/res/#', qos: 2 }] }),
  () => encodeUnsubscribe({ packetId: 4, topicFilters: ['constructor', '__proto__', '#'] }),
  () => publish(`${REGISTER}3`, `{"registrationId":"${text(200)}","tpm":{},"csr":[]}`, 0),
  () => Buffer.from('40020007', 'hex'),
];

/** CONNECTs that are refused or accepted, each with its largest text. */
const CONNECTS = [
  (scope, id) =>
    connect(id, `${scope}/registrations/${id}/api-version=2019-03-31`, 'SharedAccessSignature sr=a&sig=a&se=1'),
  (scope, id) =>
    connect(id, `${scope}/registrations/${id}/api-version=2019-03-31&ClientVersion=${text(60_000)}`, 'no token'),
  (scope, id) =>
    connect(
      id,
      `${scope}/registrations/${id}/api-version=2019-03-31`,
      `SharedAccessSignature sr=${'%2F'.repeat(20_000)}&sig=${'A'.repeat(43)}%3D&se=1`,
    ),
  (scope, id) => connect(text(60_000), `${scope}/registrations/${id}/api-version=2019-03-31`, 'x'),
  (_scope, id) => connect(id, `${text(60_000)}/registrations/${id}/api-version=2019-03-31`, 'x'),
  (scope, id) => connect(id, `${scope}/registrations/${id}/api-version=${text(60_000)}`, 'x'),
];

function connect(clientId, userName, password) {
  return encodeConnect({ clientId, cleanSession: true, keepAlive: 60, userName, password: Buffer.from(password) });
}

const made = { large: LARGE.map((make) => make()), small: SMALL.map((make) => make()) };

/** What one connection without a key sends: a CONNECT and `count - 1` packets. */
export function hostileBurst(scope, number, count) {
  const first = CONNECTS[number % 8 < CONNECTS.length ? number % 8 : 0](scope, `stranger-${number}`);
  const large = made.large[number % made.large.length];
  const small = many(count - 2, (index) => made.small[(number + index) % made.small.length]);
  return Buffer.concat([first, ...small, large]);
}
