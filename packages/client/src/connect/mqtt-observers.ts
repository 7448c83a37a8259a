import { diagnostics, util } from '../node.ts';
import { publish } from '../observers.ts';
import type { Transport } from '../transport/transport.ts';
import type { ConnectOptionsBase } from './connect-options.ts';
import { type MqttObservers, mqttCallbacks } from './mqtt-callbacks.ts';
import { mqttWords } from './mqtt-words.ts';

/** The callbacks of the caller, and those who subscribe to `node:diagnostics_channel` or set NODE_DEBUG=mote. */
export function mqttObservers(options: ConnectOptionsBase, transports: readonly Transport[]): MqttObservers {
  const { clientId } = options;
  const own = mqttCallbacks(options);
  const words = mqttWords(options, transports);
  const { channel } = diagnostics();
  const states = channel('mote:state');
  const packets = channel('mote:packet');
  const errors = channel('mote:handler-error');
  const debug = util().debuglog('mote');
  return {
    words,
    state(state) {
      if (state.type === 'waiting') words(state.cause);
      else if (state.type === 'stopped') words(state.error);
      debug('%s: %s', clientId, state.type);
      publish(states, { clientId, state });
      own.state(state);
    },
    packet:
      own.packet || packets.hasSubscribers
        ? (direction, packet) => {
            publish(packets, { clientId, direction, packet });
            own.packet?.(direction, packet);
          }
        : undefined,
    handlerError(error) {
      debug('%s: a handler failed: %o', clientId, error);
      publish(errors, { clientId, error });
    },
  };
}
