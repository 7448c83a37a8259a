import { ASSIGNED } from '../../hostile/server.ts';
import { serverFrame } from '../../hostile/web-socket-peer.ts';
import { hex, publish } from './packet-tools.ts';
import type { PeerCase } from './peer-case.ts';

// Much of something that would do no harm alone. One after the other: each keeps the whole process busy, server included.

const packets = (make: (good: Buffer) => Buffer): Partial<PeerCase> => ({
  step: 'register-answer',
  misbehave: (peer, good) => peer.write(make(good)),
});
const frames = (make: (good: Buffer) => Buffer): Partial<PeerCase> => ({
  over: 'wss',
  step: 'register-answer',
  misbehave: (peer, good) => peer.writeFrames(good, make(good)),
});

export const FLOODS: readonly PeerCase[] = [
  {
    name: 'QoS 2 with every identifier there is',
    ...packets(() => Buffer.concat(Array.from({ length: 65_535 }, (_, i) => publish({ qos: 2, messageId: i + 1 })))),
    ends: 'protocol-violation',
  },
  {
    name: 'SUBACK with 100,000 codes',
    step: 'subscribe',
    misbehave: (peer) => peer.write(hex(`90a38d060001${'01'.repeat(100_001)}`)),
    ends: 'protocol-violation',
  },
  {
    name: 'messages for nobody at QoS 0, 10,000 of them',
    ...packets((good) => Buffer.concat([...Array.from({ length: 10_000 }, () => publish({ topic: 'a/b' })), good])),
    ends: 'assigned',
  },
  {
    name: 'messages for nobody at QoS 1, 1,000 of them, which are acknowledged in order',
    ...packets((good) =>
      Buffer.concat([...Array.from({ length: 1000 }, (_, i) => publish({ qos: 1, messageId: i + 1 })), good]),
    ),
    ends: 'assigned',
    check: (server) => {
      const acknowledged = server.peers[0]!.heard.filter((cmd) => cmd === 'puback').length;
      if (acknowledged !== 1001) throw new Error(`${acknowledged} acknowledged`);
    },
  },
  {
    name: 'an answer of 200 KB in pieces of 64 bytes',
    over: 'tls',
    step: 'register-answer',
    misbehave: (peer) => {
      const good = peer.reply({ body: { ...ASSIGNED, filler: 'x'.repeat(200_000) } });
      for (let at = 0; at < good.length; at += 64) peer.write(good.subarray(at, at + 64));
    },
    ends: 'assigned',
  },
  {
    name: 'a body of 1 MB',
    answer: () => ({ status: 200, body: { ...ASSIGNED, filler: 'x'.repeat(2 ** 20) } }),
    over: 'tls',
    ends: 'protocol-violation',
  },
  {
    name: '100,000 empty fragments',
    ...frames((good) => Buffer.concat([hex('0200'), hex('0000'.repeat(100_000)), serverFrame(good, 0)])),
    ends: 'assigned',
  },
  {
    name: '100,000 pongs nobody asked for',
    ...frames((good) => Buffer.concat([hex('8a00'.repeat(100_000)), serverFrame(good)])),
    ends: 'assigned',
  },
  {
    name: '100,000 pings',
    ...frames((good) => Buffer.concat([hex('8900'.repeat(100_000)), serverFrame(good)])),
    ends: 'assigned',
  },
  {
    name: 'a message of a million bytes, in one frame',
    ...frames((good) => serverFrame(Buffer.concat([Buffer.from('d000'.repeat(500_000), 'hex'), good]))),
    ends: 'assigned',
  },
  {
    name: 'renegotiation of TLS 1.2 without end',
    tls: { maxVersion: 'TLSv1.2' },
    over: 'tls',
    step: 'subscribe',
    misbehave: (peer) => {
      const again = (): void => void (peer.tls.destroyed || peer.tls.renegotiate({}, again));
      again();
    },
    options: { timeoutMs: 1500 },
    ends: ['timed-out', 'connection-lost'],
  },
];
