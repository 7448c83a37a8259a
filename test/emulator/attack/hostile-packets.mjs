import { createHmac } from 'node:crypto';
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

/** At the hub: strangers, and a device that has a key. */
const AT_HUB = [
  (host) => connect('thief', `${host}/thief/?api-version=2021-04-12`, hubToken(host, 'thief')),
  (host) => connect('nobody', `${host}/nobody/?api-version=2021-04-12`, hubToken(host, 'nobody')),
  (host) =>
    connect('thief', `${host}/thief/?api-version=2021-04-12&DeviceClientType=${text(60_000)}`, hubToken(host, 'thief')),
  (host) => connect('thief', `${host}/thief/?api-version=${text(60_000)}`, 'x'),
];
const THIEF = 'devices/thief/messages/';
const TWIN = '$iothub/twin/PATCH/properties/reported/?$rid=';
const FILTERS = [`${THIEF}devicebound/#`, '$iothub/twin/res/#', '$iothub/credentials/res/#'];
const HUB_LARGE = [
  () => publish(`${THIEF}events/`, text(262_144)),
  () => publish(`${THIEF}events/${'a&'.repeat(20_000)}`, text(1000)),
  () => publish(`${TWIN}1`, `{"a":${'['.repeat(60_000)}${']'.repeat(60_000)}}`),
  () => publish(`${TWIN}1`, `{${many(9000, (index) => `"m${index}":0`).join(',')}}`),
  () => publish('$iothub/credentials/POST/issueCertificate/?$rid=abcd', `{"id":"thief","csr":"${text(200_000)}"}`),
  () => publish(`${THIEF}events/`, text(262_145)),
];
const HUB_SMALL = [
  () => encodeSubscribe({ packetId: 3, subscriptions: FILTERS.map((topicFilter) => ({ topicFilter, qos: 2 })) }),
  () => publish('$iothub/twin/GET/?$rid=__proto__', '', 0),
  () => publish(`${TWIN}2`, '{"__proto__":{"polluted":true}}', 0),
  () => publish('$iothub/methods/res/200/?$rid=1', '{}', 0),
  () => publish(`${THIEF}events/%24.mid=m&constructor=1`, '{}'),
  () => encodeUnsubscribe({ packetId: 4, topicFilters: ['constructor', '#'] }),
  () => Buffer.from('40020007', 'hex'),
  () => Buffer.from('c000', 'hex'),
];

/** Of the device that means harm, in base64. */
export const THIEF_KEY = Buffer.alloc(32, 3).toString('base64');

function hubToken(host, deviceId) {
  const sr = encodeURIComponent(`${host}/devices/${deviceId}`);
  const expiry = 4_102_444_800;
  const signature = createHmac('sha256', Buffer.from(THIEF_KEY, 'base64')).update(`${sr}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(signature)}&se=${expiry}`;
}

function connect(clientId, userName, password) {
  return encodeConnect({ clientId, cleanSession: true, keepAlive: 60, userName, password: Buffer.from(password) });
}

const madeAtHub = { large: HUB_LARGE.map((make) => make()), small: HUB_SMALL.map((make) => make()) };
const made = { large: LARGE.map((make) => make()), small: SMALL.map((make) => make()) };

/** What one connection sends: a CONNECT and `count - 1` packets. */
export function hostileBurst(scope, host, number, count) {
  // One in three at the hub.
  const isAtHub = number % 3 === 0;
  const kinds = isAtHub ? madeAtHub : made;
  const turn = isAtHub ? number / 3 : number;
  const first = isAtHub
    ? AT_HUB[turn % AT_HUB.length](host)
    : CONNECTS[number % 8 < CONNECTS.length ? number % 8 : 0](scope, `stranger-${number}`);
  const large = kinds.large[turn % kinds.large.length];
  const small = many(count - 2, (index) => kinds.small[(turn + index) % kinds.small.length]);
  return Buffer.concat([first, ...small, large]);
}
