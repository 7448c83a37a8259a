import { tlsTransport } from './tls-transport.ts';
import type { Transport } from './transport.ts';
import { dialWebSocket } from './websocket/websocket.ts';

/** WebSocket over TLS, through a proxy if there is one. */
export const webSocketTransport: Transport = {
  name: 'websocket',
  defaultPort: 443,
  dial: (target, events) => dialWebSocket(tlsTransport, target, events),
};
