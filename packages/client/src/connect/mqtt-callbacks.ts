import { observe } from '../values.ts';
import type { ConnectOptionsBase } from './connect-options.ts';
import type { MqttObservers } from './mqtt-observers.ts';

/** The caller's own callbacks, and nobody else. What a handler throws leaves its message to the server, and is dropped. */
export function mqttCallbacks({ onState, onPacket }: ConnectOptionsBase): MqttObservers {
  return {
    state: (state) => observe(() => onState?.(state)),
    packet: onPacket && ((direction, packet) => observe(() => onPacket(direction, packet))),
    handlerError() {},
  };
}
