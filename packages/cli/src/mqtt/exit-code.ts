import type { MqttError, MqttErrorCode } from '@mote/client';
import { EXIT_CODES } from '../provision/exit-code.ts';

// A Record over the closed union: a new code without an exit code does not compile. Those of `mote provision` are the same.
export const MQTT_EXIT_CODES: Readonly<Record<MqttErrorCode, number>> = {
  ...EXIT_CODES,
  'queue-full': 17,
  'session-lost': 18,
  closed: 19,
  expired: 41,
};

/** CONNACK refusals add their return code, so that a script can tell 21 (protocol level) from 25 (not authorized). */
export function mqttExitCodeOf(error: MqttError): number {
  return MQTT_EXIT_CODES[error.code] + (error.code === 'connection-refused' ? (error.returnCode ?? 0) : 0);
}
