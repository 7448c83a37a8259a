import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { viewCertificate } from '../pki/certificate-view.ts';
import type { CertificateView } from '../service/credentials/certificate-view.ts';
import type { Peer } from '../service/mqtt/ports.ts';

// The longest chain that anyone was seen to send has four; a loop of issuers ends here too.
const LONGEST_CHAIN = 8;

export function peerOf(socket: TLSSocket, transport: Peer['transport'], acceptedAt: number): Peer {
  return {
    transport,
    remoteAddress: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
    tlsVersion: socket.getProtocol() ?? '',
    acceptedAt,
    chain: chainOf(socket),
  };
}

function chainOf(socket: TLSSocket): CertificateView[] {
  const chain: CertificateView[] = [];
  try {
    let certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
    while (certificate !== undefined && chain.length < LONGEST_CHAIN) {
      chain.push(viewCertificate(certificate));
      certificate = certificate.issuerCertificate;
    }
  } catch {
    // What this OpenSSL cannot read counts as not sent: the device is refused, the emulator goes on.
  }
  return chain;
}
