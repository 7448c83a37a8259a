import { wayThrough } from './proxy.ts';
import { dialTls, type Routed } from './tls.ts';
import type { Transport } from './transport.ts';

/** TLS, through a proxy if there is one. */
export const tlsTransport: Transport = {
  name: 'tls',
  defaultPort: 8883,
  dial(target: Routed, events) {
    const { proxy, through } = target;
    // With `throughProxy` around it there would be two proxies: that is refused.
    return dialTls(
      proxy && !through ? ({ ...target, proxy: undefined, through: wayThrough(proxy) } as Routed) : target,
      events,
    );
  },
};
