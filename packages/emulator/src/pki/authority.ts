import type { X509Certificate } from 'node:crypto';
import { readCertificates } from '@mote/client/material';
import type { DeviceCertificate } from '../emulator.ts';
import { certifyKey, type KeyedCertificate, type KeyKind, keyToPem, makeCertificate, toPem } from './certificate.ts';

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;

/** A certificate for the listeners, and its private key. Both PEM. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

/** The three certificate authorities: one tree for the listeners, one for devices. */
export interface Authorities {
  readonly serverRoot: KeyedCertificate;
  readonly deviceRoot: KeyedCertificate;
  readonly deviceIssuer: KeyedCertificate;
}

/** Keeps the authorities somewhere; `make` is called when there are none yet. */
export type AuthorityStore = (make: () => Authorities) => Authorities;

/** The emulator's own certificates. Made when it starts, or kept in a folder. */
export class Authority {
  readonly #notBefore: number;
  readonly #notAfter: number;
  readonly #authorities: Authorities;

  /** `now` is the emulator's clock, which may be virtual: certificates are valid both there and in real time. */
  constructor(now: number, store: AuthorityStore = (make) => make()) {
    this.#notBefore = Math.max(0, Math.min(now, Date.now()) - DAY_MS);
    this.#notAfter = Math.max(now, Date.now()) + 365 * DAY_MS;
    this.#authorities = store(() => this.#makeAuthorities());
  }

  /** PEM; what a device must trust. */
  get serverRoot(): string {
    return toPem('CERTIFICATE', this.#authorities.serverRoot.der);
  }

  /** PEM; what an x509 enrollment group trusts. */
  get deviceRoot(): string {
    return toPem('CERTIFICATE', this.#authorities.deviceRoot.der);
  }

  issueServer(names: readonly string[], kind: KeyKind = 'ecdsa'): ServerIdentity {
    const purpose = { use: 'server', names } as const;
    const commonName = names[0] ?? 'localhost';
    const issuer = this.#authorities.serverRoot;
    const made = makeCertificate({ ...this.#validity(), commonName, purpose, issuer }, kind);
    return { cert: toPem('CERTIFICATE', made.der), key: keyToPem(made.privateKey) };
  }

  issueDevice(commonName: string): DeviceCertificate {
    const { deviceIssuer: issuer } = this.#authorities;
    const made = makeCertificate({ ...this.#validity(), commonName, purpose: { use: 'client' }, issuer });
    const chain = [made.der, issuer.der];
    return { cert: chain.map((bytes) => toPem('CERTIFICATE', bytes)).join(''), key: keyToPem(made.privateKey) };
  }

  /** Certifies the key of a signing request. DER: the leaf, its issuer, the root. */
  certify(commonName: string, publicKey: Uint8Array): Uint8Array[] {
    const { deviceIssuer: issuer, deviceRoot } = this.#authorities;
    const request = { ...this.#validity(), commonName, purpose: { use: 'client' }, issuer } as const;
    return [certifyKey(request, publicKey), issuer.der, deviceRoot.der];
  }

  #makeAuthorities(): Authorities {
    const make = (commonName: string, pathLength: number, issuer?: KeyedCertificate) =>
      makeCertificate({
        notBefore: this.#notBefore,
        notAfter: this.#notAfter + 9 * 365 * DAY_MS,
        commonName,
        purpose: { use: 'authority', pathLength },
        issuer,
      });
    const deviceRoot = make('Mote emulator device root', 1);
    return {
      serverRoot: make('Mote emulator CA', 0),
      deviceRoot,
      deviceIssuer: make('Mote emulator device issuer', 0, deviceRoot),
    };
  }

  #validity(): { notBefore: number; notAfter: number } {
    return { notBefore: this.#notBefore, notAfter: this.#notAfter };
  }
}

/**
 * PEM, or base64 of DER, as the service's JSON has both, with any text around it. Throws MaterialError when it holds none, without the text
 * in it.
 */
export function readCertificate(text: string): X509Certificate {
  return readCertificates(text, 'cert')[0]!;
}
