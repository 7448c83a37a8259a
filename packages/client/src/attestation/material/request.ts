import type { Block } from './blocks.ts';
import { BIT_STRING, elements, INTEGER, SEQUENCE, SET } from './der.ts';

/** True for PKCS #10, by its whole structure [RFC 2986 4]: version 0, subject, public key, attributes; algorithm; signature. */
export function isSigningRequest({ der }: Pick<Block, 'der'>): boolean {
  const [info, algorithm, signature] = elements(elements(der)[0]?.body);
  const [version, subject, publicKey, attributes] = elements(info?.body);
  return (
    algorithm?.tag === SEQUENCE &&
    signature?.tag === BIT_STRING &&
    version?.tag === INTEGER &&
    version.body.length === 1 &&
    version.body[0] === 0 &&
    subject?.tag === SEQUENCE &&
    elements(subject.body).every(({ tag }) => tag === SET) &&
    publicKey?.tag === SEQUENCE &&
    elements(publicKey.body)[1]?.tag === BIT_STRING &&
    // Old software leaves out empty attributes.
    (attributes === undefined || attributes.tag === 0xa0)
  );
}
