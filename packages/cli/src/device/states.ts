import type { DeviceState, HubError } from '@mote/client';
import { printable } from '@mote/client/explain';
import { stderr } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import { type Step, stepsOn } from '../terminal/steps.ts';

/** Prints on stderr what a device is doing. */
export interface States {
  progress(step: Step): void;
  state(state: DeviceState): void;
  failed(): void;
}

/** Makes the printer. `say` puts an error into words. */
export function statesOn(stream: NodeJS.WriteStream, say: (error: HubError) => string): States {
  const steps = stepsOn(stream);
  const paint = paintFor(stream);
  const began = performance.now();
  const next = (type: string, message: string, delayMs = 0): void =>
    steps.next({ type, message, delayMs, elapsedMs: performance.now() - began });
  return {
    progress: (step) => steps.next({ ...step, elapsedMs: performance.now() - began }),
    state: (state) => {
      if (state.type === 'provisioning') next('provisioning', 'asking the provisioning service');
      else if (state.type === 'connecting') next('connecting', `connecting to ${printable(state.hostName, 200)}`);
      else if (state.type === 'waiting')
        next('retrying', `offline: ${printable(say(state.cause), 300)}`, state.delayMs);
      else if (state.type === 'online') {
        steps.done();
        stderr.line(
          `${paint.good('online')} at ${printable(state.hostName, 200)} as ${printable(state.deviceId, 200)}`,
        );
      }
    },
    failed: () => steps.failed(),
  };
}
