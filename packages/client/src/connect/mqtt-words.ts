import { type Abortable, isReason } from '../abort.ts';
import { explainMqtt, type MqttFailure } from '../explain/mqtt.ts';
import { reword } from '../explain/reword.ts';
import { MqttError } from '../mqtt/error.ts';
import type { Transport } from '../transport/transport.ts';
import type { ConnectOptionsBase } from './connect-options.ts';

/**
 * Returns a function that gives an MqttError its sentence and its hint. One error may reach several callers, so each is changed only
 * once. The reason of a signal, of `options` or of `call`, stays as it is.
 */
export function mqttWords(
  options: ConnectOptionsBase,
  transports: readonly Transport[],
): (error: unknown, call?: Abortable) => void {
  const { host, port, proxy, tls } = options;
  const setting = {
    host,
    port: port ?? transports[0]?.defaultPort,
    transport: transports.length > 1 ? 'auto' : transports[0]?.name,
    proxy: proxy !== undefined,
    ca: typeof tls === 'object' && tls.ca !== undefined,
  };
  const told = new WeakSet<object>();
  return (error, call = {}) => {
    if (!(error instanceof MqttError) || told.has(error) || isReason(error, options) || isReason(error, call)) return;
    told.add(error);
    const { message, hint } = explainMqtt(error as MqttFailure, setting);
    reword(error, hint === undefined ? { message } : { message, hint });
  };
}
