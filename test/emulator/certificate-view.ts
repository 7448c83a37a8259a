import type { CertificateView } from '../../packages/emulator/src/service/credentials/certificate-view.ts';

/** A self-signed certificate without extensions, valid at every time: what the service sees of it. No certificate is made for it. */
export function selfSigned(commonName: string): CertificateView {
  return {
    commonName,
    sha1Thumbprint: 'aa'.repeat(20),
    sha256Thumbprint: 'bb'.repeat(32),
    isAuthority: false,
    pathLength: undefined,
    isSelfIssued: true,
    maySignCertificates: undefined,
    mayAuthenticate: undefined,
    isForClients: undefined,
    unjudgeable: undefined,
    weakKey: undefined,
    weakSignature: undefined,
    notBefore: 0,
    notAfter: Number.POSITIVE_INFINITY,
    info: {},
    isIssuedBy: () => false,
  };
}
