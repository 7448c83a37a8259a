import type { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import type { CertificateView } from '../service/credentials/certificate-view.ts';
import { messageOf } from '../service/values/message-of.ts';
import { serviceTime } from '../service/values/service-time.ts';
import { type Extensions, readExtensions } from './extensions.ts';

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
  readonly pathLength: number | undefined;
  readonly isSelfIssued: boolean;
  readonly maySignCertificates: boolean | undefined;
  readonly mayAuthenticate: boolean | undefined;
  readonly isForClients: boolean | undefined;
  readonly unjudgeable: string | undefined;
  readonly weakKey: string | undefined;
  readonly weakSignature: string | undefined;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly info: Readonly<Record<string, unknown>>;

  constructor(certificate: X509Certificate) {
    const extensions = extensionsOf(certificate);
    this.#certificate = certificate;
    this.commonName = commonNameOf(certificate);
    this.sha1Thumbprint = toHex(certificate.fingerprint);
    this.sha256Thumbprint = toHex(certificate.fingerprint256);
    this.isAuthority = extensions.isAuthority;
    this.pathLength = extensions.pathLength;
    this.isSelfIssued = certificate.subject === certificate.issuer;
    this.maySignCertificates = extensions.maySignCertificates;
    this.mayAuthenticate = extensions.mayAuthenticate;
    this.isForClients = extensions.isForClients;
    this.unjudgeable = extensions.unjudgeable;
    this.weakKey = weakKeyOf(certificate);
    this.weakSignature = WEAK_SIGNATURES.get(extensions.signatureAlgorithm);
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
    try {
      // checkIssued compares names, key identifiers and key usage, verify the signature.
      return (
        this.#certificate.checkIssued(issuer.#certificate) && this.#certificate.verify(issuer.#certificate.publicKey)
      );
    } catch {
      return false; // a key of a kind that this OpenSSL does not know
    }
  }
}

/** Signature algorithms with fewer than 80 bits of security, which OpenSSL refuses at its level 1. */
const WEAK_SIGNATURES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.4', 'is signed with MD5'],
  ['1.2.840.113549.1.1.5', 'is signed with SHA-1'],
  ['1.2.840.10045.4.1', 'is signed with SHA-1'],
]);
/** An RSA key of 1024 bits has 80 bits of security [NIST SP 800-57], the least that level 1 takes. */
const SHORTEST_RSA_BITS = 1024;

function weakKeyOf(certificate: X509Certificate): string | undefined {
  try {
    const { modulusLength } = certificate.publicKey.asymmetricKeyDetails ?? {};
    return modulusLength !== undefined && modulusLength < SHORTEST_RSA_BITS
      ? `has an RSA key of ${modulusLength} bits`
      : undefined;
  } catch {
    return 'has a key of a kind that is not known';
  }
}

function extensionsOf(certificate: X509Certificate): Extensions {
  try {
    return readExtensions(certificate.raw);
  } catch (error) {
    const unjudgeable = `has extensions that cannot be read: ${messageOf(error)}`;
    return { ...readNothing, isAuthority: certificate.ca, unjudgeable };
  }
}

const readNothing: Extensions = {
  isAuthority: false,
  pathLength: undefined,
  maySignCertificates: undefined,
  mayAuthenticate: undefined,
  isForClients: undefined,
  unjudgeable: undefined,
  signatureAlgorithm: '',
};

function commonNameOf(certificate: X509Certificate): string | undefined {
  try {
    // Node 24.21 ends the process there (SIGSEGV) for a curve without a name of NIST, which no device can use over TLS 1.3.
    if (/^(?:secp256k1|brainpool)/.test(certificate.publicKey.asymmetricKeyDetails?.namedCurve ?? '')) return undefined;
    // With several CN the value is an array, whatever the type says.
    const legacy = certificate.toLegacyObject() as Partial<PeerCertificate>;
    const commonName: unknown = legacy.subject?.CN;
    return typeof commonName === 'string' ? commonName : undefined;
  } catch {
    return undefined; // a key of a kind that this OpenSSL does not know
  }
}

const toHex = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();

/** Node returns undefined for an empty name, which its type does not say. */
const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ');
