import type { Packet } from '@mote/codec';
import type { ClientState } from '../mqtt/client-options.ts';
import { diagnostics, util } from '../node.ts';
import { publish } from '../observers.ts';
import type { Transport } from '../transport/transport.ts';
import type { ConnectOptionsBase } from './connect-options.ts';
import { mqttCallbacks } from './mqtt-callbacks.ts';
import { mqttWords } from './mqtt-words.ts';

/** Who looks on. None of them can end a client. */
export interface MqttObservers {
  readonly state: (state: ClientState) => void;
  /** Undefined when nobody looks, so that packets are not put together for nothing. */
  readonly packet: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
  /** What a handler of the application has thrown, or its promise rejected with. */
  readonly handlerError: (error: unknown) => void;
  /** Gives an error its words, before the application gets it. */
  readonly words?: ((error: unknown) => void) | undefined;
}

/** The caller's callbacks, `node:diagnostics_channel` and NODE_DEBUG=mote. */
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
