import type { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import type { CertificateView } from '../service/certificate-view.ts';
import { serviceTime } from '../service/service-time.ts';

/** A certificate as the service core looks at it. */
export function viewCertificate(certificate: X509Certificate): CertificateView {
  return new NodeCertificateView(certificate);
}

class NodeCertificateView implements CertificateView {
  readonly #certificate: X509Certificate;
  readonly commonName: string | undefined;
  readonly sha1Thumbprint: string;
  readonly sha256Thumbprint: string;
  readonly isAuthority: boolean;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly info: Readonly<Record<string, unknown>>;

  constructor(certificate: X509Certificate) {
    this.#certificate = certificate;
    this.commonName = commonNameOf(certificate);
    this.sha1Thumbprint = toHex(certificate.fingerprint);
    this.sha256Thumbprint = toHex(certificate.fingerprint256);
    this.isAuthority = certificate.ca;
    this.notBefore = Date.parse(certificate.validFrom);
    this.notAfter = Date.parse(certificate.validTo);
    this.info = {
      subjectName: oneLine(certificate.subject),
      sha1Thumbprint: this.sha1Thumbprint.toUpperCase(),
      sha256Thumbprint: this.sha256Thumbprint.toUpperCase(),
      issuerName: oneLine(certificate.issuer),
      notBeforeUtc: serviceTime(this.notBefore),
      notAfterUtc: serviceTime(this.notAfter),
      serialNumber: certificate.serialNumber,
      version: 3,
    };
  }

  isIssuedBy(issuer: CertificateView): boolean {
    if (!(issuer instanceof NodeCertificateView)) return false;
    // checkIssued compares names and key usage, verify the signature.
    return (
      this.#certificate.checkIssued(issuer.#certificate) && this.#certificate.verify(issuer.#certificate.publicKey)
    );
  }
}

function commonNameOf(certificate: X509Certificate): string | undefined {
  // With several CN the value is an array, whatever the type says.
  const legacy = certificate.toLegacyObject() as Partial<PeerCertificate>;
  const commonName: unknown = legacy.subject?.CN;
  return typeof commonName === 'string' ? commonName : undefined;
}

const toHex = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();

const oneLine = (name: string): string => name.split('\n').join(', ');
