// Whether the packages are as they were when they were last built: one hash over all that a build reads, and one over all that it
// has written. A hash, not times: a clone, a copy and a checkout set times as they like. 1,500 files take 0.1 s.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Beside the packages: the compiler's base and references, the scripts, and which tools are installed. */
const AROUND = ['build', 'package.json', 'pnpm-lock.yaml', 'tsconfig.base.json', 'tsconfig.json'];

export class BuildStamp {
  #root;
  #file;

  /** @param {string} root the folder of the repository */
  constructor(root) {
    this.#root = root;
    this.#file = join(root, '.cache/build.json');
  }

  /** True when neither a source nor a product has changed since `write`. */
  fresh() {
    if (!existsSync(this.#file)) return false;
    const { read, written } = JSON.parse(readFileSync(this.#file, 'utf8'));
    return read === this.sources() && written === this.#products();
  }

  /** The hash of all that a build reads. Taken before the build: a file that is saved meanwhile is built the next time. */
  sources() {
    const around = AROUND.filter((name) => existsSync(join(this.#root, name)));
    return this.#hash([...around, ...this.#inPackages((name) => name !== 'node_modules' && name !== 'dist')]);
  }

  /** Before a build, so that one that ends early leaves no stamp. */
  remove() {
    rmSync(this.#file, { force: true });
  }

  /** After a build of what had the hash `read`. */
  write(read) {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify({ read, written: this.#products() }));
  }

  #products() {
    return this.#hash(this.#inPackages((name) => name === 'dist'));
  }

  /** Files and folders at the top of each package whose name passes. */
  #inPackages(passes) {
    return namesIn(join(this.#root, 'packages')).flatMap((name) => {
      const folder = join('packages', name);
      if (!statSync(join(this.#root, folder)).isDirectory()) return [];
      return namesIn(join(this.#root, folder))
        .filter(passes)
        .map((entry) => join(folder, entry));
    });
  }

  #hash(paths) {
    const hash = createHash('sha256');
    const add = (path) => {
      const full = join(this.#root, path);
      if (statSync(full).isDirectory()) {
        for (const name of namesIn(full)) add(join(path, name));
        return;
      }
      const content = readFileSync(full);
      // With lengths, so that no two trees give the same bytes.
      hash.update(`${path.length} ${path} ${content.length} `).update(content);
    };
    for (const path of paths) add(path);
    return hash.digest('hex');
  }
}

/** In an order, which `readdir` does not promise. */
function namesIn(folder) {
  return readdirSync(folder).sort();
}
