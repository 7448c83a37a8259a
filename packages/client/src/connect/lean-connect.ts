import { transportsOf } from '../transport/tls.ts';
import type { LeanConnectOptions } from './connect-options.ts';
import { MqttClient } from './mqtt-client.ts';

/**
 * `connect` for a bundle that is to stay small: it has the transports that are named, and errors without sentences.
 *
 * @example
 * const client = await connect({ host: 'broker.example.org', clientId: 'sensor-17', transport: webSocketTransport });
 * await client.close();
 */
export async function connect(options: LeanConnectOptions): Promise<MqttClient> {
  const client = new MqttClient(options, transportsOf(options), true);
  await client.online(options.signal);
  return client;
}

/**
 * The same without waiting, for a device that starts offline. Throws MqttError `invalid-options`.
 *
 * @example
 * const client = createClient({ host: 'broker.example.org', clientId: 'sensor-17', transport: tlsTransport });
 * await client.close();
 */
export function createClient(options: LeanConnectOptions): MqttClient {
  return new MqttClient(options, transportsOf(options), false);
}
