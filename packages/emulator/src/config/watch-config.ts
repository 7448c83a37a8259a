import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Emulator } from '../emulator.ts';
import type { EmulatorConfig } from './enrollment.ts';

export interface ConfigWatch {
  close(): void;
}

// Editors write a file in several steps; after this much quiet it is taken for finished.
const QUIET_MS = 100;

/** Reloads the enrollments when the file changes; a file that cannot be used leaves the old ones in force and says so in `events`. */
export function watchConfig(file: string, emulator: Emulator): ConfigWatch {
  let timer: NodeJS.Timeout | undefined;
  let last = readFileSync(file, 'utf8');
  const look = () => {
    try {
      const text = readFileSync(file, 'utf8');
      if (text === last) return;
      last = text;
      const config: EmulatorConfig = JSON.parse(text); // reload() checks it
      emulator.reload(config);
    } catch (error) {
      emulator.reportReloadFailure(`${file}: ${error instanceof Error ? error.message : error}`);
    }
  };
  // The folder is watched, since editors put a new file in the old one's place.
  const watcher = watch(dirname(file), (_change, name) => {
    if (name !== null && name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(look, QUIET_MS);
  });
  watcher.on('error', () => {});
  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
