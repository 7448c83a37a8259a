import type { HubError, HubErrorCode } from '@mote/client';
import { MQTT_EXIT_CODES } from '../mqtt/exit-code.ts';
import { EXIT_CODES } from '../provision/exit-code.ts';

/** Exit codes of `mote device`. The type names every HubErrorCode, so a new code without an exit code does not compile. */
export const HUB_EXIT_CODES: Readonly<Record<HubErrorCode, number>> = {
  ...EXIT_CODES,
  ...MQTT_EXIT_CODES,
  'too-large': 36,
  'taken-over': 37,
  'unsupported-profile': 38,
};

/** The exit code for an error. `connection-refused` adds the return code of CONNACK, in `mote provision`, too. */
export function hubExitCodeOf({ code, returnCode = 0 }: Pick<HubError, 'code' | 'returnCode'>): number {
  return HUB_EXIT_CODES[code] + (code === 'connection-refused' ? returnCode : 0);
}
