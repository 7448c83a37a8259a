import { transportsOf } from '../transport/tls.ts';
import type { LeanConnectOptions } from './connect-options.ts';
import { MqttClient } from './mqtt-client.ts';

/**
 * `connect` for small bundles. It contains only the transports that you import, and its errors have codes but no sentences.
 *
 * @example
 * const client = await connect({ host: 'broker.example.org', clientId: 'sensor-17', transport: webSocketTransport });
 * await client.close();
 */
export async function connect(options: LeanConnectOptions): Promise<MqttClient> {
  const client = new MqttClient(options, transportsOf, true);
  await client.online();
  return client;
}

/**
 * Like `connect`, but returns the client at once: for a device that may start offline. Throws MqttError `invalid-options`.
 *
 * @example
 * const client = createClient({ host: 'broker.example.org', clientId: 'sensor-17', transport: tlsTransport });
 * await client.close();
 */
export function createClient(options: LeanConnectOptions): MqttClient {
  return new MqttClient(options, transportsOf, false);
}
