import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { readJson, textOf } from '@mote/client/material';
import type { Emulator } from '../emulator.ts';
import { readWhole } from '../files/read-whole.ts';
import { parseJson } from '../service/values/bounded-json.ts';
import { messageOf } from '../service/values/message-of.ts';
import type { EmulatorConfig } from './emulator-config.ts';

/** A file that is watched. `close` ends that. */
export interface ConfigWatch {
  /** Stops watching the file. */
  close(): void;
}

/** Milliseconds. Editors write a file in several steps: after this time without a change it counts as complete. */
const QUIET_MS = 100;
/** Bytes and milliseconds. The whole emulator waits while the file is read, so a pipe gets a tenth of a second and no more. */
const LIMITS = { most: 64 * 1024 * 1024, writerMs: 0, silenceMs: 100 };

/**
 * Reloads the enrollments when the file changes. If the file is wrong, the old ones stay in force and an event says so.
 *
 * @example
 * const watch = watchConfig(file, dps);
 * watch.close();
 */
export function watchConfig(file: string, emulator: Emulator): ConfigWatch {
  let timer: NodeJS.Timeout | undefined;
  let last = textOf(readWhole(file, LIMITS));
  const look = () => {
    folders.follow();
    try {
      const text = textOf(readWhole(file, LIMITS));
      if (text === last) return;
      last = text;
      readJson(text); // its errors say where, and quote nothing of a file that may be a key
      emulator.reload(parseJson(text) as EmulatorConfig); // reload() checks it
    } catch (error) {
      emulator.reportReloadFailure(`${file}: ${messageOf(error)}`);
    }
  };
  const folders = new WatchedFolders(file, () => {
    clearTimeout(timer);
    timer = setTimeout(look, QUIET_MS);
  });
  folders.follow();
  return {
    close() {
      clearTimeout(timer);
      folders.close();
    },
  };
}

/**
 * The folders to watch: that of the path, and that of the real file behind links. Folders are watched since editors replace a file by
 * a new one. Any change in them counts, since Kubernetes changes a link beside the file (`..data`) and not the file.
 */
class WatchedFolders {
  readonly #file: string;
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(file: string, changed: () => void) {
    this.#file = file;
    this.#changed = changed;
  }

  /** Watches the present folders. */
  follow(): void {
    const wanted = new Set([dirname(this.#file), dirname(realPath(this.#file)), realPath(dirname(this.#file))]);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, this.#changed);
      watcher.on('error', () => this.#watchers.delete(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder was removed in the meantime: the next change finds the new one.
    }
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
