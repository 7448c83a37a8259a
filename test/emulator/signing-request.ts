import { type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  integer,
  objectId,
  sequence,
  setOf,
  tagged,
  utf8String,
} from '../../packages/emulator/src/pki/der.ts';

/** A PKCS #10 request in DER for this common name, signed with SHA-384. */
export function signingRequest(commonName: string, publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const name = sequence(setOf(sequence(objectId('2.5.4.3'), utf8String(commonName))));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const info = sequence(integer(Buffer.of(0)), name, key, tagged(0));
  const algorithm = sequence(objectId('1.2.840.10045.4.3.3'));
  return sequence(info, algorithm, bitString(sign('sha384', info, privateKey)));
}
