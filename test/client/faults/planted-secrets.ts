import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { type Attestation, type ProvisionOptions, sasSigner, symmetricKey } from '@mote/client';
import { requestLike } from '../attestation/made.ts';

/** Characters at the beginning of a part: they tell it from most of the other parts. */
const START = 8;

/** Random secrets for one call: no eight bytes of them in a row may show anywhere, in any form. */
export class PlantedSecrets {
  readonly #secrets: Readonly<Record<string, Buffer>> = {
    'the key': randomBytes(32),
    'the secondary key': randomBytes(32),
    'the signature of the signer': randomBytes(32),
    'the password of the proxy': Buffer.from(randomBytes(18).toString('base64url')),
    'the CSR': requestLike(),
  };

  /** Two keys, or a signer elsewhere. */
  attestation(kind: 'keys' | 'signer'): Attestation {
    const { 'the key': key, 'the secondary key': secondary, 'the signature of the signer': signature } = this.#secrets;
    if (kind === 'signer') return sasSigner(() => signature!);
    return symmetricKey(key!.toString('base64'), { secondaryKey: secondary!.toString('base64') });
  }

  get csr(): Buffer {
    return this.#secrets['the CSR']!;
  }

  /** The URL with user and password in it. */
  proxy(url: string): NonNullable<ProvisionOptions['proxy']> {
    return url.replace('//', `//user:${this.#secrets['the password of the proxy']}@`);
  }

  /** The secrets that can be read out of these values, however they are printed. */
  readableIn(values: readonly unknown[]): string[] {
    const printed = values.map(everyForm).join('\n');
    const parts = new Map<string, { readonly name: string; readonly part: string }>();
    for (const [name, secret] of Object.entries(this.#secrets))
      for (const part of disguises(secret)) parts.set(part.slice(0, START), { name, part });
    const found = new Set<string>();
    // One pass over the text, since there are a thousand parts to look for.
    for (let at = 0; at + START <= printed.length; at++) {
      const one = parts.get(printed.slice(at, at + START));
      if (one !== undefined && printed.startsWith(one.part, at)) found.add(one.name);
    }
    return [...found];
  }
}

/** What a person, a logger and a debugger would see. */
function everyForm(value: unknown): string {
  const parts = [
    inspect(value, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: 256 }),
    // The issuer of a root leads back to itself.
    JSON.stringify(value, (name, field) =>
      field instanceof Uint8Array ? field.length : name === 'issuerCertificate' ? undefined : field,
    ) ?? '',
    String(value),
  ];
  if (value instanceof Error) parts.push(value.stack ?? '', everyForm(value.cause));
  // Bytes of a packet as the text that they may be.
  if (typeof value === 'object' && value !== null)
    for (const field of Object.values(value)) if (field instanceof Uint8Array) parts.push(latin1(field));
  return parts.join('\n');
}

/** Eight bytes from every place on: raw, percent-encoded, hex in both cases, base64 in both alphabets at its three phases. */
function disguises(secret: Buffer): string[] {
  const parts: string[] = [];
  for (let at = 0; at + 8 <= secret.length; at++) {
    const bytes = secret.subarray(at, at + 8);
    const hex = bytes.toString('hex');
    parts.push(latin1(bytes), encodeURIComponent(latin1(bytes)), hex, hex.toUpperCase());
    for (const shift of [0, 1, 2]) {
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
      // The characters at both ends share bits with the neighbours.
      for (const alphabet of ['base64', 'base64url'] as const)
        parts.push(
          shifted
            .toString(alphabet)
            .replace(/=+$/, '')
            .slice(shift === 0 ? 0 : shift + 1, -1),
        );
    }
  }
  return parts;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
