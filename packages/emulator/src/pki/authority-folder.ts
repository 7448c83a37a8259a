import type { KeyObject } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificates, readPrivateKey } from '@mote/client/material';
import { ConfigError } from '../config/config-error.ts';
import { FileLock } from '../files/file-lock.ts';
import { readWhole } from '../files/read-whole.ts';
import { makeFolder, PRIVATE, writeWhole } from '../files/write-whole.ts';
import type { Authorities, AuthorityStore } from './authority.ts';
import { type KeyedCertificate, keyToPem, toPem } from './certificate.ts';
import { elements } from './der.ts';
import { subjectKeyIdOf } from './extensions.ts';

const NAMES: Readonly<Record<keyof Authorities, string>> = {
  serverRoot: 'ca',
  deviceRoot: 'device-root',
  deviceIssuer: 'device-issuer',
};

/**
 * Authorities in a folder: `ca`, `device-root` and `device-issuer`, each as `.pem` and `.key`. They are made when none is
 * there; what is there is used, also one's own. Throws ConfigError when it cannot be.
 */
export function authorityFolder(folder: string, now: number): AuthorityStore {
  return (make) => {
    makeFolder(folder);
    const lock = new FileLock(join(folder, 'authority'));
    try {
      if (!Object.values(NAMES).some((name) => existsSync(pathOf(folder, name, 'pem')))) save(folder, make());
      return load(folder, now);
    } finally {
      lock.release();
    }
  };
}

function save(folder: string, authorities: Authorities): void {
  for (const [part, name] of Object.entries(NAMES)) {
    const { der, privateKey } = authorities[part as keyof Authorities];
    // The key first: a certificate without one would be taken for an authority that is there.
    writeWhole(pathOf(folder, name, 'key'), keyToPem(privateKey), PRIVATE);
    writeWhole(pathOf(folder, name, 'pem'), toPem('CERTIFICATE', der));
  }
}

const load = (folder: string, now: number): Authorities => ({
  serverRoot: loadOne(folder, NAMES.serverRoot, now),
  deviceRoot: loadOne(folder, NAMES.deviceRoot, now),
  deviceIssuer: loadOne(folder, NAMES.deviceIssuer, now),
});

function loadOne(folder: string, name: string, now: number): KeyedCertificate {
  const path = pathOf(folder, name, 'pem');
  const keyPath = pathOf(folder, name, 'key');
  const certificate = readOr(path, () => readCertificates(readWhole(path), 'cert')[0]!, 'holds no certificate');
  const privateKey = readOr(keyPath, () => readPrivate(keyPath), 'holds no private key in PEM without a passphrase');
  if (!certificate.checkPrivateKey(privateKey)) refuse(keyPath, `is not the key of ${path}`);
  if (!certificate.ca) refuse(path, 'is no CA certificate');
  if (!(Date.parse(certificate.validTo) > Math.max(now, Date.now())))
    refuse(path, 'has expired; remove the folder to have new ones made');
  return {
    subject: subjectOf(certificate.raw),
    keyId: subjectKeyIdOf(certificate.raw),
    der: certificate.raw,
    privateKey,
  };
}

/** Reads a key, and sets the mode of its file so that no other user can read it. */
function readPrivate(path: string): KeyObject {
  const { key } = readPrivateKey(readWhole(path));
  chmodSync(path, PRIVATE);
  return key;
}

function readOr<T>(path: string, read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return refuse(path, code === 'ENOENT' ? 'is missing beside the others' : what);
  }
}

function refuse(path: string, message: string): never {
  throw new ConfigError([{ path: 'authority', message: `${path} ${message}` }]);
}

/** The Name of the subject: the sixth member of a version 3 certificate. */
function subjectOf(certificate: Uint8Array): Uint8Array {
  const [whole] = elements(certificate);
  const [toBeSigned] = elements(whole?.body ?? certificate);
  return elements(toBeSigned?.body ?? certificate)[5]?.whole ?? certificate;
}

const pathOf = (folder: string, name: string, kind: 'pem' | 'key'): string => join(folder, `${name}.${kind}`);
