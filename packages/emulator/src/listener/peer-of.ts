import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { viewCertificate } from '../pki/certificate-view.ts';
import type { CertificateView } from '../service/credentials/certificate-view.ts';
import type { Peer } from '../service/mqtt/ports.ts';

/** Most certificates that are read: the longest chains in use have four. It also ends a chain whose issuers lead in a circle. */
const LONGEST_CHAIN = 8;

/** What TLS knows of the device: its address, the version of TLS, and its certificate with its chain. */
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
