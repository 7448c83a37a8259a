import type { Invocation } from '../command.ts';
import { stderr } from './output.ts';

/** A line on stderr for each secret that stood on the command line. */
export function warnOfExposedSecrets({ exposed }: Invocation): void {
  for (const flag of exposed) {
    stderr.line(
      `mote: --${flag} on the command line is visible to every process; use its environment variable or a file`,
    );
  }
}
