import type { MqttError, MqttErrorCode } from '@mote/client';
import { EXIT_CODES } from '../provision/exit-code.ts';

/**
 * Exit codes of `mote publish` and `mote subscribe`. Codes that `mote provision` has, too, are the same there. The type names every
 * MqttErrorCode, so a new code without an exit code does not compile.
 */
export const MQTT_EXIT_CODES: Readonly<Record<MqttErrorCode, number>> = {
  ...EXIT_CODES,
  'queue-full': 17,
  'session-lost': 18,
  closed: 19,
  expired: 41,
};

/** The exit code for an error. `connection-refused` adds the return code: 21 is the protocol level, 25 is not authorized. */
export function mqttExitCodeOf(error: MqttError): number {
  return MQTT_EXIT_CODES[error.code] + (error.code === 'connection-refused' ? (error.returnCode ?? 0) : 0);
}
