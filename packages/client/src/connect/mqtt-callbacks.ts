import type { Packet } from '@mote/codec';
import type { ClientState } from '../mqtt/client-options.ts';
import { observe } from '../values.ts';
import type { ConnectOptionsBase } from './connect-options.ts';

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

/** The caller's own callbacks, and nobody else. What a handler throws leaves its message to the server, and is dropped. */
export function mqttCallbacks({ onState, onPacket }: ConnectOptionsBase): MqttObservers {
  return {
    state: (state) => observe(() => onState?.(state)),
    packet: onPacket && ((direction, packet) => observe(() => onPacket(direction, packet))),
    handlerError() {},
  };
}
