import { openTunnel } from './proxy.ts';
import { withSockets } from './sockets.ts';
import { dialTls } from './tls.ts';
import type { Transport } from './transport.ts';

/** MQTT over TLS, through a proxy if there is one. */
export const tlsTransport: Transport = {
  name: 'tls',
  defaultPort: 8883,
  dial: (target, events) => withSockets(events, (sockets) => dialTls(sockets, target, events, openTunnel)),
};
