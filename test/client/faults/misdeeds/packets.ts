import { generate, type Packet } from 'mqtt-packet';
import { expect } from 'vitest';
import type { Peer } from '../../hostile/peer.ts';
import { ASSIGNED } from '../../hostile/server.ts';
import { type Misdeed, SILENCE } from './misdeed.ts';

// MQTT packets that come at the wrong time, twice, out of order, with the wrong identifier, or that no server may send.

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const OTHER = { ...ASSIGNED, registrationState: { ...ASSIGNED.registrationState, assignedHub: 'other.test' } };

/** `send` gets the peer and what a good server would send. */
const at = (step: Misdeed['step'], send: (peer: Peer, good: Buffer) => Buffer | string): Partial<Misdeed> => ({
  step,
  misbehave(peer, good) {
    const bytes = send(peer, good);
    peer.write(typeof bytes === 'string' ? hex(bytes) : bytes);
  },
});
const behind = (step: Misdeed['step'], text: string): Partial<Misdeed> =>
  at(step, (_peer, good) => Buffer.concat([good, hex(text)]));
const before = (step: Misdeed['step'], text: string): Partial<Misdeed> =>
  at(step, (_peer, good) => Buffer.concat([hex(text), good]));
const publish = (fields: object): Buffer =>
  generate({ cmd: 'publish', topic: 'a', payload: 'x', qos: 0, dup: false, retain: false, ...fields } as Packet);

const CONNECTING: readonly Misdeed[] = [
  ...[1, 2, 4, 5].map(
    (code): Misdeed => ({
      name: `CONNACK ${code}`,
      ...at('connect', () => `2002000${code}`),
      ends: 'connection-refused',
      with: { returnCode: code, stage: 'connect' },
      check: (server) => dialled(server.peers, 1),
    }),
  ),
  {
    name: 'CONNACK 3 for ever, which is tried again',
    ...at('connect', () => '20020003'),
    ends: 'connection-refused',
    with: { returnCode: 3 },
    check: (server) => dialled(server.peers, 2),
  },
  { name: 'CONNACK 3 once', ...at('connect', () => '20020003'), times: 1, ends: 'assigned' },
  {
    name: 'CONNACK 5 and the end of the connection',
    step: 'connect',
    misbehave: (peer) => {
      peer.write(hex('20020005'));
      peer.end();
    },
    ends: 'connection-refused',
    with: { returnCode: 5 },
  },
  ...(
    [
      ['CONNACK 6', '20020006'],
      ['CONNACK 255', '200200ff'],
      ['CONNACK with Session Present after CleanSession 1 [MQTT-3.2.2-1]', '20020100'],
      ['CONNACK with a reserved bit', '20020200'],
      ['CONNACK of MQTT 5', '2003000000'],
      ['CONNACK that is empty', '2000'],
      ['CONNACK with reserved flags', '21020000'],
      ['CONNACK twice in one write', '20020000 20020000'],
      ['SUBACK before CONNACK', '9003000101'],
      ['PUBLISH before CONNACK', '3003000161'],
      ['PUBACK before CONNACK', '40020001'],
      ['PINGRESP before CONNACK', 'd000'],
      ['CONNECT from the server', '100c00044d5154540402003c0000'],
      ['DISCONNECT from the server', 'e000'],
      ['PINGREQ from the server', 'c000'],
      ['AUTH of MQTT 5', 'f000'],
      ['packet type 0', '0000'],
      ['a length of five bytes', '20ffffffff7f'],
    ] as const
  ).map(([name, bytes]): Misdeed => ({ name, ...at('connect', () => bytes), ends: 'protocol-violation' })),
  { name: 'CONNACK twice, the second later', ...before('subscribe', '20020000'), ends: 'protocol-violation' },
  {
    name: 'CONNACK with a length that is longer than it needs to be',
    ...at('connect', () => '2082000000'),
    ends: 'assigned',
  },
];

const SUBSCRIBING: readonly Misdeed[] = [
  {
    name: 'SUBACK 0x80',
    ...at('subscribe', () => '9003000180'),
    ends: 'subscribe-refused',
    with: { stage: 'subscribe' },
  },
  { name: 'SUBACK with QoS 0', ...at('subscribe', () => '9003000100'), ends: 'assigned' },
  ...(
    [
      ['SUBACK with QoS 2, more than was asked for', '9003000102'],
      ['SUBACK with code 03', '9003000103'],
      ['SUBACK with code 7F', '900300017f'],
      ['SUBACK with code 81', '9003000181'],
      ['SUBACK without codes', '90020001'],
      ['SUBACK with a code too many', '900400010101'],
      ['SUBACK with 0x80 as a code too many', '900400010180'],
      ['SUBACK with identifier 0', '9003000001'],
      ['SUBACK with the identifier of nobody', '9003003701'],
      ['SUBACK with flags 2', '9203000101'],
      ['PUBACK in place of SUBACK', '40020001'],
      ['UNSUBACK in place of SUBACK', 'b0020001'],
      ['PUBREC in place of SUBACK', '50020001'],
    ] as const
  ).map(
    ([name, bytes]): Misdeed => ({
      name,
      ...at('subscribe', () => bytes),
      ends: 'protocol-violation',
      with: { stage: 'subscribe' },
    }),
  ),
  {
    name: 'SUBACK of a server that sets flags of its own, which the error names',
    ...at('subscribe', () => '9203000101'),
    ends: 'protocol-violation',
    with: { message: expect.stringMatching(/flags.* byte 0 .*packet type 9|SUBACK/) },
  },
  { name: 'SUBACK twice', ...at('subscribe', (_peer, good) => Buffer.concat([good, good])), ends: 'assigned' },
  { name: 'SUBACK, and 0x80 behind it', ...behind('subscribe', '9003000180'), ends: 'assigned' },
  {
    name: 'no SUBACK',
    step: 'subscribe',
    misbehave: () => {},
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'subscribe' },
  },
  {
    name: 'an answer before SUBACK, to a request that was not made yet',
    ...at('subscribe', (peer, good) => Buffer.concat([peer.reply({ requestId: '1', body: OTHER }), good])),
    ends: 'assigned',
  },
  {
    name: 'an answer in the place of SUBACK',
    ...at('subscribe', (peer) => peer.reply({ requestId: '1', body: OTHER })),
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'subscribe' },
  },
];

const ACKNOWLEDGING: readonly Misdeed[] = [
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
    ([name, bytes]): Misdeed => ({
      name,
      ...at('register', () => bytes),
      ends: 'protocol-violation',
      with: { stage: 'register' },
      check: (server) => dialled(server.peers, 1),
    }),
  ),
];

const TOGETHER: readonly Misdeed[] = [
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

function dialled(peers: readonly unknown[], times: number): void {
  if (peers.length !== times) throw new Error(`${peers.length} connections`);
}

export const PACKETS: readonly Misdeed[] = [...CONNECTING, ...SUBSCRIBING, ...ACKNOWLEDGING, ...TOGETHER];
