import { directTls } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import type { LeanConnectOptions } from './connect-options.ts';
import { connectOver, MqttClient } from './mqtt-client.ts';

/** `connect` for a bundle that is to stay small: it has the transports that are named, and errors without sentences. */
export async function connect(options: LeanConnectOptions): Promise<MqttClient> {
  return connectOver(options, transportsOf(options));
}

/** The same without waiting, for a device that starts offline. Throws MqttError `invalid-options`. */
export function createClient(options: LeanConnectOptions): MqttClient {
  return new MqttClient(options, transportsOf(options), false);
}

export function transportsOf(options: Pick<LeanConnectOptions, 'transport'>): readonly Transport[] {
  return [(options as Partial<LeanConnectOptions> | undefined)?.transport ?? directTls].flat();
}
