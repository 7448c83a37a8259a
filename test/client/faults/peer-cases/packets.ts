import { ASSIGNED } from '../../hostile/server.ts';
import { at, before, behind, dialled, hex, OTHER, publish } from './packet-tools.ts';
import { type PeerCase, SILENCE } from './peer-case.ts';

// MQTT packets while an answer is awaited: at the wrong time, twice, out of order, with the wrong identifier, of a kind that no
// server may send, together in one write, or in part.

const ACKNOWLEDGING: readonly PeerCase[] = [
  {
    name: 'no PUBACK, and an answer all the same',
    step: 'register',
    misbehave: () => {},
    ends: 'assigned',
  },
  {
    name: 'PUBACK behind the answer',
    step: 'register-answer',
    misbehave: (peer, good) => peer.write(Buffer.concat([good, hex('40020002')])),
    ends: 'assigned',
  },
  { name: 'PUBACK twice', ...at('register', (_peer, good) => Buffer.concat([good, good])), ends: 'assigned' },
  { name: 'PUBACK of our SUBSCRIBE', ...before('register', '40020001'), ends: 'assigned' },
  ...(
    [
      ['PUBACK with identifier 0', '40020000'],
      ['PUBACK with the identifier of nobody', '40023333'],
      ['PUBACK with flags 2', '42020002'],
      ['PUBACK with a byte too many', '4003000200'],
      ['PUBACK of one byte', '400100'],
      ['SUBACK in place of PUBACK', '9003000201'],
      ['UNSUBACK in place of PUBACK', 'b0020002'],
      ['PUBREC in place of PUBACK', '50020002'],
      ['PUBREL', '62020002'],
      ['PUBCOMP', '70020002'],
      ['SUBSCRIBE from the server', '820600010001 6101'],
      ['UNSUBSCRIBE from the server', 'a20500010001 61'],
      ['PINGREQ while an answer is awaited', 'c000'],
      ['DISCONNECT while an answer is awaited', 'e000'],
      ['PUBLISH with both QoS bits', '3605000161 0001'],
      ['PUBLISH with DUP at QoS 0', '3803000161'],
      ['PUBLISH with identifier 0', '32060001610000 78'],
      ['PUBLISH with an empty topic', '30020000'],
      ['PUBLISH with a wildcard in its topic', '3003000123'],
      ['PUBLISH with U+0000 in its topic', '3003000100'],
      ['PUBLISH with a topic that is no UTF-8', '30030001ff'],
      ['PUBLISH with a topic longer than the packet', '3003ffff61'],
      ['PINGRESP with a body', 'd00100'],
    ] as const
  ).map(
    ([name, bytes]): PeerCase => ({
      name,
      ...at('register', () => bytes),
      ends: 'protocol-violation',
      with: { stage: 'register' },
      check: (server) => dialled(server.peers, 1),
    }),
  ),
];

const TOGETHER: readonly PeerCase[] = [
  {
    name: 'two answers in one write, of which the first counts',
    ...at('register-answer', (peer) => Buffer.concat([peer.reply({ body: ASSIGNED }), peer.reply({ body: OTHER })])),
    ends: 'assigned',
  },
  {
    name: '202 and 200 to the same request in one write: the 200 is to nobody',
    ...at('register-answer', (peer) =>
      Buffer.concat([
        peer.reply({ status: 202, body: { operationId: '4.op', status: 'assigning' }, properties: '&retry-after=1' }),
        peer.reply({ body: OTHER }),
      ]),
    ),
    times: 1,
    ends: 'assigned',
  },
  {
    name: '401 behind the answer',
    ...at('register-answer', (peer, good) => Buffer.concat([good, peer.reply({ status: 401, body: {} })])),
    ends: 'assigned',
  },
  { name: 'garbage behind the answer', ...behind('register-answer', 'f5ff00ff'), ends: 'assigned' },
  {
    name: 'ten packets behind a violation, none of which is delivered',
    ...at('register-answer', (_peer, good) => Buffer.concat([hex('f5'), ...Array.from({ length: 10 }, () => good)])),
    ends: 'protocol-violation',
  },
  {
    name: 'an answer in the chunk behind a violation',
    step: 'register-answer',
    misbehave: (peer, good) => {
      peer.write(hex('42020002'));
      setImmediate(() => peer.write(good));
    },
    ends: 'protocol-violation',
  },
  {
    name: 'PINGRESP that nobody asked for, 1,000 times',
    ...at('register-answer', (_peer, good) => Buffer.concat([hex('d000'.repeat(1000)), good])),
    ends: 'assigned',
  },
  {
    name: 'a message that is delivered again under the same identifier',
    ...at('register-answer', (_peer, good) =>
      Buffer.concat([publish({ qos: 1, messageId: 7 }), publish({ qos: 1, messageId: 7, dup: true }), good]),
    ),
    ends: 'assigned',
  },
  {
    name: 'half an answer, and the end of the connection',
    step: 'register-answer',
    misbehave: (peer, good) => {
      peer.write(good.subarray(0, 40));
      peer.end();
    },
    ends: 'connection-lost',
    with: { stage: 'register' },
  },
  {
    name: 'half an answer, and then silence',
    ...at('register-answer', (_peer, good) => good.subarray(0, 40)),
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'register' },
  },
  {
    name: '256 MB announced',
    ...at('register-answer', () => '30ffffff7f0001'),
    ends: 'protocol-violation',
  },
  {
    name: 'a byte more than 256 KiB announced',
    ...at('register-answer', () => '32fdff0f0001'),
    ends: 'protocol-violation',
  },
  {
    name: 'an answer and the end of the connection',
    step: 'register-answer',
    misbehave: (peer, good) => {
      peer.write(good);
      peer.end();
    },
    ends: 'assigned',
  },
  {
    name: '401 and the end of the connection',
    answer: () => ({ status: 401, body: {} }),
    step: 'register-answer',
    misbehave: (peer, good) => {
      peer.write(good);
      peer.end();
    },
    ends: 'unauthorized',
  },
];

export const PACKETS: readonly PeerCase[] = [...ACKNOWLEDGING, ...TOGETHER];
