import type { Packet } from '@mote/codec';
import type { Abortable } from '../abort.ts';
import type { ClientState } from '../mqtt/client-options.ts';
import { observe } from '../values.ts';
import type { ConnectOptionsBase } from './connect-options.ts';

/** Functions that observe a client. What they throw is ignored. */
export interface MqttObservers {
  readonly state: (state: ClientState) => void;
  /** Undefined if nobody observes packets: then no packet objects are made. */
  readonly packet: ((direction: 'sent' | 'received', packet: Packet) => void) | undefined;
  /** Gets what a message handler has thrown, or its promise rejected with. */
  readonly handlerError: (error: unknown) => void;
  /** Puts an error into words, before the application gets it, unless it is the reason of the signal of `call`. */
  readonly words?: ((error: unknown, call?: Abortable) => void) | undefined;
}

/** The callbacks of the caller only. Errors of message handlers are dropped here; the server may send their messages again. */
export function mqttCallbacks({ onState, onPacket }: ConnectOptionsBase): MqttObservers {
  return {
    state: (state) => observe(() => onState?.(state)),
    packet: onPacket && ((direction, packet) => observe(() => onPacket(direction, packet))),
    handlerError() {},
  };
}
