import { createPublicKey, verify } from 'node:crypto';
import { type Element, elements, objectId } from './der.ts';

/** What a PKCS #10 request asks to have certified. */
export interface SigningRequest {
  readonly commonName: string | undefined;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** OpenSSL's name, such as `secp384r1`; undefined for a key that is on no named curve, such as RSA. */
  readonly curve: string | undefined;
}

const HASHES: ReadonlyMap<string, string | null> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.3.101.112', null], // Ed25519 hashes by itself
]);

const COMMON_NAME = objectId('2.5.4.3');

/** Reads a signing request (DER) and checks that its sender holds the key. Throws Error, with the reason in one clause. */
export function readSigningRequest(bytes: Uint8Array): SigningRequest {
  const [request, ...behind] = elements(bytes);
  const [info, algorithm, signature] = elements(part(request).body);
  if (behind.length > 0) throw new Error('bytes behind the signing request');
  const [, subject, publicKey] = elements(part(info).body);
  const key = createPublicKey({ key: Buffer.from(part(publicKey).whole), format: 'der', type: 'spki' });
  const hash = hashFor(part(elements(part(algorithm).body)[0]));
  if (!verify(hash, part(info).whole, key, part(signature).body.subarray(1))) {
    throw new Error('the signature of the signing request does not match its key');
  }
  const curve = key.asymmetricKeyType === 'ec' ? key.asymmetricKeyDetails?.namedCurve : undefined;
  return { commonName: commonNameOf(part(subject)), publicKey: part(publicKey).whole, curve };
}

function hashFor(algorithm: Element): string | null {
  for (const [id, hash] of HASHES) if (objectId(id).equals(algorithm.whole)) return hash;
  throw new Error('the signing request uses a signature algorithm that is not supported');
}

function commonNameOf(name: Element): string | undefined {
  for (const relative of elements(name.body)) {
    for (const attribute of elements(relative.body)) {
      const [type, value] = elements(attribute.body);
      if (type !== undefined && value !== undefined && COMMON_NAME.equals(type.whole))
        return Buffer.from(value.body).toString();
    }
  }
  return undefined;
}

function part(element: Element | undefined): Element {
  if (element === undefined) throw new Error('the signing request is not a PKCS #10 structure');
  return element;
}
