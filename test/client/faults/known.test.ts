import { getActiveResourcesInfo } from 'node:process';
import { provision } from '@mote/client';
import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { TestAuthority } from '../hostile/certificates.ts';
import { dripping } from '../hostile/misbehaviours.ts';
import { ASSIGNED, type Peer } from '../hostile/server.ts';
import { serverFrame } from '../hostile/web-socket-peer.ts';
import { Loopback } from '../loopback.ts';
import { type Misdeed, tryOut } from './misdeeds/misdeed.ts';

// What the client does not do right yet. Each is to pass some day: then `fails` goes, and the case moves to the file it is of.

const authority = new TestAuthority();
const identity = authority.server();

const wrong = (reason: string, misdeed: Misdeed): void =>
  test.fails(`${misdeed.name} (${reason})`, () =>
    tryOut({ subject: 'known', misdeed, transport: misdeed.over ?? 'tls' }, authority, identity));

wrong('the upgrade is sent once more, into the WebSocket: `secureConnect` comes with each handshake', {
  name: 'renegotiation of TLS 1.2 below a WebSocket',
  over: 'wss',
  tls: { maxVersion: 'TLSv1.2' },
  step: 'subscribe',
  misbehave: (peer, good) => {
    peer.tls.renegotiate({}, () => peer.write(good));
  },
  ends: 'assigned',
});

// A secret that comes back from the peer is masked in the text of the answer, before the JSON in it is parsed.
const password = (peer: Peer): string => String((peer.wire.packets[0] as { password?: Buffer }).password);
const echo = (body: (peer: Peer) => string): Partial<Misdeed> => ({
  step: 'register-answer',
  misbehave: (peer) => peer.write(peer.reply({ status: 403, body: body(peer) })),
  ends: 'unauthorized',
});

wrong('the token shows in the message of the error', {
  name: 'a SAS token that comes back in escapes of JSON',
  proof: 'signer',
  ...echo((peer) => {
    const escaped = [...password(peer)].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    return `{"message":"${escaped}"}`;
  }),
  ends: 'unauthorized',
});

wrong('a signature shows as soon as it is not whole', {
  name: 'a SAS token that comes back without its end',
  proof: 'signer',
  ...echo((peer) =>
    JSON.stringify({
      message: password(peer)
        .replace(/&se=.*/, '')
        .slice(0, -6),
    }),
  ),
  ends: 'unauthorized',
});

wrong('the token shows in the trace of packets: payloads are masked, topics are not', {
  name: 'a SAS token that comes back as a topic',
  proof: 'signer',
  step: 'register-answer',
  misbehave: (peer, good) => {
    const packet = { cmd: 'publish', topic: `x/${password(peer)}`, payload: '', qos: 0, dup: false, retain: false };
    peer.write(Buffer.concat([generate(packet as Packet), good]));
  },
  ends: 'assigned',
});

wrong('the CSR shows in message and response: packets are masked for it, errors are not', {
  name: 'a CSR that comes back',
  withCsr: true,
  ...echo((peer) => {
    const request = peer.wire.packets.find((packet) => packet.cmd === 'publish');
    const { csr } = JSON.parse(String((request as { payload: Buffer }).payload));
    return JSON.stringify({ message: `what is ${csr}?` });
  }),
  ends: 'unauthorized',
});

for (const status of [200, 400])
  wrong('JSON.stringify of the error or assignment overflows the stack', {
    name: `${status} with 100,000 brackets in one another`,
    answer: () => ({
      status,
      body: JSON.stringify(ASSIGNED).replace(/}}$/, `,"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`),
    }),
    ends: status === 200 ? 'assigned' : 'bad-request',
  });

for (const [what, frame] of [
  ['a ping', '8900'],
  ['CLOSE', '880203e8'],
] as const)
  wrong('it is answered behind our own end, which destroys the socket before the goodbye is out', {
    name: `${what} in one chunk with the last answer`,
    over: 'wss',
    step: 'register-answer',
    misbehave: (peer, good) => peer.writeFrames(good, Buffer.concat([serverFrame(good), Buffer.from(frame, 'hex')])),
    ends: 'assigned',
    check: (server) => {
      const { frames, heard } = server.peers[0]!;
      expect(heard).toContain('disconnect');
      expect(frames.frames.at(-1)?.opcode).toBe(8);
    },
  });

wrong('DISCONNECT follows CLOSE, and behind CLOSE nothing may come [RFC 6455 5.5.1]', {
  name: 'a frame that breaks RFC 6455, when MQTT is open',
  over: 'wss',
  step: 'register-answer',
  misbehave: (peer) => peer.writeBare(Buffer.from('8300', 'hex')),
  ends: 'protocol-violation',
});

wrong('the violation is noticed when the pause is over, and then as `the session is closed`', {
  name: 'garbage in one write with 429',
  answer: () => ({ status: 429, body: {}, properties: '&retry-after=1' }),
  step: 'register-answer',
  misbehave: (peer, good) => peer.write(Buffer.concat([good, Buffer.from('f500', 'hex')])),
  ends: 'protocol-violation',
  within: 900,
});

wrong('Node compares the common name when there is no subjectAltName; RFC 9525 6.3 does away with that', {
  name: 'a certificate with a common name only',
  certificate: (one) => one.server([]),
  ends: 'tls-failed',
  with: { stage: 'tls' },
});

wrong('the message of progress is for people, and takes hub and device id as they come', {
  name: 'a hub with an escape sequence in its name',
  answer: () => ({
    status: 200,
    body: { ...ASSIGNED, registrationState: { ...ASSIGNED.registrationState, deviceId: 'a\u001b[2Jb' } },
  }),
  ends: ['assigned', 'protocol-violation'],
  check: (_server, progress) => expect(progress.filter(({ message }) => message.includes('\u001b'))).toEqual([]),
});

wrong('what counts is the beginning of the stage, not the last byte that came', {
  name: 'an answer that comes a byte at a time, for longer than silence may last',
  step: 'register-answer',
  times: 1,
  misbehave: dripping(6),
  options: { retry: { attempts: 0, silenceMs: 700 } },
  ends: 'assigned',
});

const loopback = new Loopback();

test.fails('an abort from within the dial, such as by a lookup (the socket stays open)', async () => {
  const controller = new AbortController();
  const server = await loopback.server();
  const sockets = (): number => getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const before = sockets();
  const tls = { ca: loopback.authority.ca, lookup: () => controller.abort('enough') };
  await expect(provision(loopback.options(server, { tls, signal: controller.signal }))).rejects.toBe('enough');
  for (let turns = 0; turns < 200 && sockets() > before; turns++) await new Promise(setImmediate);
  expect(sockets()).toBe(before);
});
