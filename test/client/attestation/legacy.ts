import { createHash, randomBytes } from 'node:crypto';
import { der, integer, objectId, octetString, sequence } from '../../../packages/emulator/src/pki/der.ts';
import { pem } from './made.ts';

const PBES1: Readonly<Record<string, string>> = {
  'MD2 and DES': '1.2.840.113549.1.5.1',
  'MD5 and DES': '1.2.840.113549.1.5.3',
  'MD5 and RC2': '1.2.840.113549.1.5.6',
  'SHA-1 and DES': '1.2.840.113549.1.5.10',
  'SHA-1 and RC2': '1.2.840.113549.1.5.11',
  'RC4 of 128 bits': '1.2.840.113549.1.12.1.1',
  'RC4 of 40 bits': '1.2.840.113549.1.12.1.2',
  'RC2 of 128 bits': '1.2.840.113549.1.12.1.5',
  'RC2 of 40 bits': '1.2.840.113549.1.12.1.6',
};
const PBES2: Readonly<Record<string, string>> = {
  'DES-CBC': '1.3.14.3.2.7',
  'RC2-CBC': '1.2.840.113549.3.2',
};

/** Files that begin as OpenSSL 1 and older tools wrote them. Their bodies are random: no library of today gets as far. */
export function legacy(): readonly (readonly [cipher: string, key: string])[] {
  const salted = sequence(octetString(randomBytes(8)), integer(Buffer.of(8, 0)));
  const encrypted = (algorithm: Buffer) =>
    pem('ENCRYPTED PRIVATE KEY', sequence(algorithm, octetString(randomBytes(136))));
  const derivation = sequence(objectId('1.2.840.113549.1.5.12'), salted);
  const headers = (cipher: string) =>
    pem('EC PRIVATE KEY', randomBytes(120)).replace(
      '\n',
      `\nProc-Type: 4,ENCRYPTED\nDEK-Info: ${cipher},${createHash('md5').digest('hex').slice(0, 16).toUpperCase()}\n\n`,
    );
  return [
    ...Object.entries(PBES1).map(([cipher, id]) => [cipher, encrypted(sequence(objectId(id), salted))] as const),
    ...Object.entries(PBES2).map(
      ([cipher, id]) =>
        [
          cipher,
          encrypted(
            sequence(
              objectId('1.2.840.113549.1.5.13'),
              sequence(derivation, sequence(objectId(id), der(0x04, randomBytes(8)))),
            ),
          ),
        ] as const,
    ),
    ...['DES-CBC', 'RC2-CBC', 'IDEA-CBC', 'BF-CBC', 'CAST5-CBC', 'SEED-CBC'].map(
      (cipher) => [cipher, headers(cipher)] as const,
    ),
  ];
}
