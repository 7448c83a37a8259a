import { ProvisioningError } from '../core/error.ts';
import type { Transport } from './transport.ts';

/** MQTT over WebSocket over TLS, through a proxy if there is one. */
export const webSocketTransport: Transport = {
  name: 'websocket',
  defaultPort: 443,
  dial: () => {
    throw new ProvisioningError('websocket-failed', 'upgrade', 'WebSocket is not there yet');
  },
};
