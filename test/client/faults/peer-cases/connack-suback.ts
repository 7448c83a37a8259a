import { expect } from 'vitest';
import { at, before, behind, dialled, hex, OTHER } from './packet-tools.ts';
import { type PeerCase, SILENCE } from './peer-case.ts';

// CONNACK and SUBACK: refused, twice, too early, never, with the wrong identifier or the wrong number of codes, and what comes in their place.

const CONNECTING: readonly PeerCase[] = [
  ...[1, 2, 4, 5].map(
    (code): PeerCase => ({
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
  ).map(([name, bytes]): PeerCase => ({ name, ...at('connect', () => bytes), ends: 'protocol-violation' })),
  { name: 'CONNACK twice, the second later', ...before('subscribe', '20020000'), ends: 'protocol-violation' },
  {
    name: 'CONNACK with a length that is longer than it needs to be',
    ...at('connect', () => '2082000000'),
    ends: 'assigned',
  },
];

const SUBSCRIBING: readonly PeerCase[] = [
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
    ([name, bytes]): PeerCase => ({
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

export const CONNACK_SUBACK: readonly PeerCase[] = [...CONNECTING, ...SUBSCRIBING];
