import type { LookupFunction } from 'node:net';
import type { Peer } from '../../hostile/peer.ts';
import type { Step } from '../../hostile/script.ts';
import { type PeerCase, SILENCE } from './peer-case.ts';

// TCP and TLS below the packets: how connections end, what comes instead of records, names that lead nowhere.

const STEPS: readonly Step[] = ['connect', 'subscribe', 'register', 'register-answer'];
const STAGES: Readonly<Partial<Record<Step, string>>> = { 'register-answer': 'register' };

const atEach = (what: string, misbehave: (peer: Peer, good: Buffer) => void, fields: Partial<PeerCase>): PeerCase[] =>
  STEPS.map((step) => ({
    name: `${what} at ${step}`,
    step,
    misbehave,
    corruptible: true,
    ends: 'connection-lost',
    with: { stage: STAGES[step] ?? step },
    ...fields,
  }));

const ENDS: readonly PeerCase[] = [
  ...atEach('close_notify and FIN', (peer) => peer.end(), {}),
  ...atEach('FIN without close_notify', (peer) => void peer.raw.end(), {}),
  ...atEach(
    'close_notify without FIN',
    (peer) => {
      peer.tampered.keepsOpen = true;
      peer.end();
    },
    {},
  ),
  ...atEach('RST', (peer) => peer.reset(), {}),
  ...atEach(
    'half an answer and RST',
    (peer, good) => {
      peer.write(good.subarray(0, 2));
      setImmediate(() => peer.reset());
    },
    {},
  ),
  ...atEach(
    'FIN, and reading on',
    (peer) => {
      peer.raw.allowHalfOpen = true;
      peer.raw.end();
    },
    {},
  ),
  ...atEach('FIN once', (peer) => peer.end(), { times: 1, ends: 'assigned', with: {} }),
  ...atEach('RST once', (peer) => peer.reset(), { times: 1, ends: 'assigned', with: {} }),
];

const REFUSED: readonly PeerCase[] = [
  {
    name: 'RST for ever, which is tried a bounded number of times',
    step: 'connect',
    misbehave: (peer) => peer.reset(),
    options: { retry: { attempts: 7, baseMs: 2 } },
    ends: 'connection-lost',
    check: (server) => {
      if (server.peers.length !== 8) throw new Error(`${server.peers.length} connections`);
    },
  },
  {
    name: 'a certificate of a device',
    certificate: (authority) => authority.device('localhost'),
    ends: 'tls-failed',
    with: { stage: 'tls' },
  },
];

const RECORDS: readonly PeerCase[] = [
  ...atEach('plain text between records', (peer) => void peer.raw.write('HTTP/1.1 400 Bad Request\r\n\r\n'), {}),
  ...atEach('half a record and FIN', (peer) => void peer.raw.end(Buffer.from('1703030100aabb', 'hex')), {}),
  ...atEach('a record of another version', (peer) => void peer.raw.write(Buffer.from('170909000101', 'hex')), {}),
  ...atEach('a record longer than records may be', (peer) => void peer.raw.write(Buffer.from('170303ffff', 'hex')), {}),
  ...atEach(
    'a record that does not decrypt',
    (peer) => {
      peer.raw.write(Buffer.concat([Buffer.from('1703030020', 'hex'), Buffer.alloc(32)]));
    },
    {},
  ),
  ...atEach('half a record and silence', (peer) => void peer.raw.write(Buffer.from('1703030100aabb', 'hex')), {
    options: SILENCE,
    // Session tickets may come behind it, and then the record is whole.
    ends: ['timed-out', 'connection-lost'],
  }),
  {
    name: 'renegotiation of TLS 1.2',
    tls: { maxVersion: 'TLSv1.2' },
    over: 'tls',
    step: 'subscribe',
    misbehave: (peer, good) => {
      peer.tls.renegotiate({}, () => {});
      peer.write(good);
    },
    ends: 'assigned',
  },
  {
    name: 'TLS 1.2',
    tls: { maxVersion: 'TLSv1.2' },
    ends: 'assigned',
  },
];

const HANDSHAKES: readonly PeerCase[] = [
  ['ServerHello that stops', '160303007a0200007603030000'],
  ['a handshake message of 16 MB', '160303400002ffffff'],
].map(([name, bytes]) => ({
  name: name!,
  step: 'tls' as const,
  misbehave: (peer: Peer) => void peer.raw.write(Buffer.from(bytes!, 'hex')),
  options: SILENCE,
  ends: ['timed-out', 'tls-failed', 'connection-lost'] as const,
  with: { stage: 'tls' },
}));

const PLAIN: readonly PeerCase[] = [
  ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['SMTP', '220 mail.test ESMTP\r\n'],
  ['MQTT without TLS', Buffer.from('200200009003000101', 'hex')],
  ['zeros', Buffer.alloc(4096)],
  ['an HTTP redirect', 'HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.test/\r\n\r\n'],
].map(([name, bytes]) => ({
  name: `${name as string} in place of TLS`,
  step: 'tls' as const,
  misbehave: (peer: Peer) => void peer.raw.write(bytes!),
  ends: 'tls-failed' as const,
  with: { stage: 'tls' },
}));

const ADDRESSES =
  (addresses: readonly string[]): LookupFunction =>
  (_host, _options, done) =>
    setImmediate(() =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
const FAILS =
  (code: string): LookupFunction =>
  (_host, _options, done) =>
    void setImmediate(() => done(Object.assign(new Error(`lookup ${code}`), { code }), '', 4));

const NAMES: readonly PeerCase[] = [
  ...['ENOTFOUND', 'EAI_AGAIN', 'ETIMEOUT', 'ESERVFAIL'].map(
    (code): PeerCase => ({
      name: `a name server that says ${code}`,
      options: { tls: { lookup: FAILS(code) } },
      ends: 'connect-failed',
      with: { stage: 'dns', retryable: true },
    }),
  ),
  {
    name: 'a name that resolves to no address',
    options: { tls: { lookup: ADDRESSES(['nonsense']) } },
    ends: 'connect-failed',
  },
  {
    name: 'two addresses, the first dead',
    options: { tls: { lookup: ADDRESSES(['127.0.0.9', '127.0.0.1']) } },
    ends: 'assigned',
  },
  {
    name: 'an IPv6 address that is dead, and another',
    options: { tls: { lookup: ADDRESSES(['::1', '127.0.0.1']) } },
    ends: 'assigned',
  },
  {
    name: 'four addresses, all dead',
    options: { tls: { lookup: ADDRESSES(['127.0.0.7', '127.0.0.8', '::1', '127.0.0.9']) } },
    ends: 'connect-failed',
    with: { stage: 'tcp' },
  },
];

export const CONNECTIONS: readonly PeerCase[] = [...ENDS, ...REFUSED, ...RECORDS, ...HANDSHAKES, ...PLAIN, ...NAMES];
