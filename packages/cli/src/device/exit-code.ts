import type { HubError, HubErrorCode } from '@mote/client';
import { MQTT_EXIT_CODES } from '../mqtt/exit-code.ts';
import { EXIT_CODES } from '../provision/exit-code.ts';

// A Record over the closed union: a new code without an exit code does not compile. Those of the other commands are the same.
export const HUB_EXIT_CODES: Readonly<Record<HubErrorCode, number>> = {
  ...EXIT_CODES,
  ...MQTT_EXIT_CODES,
  'too-large': 36,
  'taken-over': 37,
  'unsupported-profile': 38,
};

/** CONNACK refusals add their return code, as those of the provisioning service do. */
export function hubExitCodeOf({ code, returnCode = 0 }: Pick<HubError, 'code' | 'returnCode'>): number {
  return HUB_EXIT_CODES[code] + (code === 'connection-refused' ? returnCode : 0);
}
