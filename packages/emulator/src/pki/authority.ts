import { X509Certificate } from 'node:crypto';
import type { DeviceCertificate } from '../emulator.ts';
import { certifyKey, type KeyedCertificate, keyToPem, makeCertificate, toPem } from './certificate.ts';

const DAY_MS = 86_400_000;

export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

/** The emulator's own certificates: one tree for its listeners, one for devices. Made when it starts and never written by it. */
export class Authority {
  readonly #notBefore: number;
  readonly #notAfter: number;
  readonly #serverRoot: KeyedCertificate;
  readonly #deviceRoot: KeyedCertificate;
  readonly #deviceIssuer: KeyedCertificate;

  /** `now` is the emulator's clock, which may be virtual: certificates are valid both there and in real time. */
  constructor(now: number) {
    this.#notBefore = Math.max(0, Math.min(now, Date.now()) - DAY_MS);
    this.#notAfter = Math.max(now, Date.now()) + 365 * DAY_MS;
    this.#serverRoot = this.#makeAuthority('Mote emulator CA', 0);
    this.#deviceRoot = this.#makeAuthority('Mote emulator device root', 1);
    this.#deviceIssuer = this.#makeAuthority('Mote emulator device issuer', 0, this.#deviceRoot);
  }

  /** PEM; what a device must trust. */
  get serverRoot(): string {
    return toPem('CERTIFICATE', this.#serverRoot.der);
  }

  /** PEM; what an x509 enrollment group trusts. */
  get deviceRoot(): string {
    return toPem('CERTIFICATE', this.#deviceRoot.der);
  }

  issueServer(names: readonly string[]): ServerIdentity {
    const purpose = { use: 'server', names } as const;
    const made = this.#make(names[0] ?? 'localhost', purpose, this.#serverRoot);
    return { cert: toPem('CERTIFICATE', made.der), key: keyToPem(made.privateKey) };
  }

  issueDevice(commonName: string): DeviceCertificate {
    const made = this.#make(commonName, { use: 'client' }, this.#deviceIssuer);
    const chain = [made.der, this.#deviceIssuer.der];
    return { cert: chain.map((bytes) => toPem('CERTIFICATE', bytes)).join(''), key: keyToPem(made.privateKey) };
  }

  /** Certifies the key of a signing request. DER: the leaf, its issuer, the root. */
  certify(commonName: string, publicKey: Uint8Array): Buffer[] {
    const request = {
      ...this.#validity(),
      commonName,
      purpose: { use: 'client' },
      issuer: this.#deviceIssuer,
    } as const;
    return [certifyKey(request, publicKey), this.#deviceIssuer.der, this.#deviceRoot.der];
  }

  #makeAuthority(commonName: string, pathLength: number, issuer?: KeyedCertificate): KeyedCertificate {
    return this.#make(commonName, { use: 'authority', pathLength }, issuer);
  }

  #make(
    commonName: string,
    purpose: Parameters<typeof makeCertificate>[0]['purpose'],
    issuer?: KeyedCertificate,
  ): KeyedCertificate {
    return makeCertificate({ ...this.#validity(), commonName, purpose, ...(issuer && { issuer }) });
  }

  #validity(): { notBefore: number; notAfter: number } {
    return { notBefore: this.#notBefore, notAfter: this.#notAfter };
  }
}

/** PEM, or base64 of DER, as the service's JSON has both. Throws when it is neither. */
export function readCertificate(text: string): X509Certificate {
  return new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'));
}
