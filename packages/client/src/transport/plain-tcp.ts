import { carry, dialSocket } from './socket.ts';
import type { Transport } from './transport.ts';

/** TCP without TLS: everyone on the path can read and change the bytes. Used only when it is named, and never as a fallback. */
export const tcpTransport: Transport = {
  name: 'tcp',
  defaultPort: 1883,
  dial: (target, events) =>
    dialSocket(target, target, events, (socket, stand) => {
      stand(carry(socket, events, (error) => error));
      events.connected('TCP');
    }),
};
