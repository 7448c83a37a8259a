import { dialThroughProxy } from './proxy.ts';
import { dialTls } from './tls.ts';
import type { Transport } from './transport.ts';

/** MQTT over TLS, through a proxy if there is one. */
export const tlsTransport: Transport = {
  name: 'tls',
  defaultPort: 8883,
  dial: (target, events) => (target.proxy ? dialThroughProxy(target.proxy, target, events) : dialTls(target, events)),
};
