import type { MqttError, MqttErrorCode } from '@mote/client';
import { EXIT_CODES, exitCodeIn } from '../provision/exit-code.ts';

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

/** The exit code for an error of `connect` or of its client. */
export function mqttExitCodeOf(error: MqttError): number {
  return exitCodeIn(MQTT_EXIT_CODES, error);
}
