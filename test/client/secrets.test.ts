import { createPrivateKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { groupKey, provision, symmetricKey, x509 } from '@mote/client';
import { afterAll, expect, test } from 'vitest';
import { requestLike } from './attestation/made.ts';
import { record } from './figures.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback } from './loopback.ts';

const loopback = new Loopback();
const DEVICE = loopback.authority.device('device');

/** Every way in which eight bytes of a secret might show. */
function forms(secret: Buffer): string[] {
  const text = secret.toString('latin1');
  const parts: string[] = [];
  for (let at = 0; at + 8 <= secret.length; at += 4) {
    const bytes = secret.subarray(at, at + 8);
    parts.push(bytes.toString('hex'), encodeURIComponent(text.slice(at, at + 8)));
    // Base64 of a part depends on where the part begins: leave out the characters that share bits with its neighbours.
    for (const shift of [0, 1, 2])
      parts.push(
        Buffer.concat([Buffer.alloc(shift), bytes])
          .toString('base64')
          .slice(shift === 0 ? 0 : shift + 1, -3),
      );
  }
  return parts.filter((part) => part.length >= 8);
}

const counted = { 'characters searched': 0, 'forms searched for': 0, found: 0 };
afterAll(() => record('secrets', counted));

const key = (): Buffer => randomBytes(32);
const word = (): Buffer => Buffer.from(randomBytes(18).toString('base64url'));

test.each(['assigned', 'refused', 'echo', 'reset', 'garbage', 'no proxy', 'wrong passphrase', 'wrong option'])(
  'no secret shows when it is %s',
  async (how) => {
    const planted = {
      primary: key(),
      secondary: key(),
      group: key(),
      passphrase: word(),
      proxyPassword: word(),
      csr: requestLike(),
    };
    const server = await loopback.server({
      answer: () =>
        how === 'refused'
          ? { status: 401, body: { message: 'no' } }
          : how === 'echo'
            ? { status: 403, body: { message: heardFrom(server.peers.at(-1)) } }
            : { status: 200, body: ASSIGNED },
      ...(how === 'reset' && { step: 'register', misbehave: (peer) => peer.reset() }),
      ...(how === 'garbage' && { step: 'subscribe', misbehave: (peer) => peer.write(randomBytes(40)) }),
    });
    const encrypted = createPrivateKey(DEVICE.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: planted.passphrase.toString(),
    });
    const passphrase = `${planted.passphrase}${how === 'wrong passphrase' ? 'x' : ''}`;
    const proxy = await loopback.proxy(
      how === 'no proxy'
        ? (socket, _good) => void socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n')
        : undefined,
    );
    const seen: unknown[] = [];
    for (const attestation of [
      symmetricKey(planted.primary.toString('base64'), { secondaryKey: planted.secondary.toString('base64') }),
      groupKey(planted.group.toString('base64')),
      x509({ cert: DEVICE.cert, key: encrypted, passphrase }),
    ]) {
      const options = loopback.options(server, {
        attestation,
        csr: planted.csr,
        proxy: proxy.url.replace('//', `//user:${planted.proxyPassword}@`),
        retry: { attempts: 1, baseMs: 1 },
        onProgress: (event) => seen.push(event),
        onPacket: (direction, packet) => seen.push(direction, packet),
        ...(how === 'wrong option' && { proxy: `socks://user:${planted.proxyPassword}@host:1` }),
      });
      seen.push(attestation, await provision(options).catch((error: unknown) => error));
    }
    // Bytes of packets as text, beside what a person would print.
    const bytes = seen.flatMap((value) =>
      Object.values(value as object).filter((field): field is Uint8Array => field instanceof Uint8Array),
    );
    const printed = [
      inspect(seen, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null }),
      JSON.stringify(seen),
      ...seen.map(String),
      ...bytes.map((one) => Buffer.from(one).toString('latin1')),
    ].join('\n');
    const found: string[] = [];
    for (const [name, secret] of Object.entries(planted)) {
      for (const form of [...forms(secret), secret.toString('latin1').slice(0, 8)]) {
        counted['forms searched for']++;
        if (printed.includes(form)) found.push(`${name} as ${form}`);
      }
    }
    counted['characters searched'] += printed.length;
    counted.found += found.length;
    expect(found).toEqual([]);
    expect(printed).not.toContain('SharedAccessSignature');
    expect(printed).not.toContain('BEGIN');
  },
);

/** The password of CONNECT, as a hostile server has it. */
function heardFrom(peer: { readonly wire: { readonly packets: readonly object[] } } | undefined): string {
  const [connect] = peer?.wire.packets ?? [];
  return String((connect as { password?: Buffer } | undefined)?.password ?? '');
}
