import { net } from '../node.ts';
import type { Connection, DialTarget, Transport, TransportEvents } from './transport.ts';

/** MQTT over TCP without TLS: everyone on the way reads and writes along. Asked for by name, and never a way out of another one. */
export const tcpTransport: Transport = { name: 'tcp', defaultPort: 1883, dial };

function dial({ host, port }: DialTarget, events: TransportEvents): Connection {
  const socket = net().connect({ host, port, noDelay: true });
  const destroy = (): void => void socket.destroy();
  let failure: unknown;
  events.stage(net().isIP(host) ? 'tcp' : 'dns');
  socket
    .on('lookup', (error: Error | null) => error ?? events.stage('tcp'))
    .on('connect', () => events.connected('TCP'))
    .on('data', (bytes: Uint8Array) => events.data(bytes))
    .on('drain', () => events.drained?.())
    // Our goodbye is with the kernel: there is nothing more to wait for.
    .on('finish', destroy)
    .on('end', destroy)
    .on('error', (error) => {
      failure ??= error;
    })
    .on('close', () => events.closed(failure));
  return {
    send: (bytes, written) => socket.write(bytes, written),
    close: () => void (socket.connecting ? destroy() : socket.end()),
    abort: destroy,
  };
}
