import { inspect } from 'node:util';
import { provision } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { MemoryServer } from './hostile/in-memory.ts';
import { complaintsDuring, inMemory } from './memory.ts';

// A hostile peer knows the SAS token, its signature and the CSR, and may say them again in any form. Whatever is kept or shown
// of what it said has them masked.

const CSR = `MIIB${'QUJDREVGR0g'.repeat(9)}`;

interface Secrets {
  readonly token: string;
  /** Base64. */
  readonly signature: string;
}

/** Ways to write a text. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in capitals of hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64, a character on': (text) => Buffer.from(`x${text}`).toString('base64'),
  'in base64, two characters on': (text) => Buffer.from(`xy${text}`).toString('base64'),
  'in base64 of URLs': (text) => Buffer.from(text).toString('base64url'),
  'percent-encoded': encodeURIComponent,
  'percent-encoded in each character': (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
  'percent-encoded twice': (text) => encodeURIComponent(Buffer.from(text).toString('hex').replace(/../g, '%$&')),
  'behind JSON escapes': (text) =>
    text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'with escaped slashes': (text) => text.replace(/\//g, '\\/'),
  'in two halves': (text) => `${text.slice(0, text.length / 2)} and ${text.slice(text.length / 2)}`,
  'between NULs': (text) => text.split('').join('\\u0000'),
};

/** What is said again. */
const WHAT: Readonly<Record<string, (secrets: Secrets) => string>> = {
  token: ({ token }) => token,
  signature: ({ signature }) => signature,
  'signature as bytes': ({ signature }) => Buffer.from(signature, 'base64').toString('latin1'),
  'signature in base64 of URLs': ({ signature }) => Buffer.from(signature, 'base64').toString('base64url'),
};

/** Where it is said. The text stands between quotes of JSON where there are any. */
const PLACES: Readonly<Record<string, (text: string) => { status: number; body: string; properties?: string }>> = {
  'a value': (text) => ({ status: 400, body: `{"errorCode":400000,"message":"${text}"}` }),
  'a tracking id': (text) => ({ status: 401, body: `{"errorCode":401002,"trackingId":"${text}"}` }),
  'the name of a member': (text) => ({ status: 400, body: `{"errorCode":400000,"${text}":1}` }),
  'a name within': (text) => ({ status: 429, body: `{"a":[{"b":{"${text}":[]}}]}` }),
  'a list': (text) => ({ status: 500, body: `["a","${text}"]` }),
  'a text alone': (text) => ({ status: 403, body: `"${text}"` }),
  'no JSON': (text) => ({ status: 404, body: `<html>${text}` }),
  'no UTF-8': (text) => ({ status: 400, body: `${text}\u00ff\u00fe` }),
  'broken JSON': (text) => ({ status: 400, body: `{"a":"${text}"` }),
  'a registration that failed': (text) => ({
    status: 200,
    body: `{"status":"failed","registrationState":{"errorMessage":"${text}","${text}":1}}`,
  }),
  'a hub': (text) => ({
    status: 200,
    body: `{"status":"assigned","registrationState":{"assignedHub":"${text}","deviceId":"d","x":{"${text}":0}}}`,
  }),
  'an operation': (text) => ({ status: 202, body: `{"operationId":"${text}","status":"assigning"}` }),
  'the topic': (text) => ({ status: 400, body: '{}', properties: `&x=${encodeURI(text)}` }),
};

