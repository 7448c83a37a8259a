import { wayThrough } from './proxy.ts';
import { dialTls, type Routed } from './tls.ts';
import type { Transport } from './transport.ts';

/** TLS, through a proxy if there is one. */
export const tlsTransport: Transport = {
  name: 'tls',
  defaultPort: 8883,
  dial: (target, events) =>
    dialTls(target.proxy ? ({ ...target, through: wayThrough(target.proxy) } as Routed) : target, events),
};
