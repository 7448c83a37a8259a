import { explainMqtt, type MqttFailure } from '../explain/mqtt.ts';
import { MqttError } from '../mqtt/error.ts';
import type { Transport } from '../transport/transport.ts';
import type { ConnectOptionsBase } from './connect-options.ts';

/** Gives an MqttError its sentence and its hint, as it leaves the client. It may be told to many, and says the same to each. */
export function mqttWords(
  { host, port, proxy, tls }: ConnectOptionsBase,
  transports: readonly Transport[],
): (error: unknown) => void {
  const setting = {
    host,
    port: port ?? transports[0]?.defaultPort,
    transport: transports.length > 1 ? 'auto' : transports[0]?.name,
    proxy: proxy !== undefined,
    ca: typeof tls === 'object' && tls.ca !== undefined,
  };
  const told = new WeakSet<object>();
  return (error) => {
    if (!(error instanceof MqttError) || told.has(error)) return;
    told.add(error);
    const { message, hint } = explainMqtt(error as MqttFailure, setting);
    const { message: before, stack } = error;
    // The stack begins with the message that the error had when it was made.
    Object.assign(error, { message, stack: stack?.replace(before, () => message) });
    if (hint !== undefined) Object.assign(error, { hint });
  };
}
