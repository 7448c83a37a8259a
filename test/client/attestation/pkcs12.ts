import { createCipheriv, type KeyObject, pbkdf2Sync, randomBytes } from 'node:crypto';
import { der, integer, objectId, octetString, sequence, tagged } from '../../../packages/emulator/src/pki/der.ts';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const BAG = '1.2.840.113549.1.12.10.1';
const ROUNDS = 2048;

/** A file as OpenSSL 3 writes it, PBES2 with AES-256, without the MAC. */
export function pkcs12({
  certificates,
  key,
  passphrase,
}: {
  readonly certificates: readonly Buffer[];
  readonly key: KeyObject;
  readonly passphrase: string;
}): Buffer {
  const bag = (kind: number, value: Buffer) => sequence(objectId(`${BAG}.${kind}`), tagged(0, value));
  const shrouded = key.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase });
  const certificateBags = certificates.map((one) =>
    bag(3, sequence(objectId('1.2.840.113549.1.9.22.1'), tagged(0, octetString(one)))),
  );
  const safes = sequence(
    encryptedData(sequence(...certificateBags), passphrase),
    sequence(objectId(DATA), tagged(0, octetString(sequence(bag(2, shrouded))))),
  );
  return sequence(integer(Buffer.of(3)), sequence(objectId(DATA), tagged(0, octetString(safes))));
}

function encryptedData(content: Buffer, passphrase: string): Buffer {
  const [salt, iv] = [randomBytes(8), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(passphrase, salt, ROUNDS, 32, 'sha256'), iv);
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
  const derivation = sequence(
    objectId('1.2.840.113549.1.5.12'),
    sequence(
      octetString(salt),
      integer(Buffer.of(ROUNDS >> 8, ROUNDS & 0xff)),
      sequence(objectId('1.2.840.113549.2.9')),
    ),
  );
  const scheme = sequence(objectId('2.16.840.1.101.3.4.1.42'), octetString(iv));
  const algorithm = sequence(objectId('1.2.840.113549.1.5.13'), sequence(derivation, scheme));
  const info = sequence(objectId(DATA), algorithm, der(0x80, encrypted));
  return sequence(objectId(ENCRYPTED_DATA), tagged(0, sequence(integer(Buffer.of(0)), info)));
}
