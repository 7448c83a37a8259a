import { crypto, diagnostics, fs } from '../node.ts';
import { publish } from '../observers.ts';
import { isPlain, observe, tagOf } from '../values.ts';
import type { AssignmentCache, CachedAssignment } from './open-device-options.ts';

/** Most bytes of a cache file. No assignment is larger. */
const MOST_BYTES = 65_536;

/** How `fileCache` tells of a file that it cannot use. */
export interface FileCacheOptions {
  /** Called with the error of a file that cannot be read or is damaged. The cache then counts as empty. */
  readonly onProblem?: ((error: unknown) => unknown) | undefined;
}

/**
 * Keeps the assignment of one device in a file, which is written whole or not at all, in mode 0600. A file that is missing, damaged
 * or cannot be read counts as empty: the device then asks the provisioning service.
 *
 * @example
 * const cache = fileCache('assignment.json', { onProblem: (error) => console.error(error) });
 * const entry = cache.load();
 */
export function fileCache(path: string, options: FileCacheOptions = {}): Required<AssignmentCache> {
  if (typeof path !== 'string' || !path) throw new TypeError('fileCache: a path is needed');
  if (!isPlain(options)) throw new TypeError('fileCache: options are an object');
  const { onProblem } = options;
  if (onProblem !== undefined && typeof onProblem !== 'function')
    throw new TypeError('fileCache: onProblem is a function');
  const files = () => fs().promises;
  return {
    async load() {
      try {
        const stat = await files().stat(path);
        // Reading a pipe would never end.
        if (!stat.isFile() || stat.size > MOST_BYTES) throw new Error(`${path} is no cached assignment`);
        const found: unknown = JSON.parse(await files().readFile(path, 'utf8'));
        if (tagOf(found) !== 'Object') throw new Error(`${path} is no cached assignment`);
        return found as CachedAssignment;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        publish(diagnostics().channel('mote:cache-error'), { path, error });
        observe(() => onProblem?.(error));
        return undefined;
      }
    },
    async save(assignment) {
      const beside = `${path}.${crypto().randomBytes(6).toString('hex')}`;
      try {
        const file = await files().open(beside, 'wx', 0o600);
        try {
          await file.writeFile(`${JSON.stringify(assignment)}\n`);
          await file.sync();
        } finally {
          await file.close();
        }
        await files().rename(beside, path);
      } catch (error) {
        await files().rm(beside, { force: true });
        throw error;
      }
    },
    clear: () => files().rm(path, { force: true }),
  };
}
