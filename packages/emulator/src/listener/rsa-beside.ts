import { createServer, type Server, type Socket } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import type { ServerIdentity } from '../pki/authority.ts';
import { LONGEST_RECORD, RECORD_HEADER, readClientHello } from './client-hello.ts';
import { tlsOptions } from './tls-options.ts';

/** The certificates of the listeners: the RSA one is made when the first device needs it, since that takes up to a second. */
export class ServerIdentities {
  readonly ecdsa: ServerIdentity;
  readonly #makeRsa: () => ServerIdentity;
  #rsa: ServerIdentity | undefined;

  constructor(ecdsa: ServerIdentity, makeRsa: () => ServerIdentity) {
    this.ecdsa = ecdsa;
    this.#makeRsa = makeRsa;
  }

  get rsa(): ServerIdentity {
    this.#rsa ??= this.#makeRsa();
    return this.#rsa;
  }
}

/** Most bytes that are waited for. A ClientHello in several records is left to TLS. */
const LONGEST_HELLO = LONGEST_RECORD + RECORD_HEADER;

/**
 * A TCP server in front of a TLS server. It looks at the first bytes of each connection: a device that can use no ECDSA
 * certificate (an RSA-only suite of TLS 1.2, or RSA signatures only) gets an RSA one beside it, as at the service.
 */
export function rsaBeside(server: TlsServer, identities: ServerIdentities, handshakeTimeoutMs: number): Server {
  let offersRsa = false;
  const onAssigned = (socket: Socket, chunks: readonly Buffer[]) => {
    socket.removeAllListeners('data');
    socket.pause();
    if (chunks.length > 0) socket.unshift(Buffer.concat(chunks));
    server.emit('connection', socket);
  };
  const front = createServer({ noDelay: true }, (socket) => {
    const chunks: Buffer[] = [];
    let size = 0;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      const reading = offersRsa ? 'any' : readClientHello(chunks.length === 1 ? chunk : Buffer.concat(chunks));
      if (reading === 'incomplete' && size <= LONGEST_HELLO) return;
      if (reading === 'needs-rsa' && !offersRsa) {
        offersRsa = true;
        server.setSecureContext(tlsOptions([identities.ecdsa, identities.rsa], handshakeTimeoutMs));
      }
      onAssigned(socket, chunks);
    });
  });
  return front;
}
