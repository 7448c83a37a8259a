// node test/support/working-copy.mjs FOLDER: the files of this repository as they stand, less what is installed, built or measured.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function copyTo(folder) {
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (path) => !/(?:^|\/)(?:node_modules|dist|\.cache|\.git|coverage|tarballs)$/.test(path.slice(ROOT.length)),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) copyTo(process.argv[2]);