describe.each(Object.keys(WHAT))('the %s', (what) => {
  describe.each(Object.keys(FORMS))('%s', (form) => {
    test.each(Object.keys(PLACES))('does not show where it comes back as %s', async (place) => {
      let secrets: Secrets = { token: '', signature: '' };
      const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
      const transport = new MemoryServer({
        answer() {
          const [connect] = transport.peers.at(-1)!.wire.packets as unknown as [{ password: Buffer }];
          const token = String(connect.password);
          secrets = { token, signature: decodeURIComponent(/sig=([^&]+)/.exec(token)![1]!) };
          const { status, body, properties = '' } = PLACES[place]!(FORMS[form]!(WHAT[what]!(secrets)));
          return { status, body: latin1(body), properties: properties.replace(/\0|#|\+/g, '') };
        },
      });
      const seen: unknown[] = [];
      const options = inMemory({
        transport,
        timeoutMs: 500,
        onProgress: (event) => seen.push(event),
        onPacket: (direction, packet) => seen.push(direction, packet),
      });
      const complaints = await complaintsDuring(async () =>
        seen.push(await provision(options).catch((error: unknown) => error)),
      );
      expect(complaints).toEqual([]);
      expect(secrets.token).not.toBe('');
      expect(readable(seen, secrets)).toEqual([]);
    });
  });
});

test.each(Object.keys(FORMS))('a CSR does not show whole, %s', async (form) => {
  const transport = new MemoryServer({
    answer: () => ({ status: 400, body: `{"message":"${FORMS[form]!(CSR)}","${FORMS[form]!(CSR)}":1}` }),
  });
  const seen: unknown[] = [];
  const options = inMemory({ transport, csr: CSR, onPacket: (_direction, packet) => seen.push(packet) });
  seen.push(await provision(options).catch((error: unknown) => error));
  const shown = everything(seen);
  for (const whole of [CSR, Buffer.from(CSR).toString('hex'), Buffer.from(CSR).toString('base64').slice(0, -4)])
    expect(shown.filter((text) => text.includes(whole))).toEqual([]);
});

test('the token of a connection before does not show either', async () => {
  const tokens: string[] = [];
  const transport = new MemoryServer({
    answer() {
      const [connect] = transport.peers.at(-1)!.wire.packets as unknown as [{ password: Buffer }];
      tokens.push(String(connect.password));
      return tokens.length === 1 ? { status: 401, body: {} } : { status: 403, body: { message: tokens[0] } };
    },
  });
  const { symmetricKey } = await import('@mote/client');
  const attestation = symmetricKey(Buffer.alloc(32, 1).toString('base64'), {
    secondaryKey: Buffer.alloc(32, 2).toString('base64'),
  });
  const error = await provision(inMemory({ transport, attestation })).catch((thrown: unknown) => thrown);
  expect(tokens).toHaveLength(2);
  expect(
    readable([error], { token: tokens[0]!, signature: decodeURIComponent(/sig=([^&]+)/.exec(tokens[0]!)![1]!) }),
  ).toEqual([]);
});

/** What a person could print of these. */
function everything(seen: readonly unknown[]): string[] {
  return seen.flatMap((value) => {
    const bytes = Object.values(Object(value)).filter((field): field is Uint8Array => field instanceof Uint8Array);
    return [
      inspect(value, { depth: 9 }),
      JSON.stringify(value) ?? '',
      String(value),
      ...bytes.map((field) => Buffer.from(field).toString('latin1')),
    ];
  });
}

/** Eight bytes in a row of the signature, in whatever form. */
function readable(seen: readonly unknown[], { signature }: Secrets): string[] {
  const text = everything(seen).map(unescaped).join('\n').toLowerCase();
  const raw = Buffer.from(signature, 'base64');
  const forms = [signature, encodeURIComponent(signature), signature.replaceAll('+', '-').replaceAll('/', '_')].flatMap(
    (form) => [form, hex(Buffer.from(form)), ...base64s(Buffer.from(form))],
  );
  forms.push(raw.toString('latin1'), hex(raw), ...base64s(raw));
  return forms
    .flatMap((form) => Array.from({ length: form.length - 15 }, (_, at) => form.slice(at, at + 16).toLowerCase()))
    .filter((part) => text.includes(part));
}

function unescaped(text: string): string {
  let plain = text;
  for (let turn = 0; turn < 4; turn++)
    plain = plain
      .replace(/\\+u([\da-f]{4})/gi, (_, unit) => String.fromCharCode(Number.parseInt(unit, 16)))
      .replace(/%([\da-f]{2})/gi, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)))
      .replace(/\\x([\da-f]{2})/gi, (_, byte) => String.fromCharCode(Number.parseInt(byte, 16)))
      .replaceAll('\\/', '/')
      .replaceAll('\0', '');
  return plain;
}

const hex = (bytes: Buffer): string => bytes.toString('hex');
const base64s = (bytes: Buffer): string[] =>
  [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(4, -4),
  );
