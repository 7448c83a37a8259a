import type { HubError, HubErrorCode } from '@mote/client';
import { MQTT_EXIT_CODES } from '../mqtt/exit-code.ts';
import { EXIT_CODES, exitCodeIn } from '../provision/exit-code.ts';

/** Exit codes of `mote device`. The type names every HubErrorCode, so a new code without an exit code does not compile. */
export const HUB_EXIT_CODES: Readonly<Record<HubErrorCode, number>> = {
  ...EXIT_CODES,
  ...MQTT_EXIT_CODES,
  'too-large': 36,
  'taken-over': 37,
  'unsupported-profile': 38,
};

/** The exit code for an error of a device at its hub. */
export function hubExitCodeOf(error: Pick<HubError, 'code' | 'returnCode'>): number {
  return exitCodeIn(HUB_EXIT_CODES, error);
}
