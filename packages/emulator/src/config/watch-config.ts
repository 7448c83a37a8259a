import type { Emulator } from '../emulator.ts';

export interface ConfigWatch {
  close(): void;
}

/** Reloads the enrollments when the file changes; a file that cannot be used leaves the old ones in force and says so in `events`. */
export function watchConfig(_file: string, _emulator: Emulator): ConfigWatch {
  throw new Error('not built yet');
}
