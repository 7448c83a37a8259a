import { readTls } from '../attestation/read-tls.ts';
import { tcpTransport } from '../transport/plain-tcp.ts';
import { tlsTransport } from '../transport/tls-transport.ts';
import type { Transport } from '../transport/transport.ts';
import { webSocketTransport } from '../transport/websocket-transport.ts';
import type { ConnectOptions, ConnectOptionsBase } from './connect-options.ts';
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
  await client.online(options.signal);
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
    const transports = transportsNamed(options);
    // The name of a transport is replaced by its transports before the check, so that the rules know only those.
    const named: ConnectOptionsBase = options?.transport
      ? { ...withReadTls(options), ...{ transport: transports.length > 1 ? transports : transports[0] } }
      : withReadTls(options);
    return new MqttClient(named, transports, impatient, mqttObservers);
  } catch (error) {
    mqttWords(Object(options), [])(error);
    throw error;
  }
}

/** The options with certificates as PEM. Callers may give them in other forms. */
export function withReadTls<Options extends Pick<ConnectOptions, 'tls'>>(options: Options): Options {
  const { tls } = (options ?? {}) as Partial<Options>;
  if (!tls) return options;
  return { ...options, tls: typeof tls === 'function' ? async () => readTls(await tls()) : readTls(tls) };
}

/** The transports that the option `transport` stands for. */
export function transportsNamed(options: Pick<ConnectOptions, 'transport'>): readonly Transport[] {
  const { transport = 'tls' } = (options ?? {}) as Partial<ConnectOptions>;
  if (transport === 'tls') return [tlsTransport];
  if (transport === 'websocket') return [webSocketTransport];
  if (transport === 'tcp') return [tcpTransport];
  if (transport === 'auto') return [tlsTransport, webSocketTransport];
  return [transport];
}
