import { readTls } from '../attestation/read-tls.ts';
import { tcpTransport } from '../transport/plain-tcp.ts';
import { tlsTransport } from '../transport/tls-transport.ts';
import type { Transport } from '../transport/transport.ts';
import { webSocketTransport } from '../transport/websocket-transport.ts';
import { quietly, taken } from '../values.ts';
import type { ConnectOptions } from './connect-options.ts';
import { MqttClient } from './mqtt-client.ts';
import { mqttObservers } from './mqtt-observers.ts';
import { mqttWords } from './mqtt-words.ts';

/**
 * Connects to an MQTT 3.1.1 server, and dials again whenever the connection is lost. Resolves when the server has accepted the client
 * for the first time. Rejects with MqttError, or with the reason of `signal`, at the latest after `timeoutMs`. Then nothing stays open.
 *
 * @example
 * const client = await connect({ host: 'broker.example.org', clientId: 'sensor-17' });
 * await client.publish('sensor-17/temperature', '21.5', { qos: 1 });
 * await client.close();
 */
export async function connect(options: ConnectOptions): Promise<MqttClient> {
  const client = clientOf(options, true);
  await client.online();
  return client;
}

/**
 * Like `connect`, but returns the client at once: for a device that may start offline. Throws MqttError `invalid-options`.
 *
 * @example
 * const client = createClient({ host: 'broker.example.org', clientId: 'sensor-17' });
 * const sent = client.publish('sensor-17/started', 'yes', { qos: 1 });
 * await sent;
 * await client.close();
 */
export function createClient(options: ConnectOptions): MqttClient {
  return clientOf(options, false);
}

function clientOf(options: ConnectOptions, impatient: boolean): MqttClient {
  try {
    return new MqttClient(withReadTls(options), transportsNamed, impatient, mqttObservers);
  } catch (error) {
    // What is said of a wrong option needs no other one, which may be wrong, too.
    mqttWords({ host: '', clientId: '' }, [])(error);
    throw error;
  }
}

/** A copy of the options, with certificates as PEM. Callers may give them in other forms. */
export function withReadTls<Options extends Pick<ConnectOptions, 'tls'>>(options: Options): Options {
  const own = taken(options);
  const tls = quietly(() => own.tls);
  if (!tls) return own;
  return { ...own, tls: typeof tls === 'function' ? async () => readTls(await tls()) : readTls(tls) };
}

/** The same for a hub, which has no port without TLS. */
export function transportsToHub(options: { readonly transport?: unknown }): readonly Transport[] {
  return options.transport === 'tcp' ? [] : transportsNamed(options);
}

/** The transports that the option `transport` stands for. */
export function transportsNamed({ transport = 'tls' }: { readonly transport?: unknown }): readonly Transport[] {
  if (transport === 'tls') return [tlsTransport];
  if (transport === 'websocket') return [webSocketTransport];
  if (transport === 'tcp') return [tcpTransport];
  if (transport === 'auto') return [tlsTransport, webSocketTransport];
  return [transport as Transport];
}
