import { getActiveResourcesInfo } from 'node:process';
import { provision } from '@mote/client';
import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { TestAuthority } from '../hostile/certificates.ts';
import { dripping } from '../hostile/misbehaviours.ts';
import { ASSIGNED, type Peer } from '../hostile/server.ts';
import { serverFrame } from '../hostile/web-socket-peer.ts';
import { Loopback } from '../loopback.ts';
import { type PeerCase, tryOut } from './peer-cases/peer-case.ts';

// Defects that this client had, one after the other.

const authority = new TestAuthority();
const identity = authority.server();

const right = (peerCase: PeerCase): void =>
  test(peerCase.name, () =>
    tryOut({ subject: 'known', peerCase, transport: peerCase.over ?? 'tls' }, authority, identity),
  );

right({
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
const echo = (body: (peer: Peer) => string): Partial<PeerCase> => ({
  step: 'register-answer',
  misbehave: (peer) => peer.write(peer.reply({ status: 403, body: body(peer) })),
  ends: 'unauthorized',
});

right({
  name: 'a SAS token that comes back in escapes of JSON',
  proof: 'signer',
  ...echo((peer) => {
    const escaped = [...password(peer)].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    return `{"message":"${escaped}"}`;
  }),
  ends: 'unauthorized',
});

right({
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

right({
  name: 'a SAS token that comes back as a topic',
  proof: 'signer',
  step: 'register-answer',
  misbehave: (peer, good) => {
    const packet = { cmd: 'publish', topic: `x/${password(peer)}`, payload: '', qos: 0, dup: false, retain: false };
    peer.write(Buffer.concat([generate(packet as Packet), good]));
  },
  ends: 'assigned',
});

right({
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
  right({
    name: `${status} with 100,000 brackets in one another`,
    answer: () => ({
      status,
      body: JSON.stringify(ASSIGNED).replace(/}}$/, `,"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`),
    }),
    // More than the stack holds is no JSON here.
    ends: status === 200 ? 'protocol-violation' : 'bad-request',
  });

for (const [what, frame] of [
  ['a ping', '8900'],
  ['CLOSE', '880203e8'],
] as const)
  right({
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

right({
  name: 'a frame that breaks RFC 6455, when MQTT is open',
  over: 'wss',
  step: 'register-answer',
  misbehave: (peer) => peer.writeBare(Buffer.from('8300', 'hex')),
  ends: 'protocol-violation',
});

right({
  name: 'garbage in one write with 429',
  answer: () => ({ status: 429, body: {}, properties: '&retry-after=1' }),
  step: 'register-answer',
  misbehave: (peer, good) => peer.write(Buffer.concat([good, Buffer.from('f500', 'hex')])),
  ends: 'protocol-violation',
  within: 900,
});

// Node compares the common name when there is no DNS name among the subjectAltNames; RFC 9525 6.3 does away with that.
for (const [which, names] of [
  ['a common name only', []],
  ['an address beside its common name', ['localhost', '127.0.0.1']],
] as const)
  right({
    name: `a certificate with ${which}`,
    certificate: (one) => one.named('localhost', names.slice(1)),
    ends: 'tls-failed',
    with: { stage: 'tls', retryable: false, hint: expect.stringContaining('subjectAltName') },
  });

right({
  name: 'a hub with an escape sequence in its name',
  answer: () => ({
    status: 200,
    body: { ...ASSIGNED, registrationState: { ...ASSIGNED.registrationState, deviceId: 'a\u001b[2Jb' } },
  }),
  ends: ['assigned', 'protocol-violation'],
  check: (_server, progress) => expect(progress.filter(({ message }) => message.includes('\u001b'))).toEqual([]),
});

right({
  name: 'an answer that comes a byte at a time, for longer than silence may last',
  step: 'register-answer',
  times: 1,
  misbehave: dripping(6),
  options: { retry: { attempts: 0, silenceMs: 700 } },
  ends: 'assigned',
});

const loopback = new Loopback();

test('an abort from within the dial, such as by a lookup, leaves no socket open', async () => {
  const controller = new AbortController();
  const server = await loopback.server();
  const sockets = (): number => getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const before = sockets();
  const tls = { ca: loopback.authority.ca, lookup: () => controller.abort('enough') };
  await expect(provision(loopback.options(server, { tls, signal: controller.signal }))).rejects.toBe('enough');
  for (let turns = 0; turns < 200 && sockets() > before; turns++) await new Promise(setImmediate);
  expect(sockets()).toBe(before);
});
