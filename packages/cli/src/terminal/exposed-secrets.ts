import type { Invocation } from '../command.ts';
import { stderr } from './output.ts';

/** Prints a warning on stderr for each secret that was given on the command line. */
export function warnOfExposedSecrets({ exposed }: Invocation): void {
  for (const flag of exposed) {
    stderr.line(
      `mote: --${flag} on the command line is visible to every process; use its environment variable or a file`,
    );
  }
}
