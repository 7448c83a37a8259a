import type { Packet } from '@mote/codec';
import type { ConnectOptionsBase } from './connect-options.ts';
import type { ClientState } from './mqtt/client-options.ts';
import { diagnostics, util } from './node.ts';
import { publish } from './observers.ts';
import { observe } from './values.ts';

export interface MqttObservers {
  readonly state: (state: ClientState) => void;
  /** Undefined when nobody looks, so that packets are not put together for nothing. */
  readonly packet: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
  /** What a handler of the application has thrown, or its promise rejected with. */
  readonly handlerError: (error: unknown) => void;
}

/** The caller's callbacks, `node:diagnostics_channel` and NODE_DEBUG=mote. None of them can end a client. */
export function mqttObservers({ clientId, onState, onPacket }: ConnectOptionsBase): MqttObservers {
  const { channel } = diagnostics();
  const states = channel('mote:state');
  const packets = channel('mote:packet');
  const errors = channel('mote:handler-error');
  const debug = util().debuglog('mote');
  return {
    state(state) {
      debug('%s: %s', clientId, state.type);
      publish(states, { clientId, state });
      observe(() => onState?.(state));
    },
    packet:
      onPacket || packets.hasSubscribers
        ? (direction, packet) => {
            publish(packets, { clientId, direction, packet });
            observe(() => onPacket?.(direction, packet));
          }
        : undefined,
    handlerError(error) {
      debug('%s: a handler failed: %o', clientId, error);
      publish(errors, { clientId, error });
    },
  };
}
