// What a file of the device, or a peer, takes of one engine.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const STRIP = '"use strip";';

/** Runs `task` with a function that makes a file of a text, and removes the files after it. */
export async function withFiles(task) {
  const folder = mkdtempSync(join(tmpdir(), 'mote-memory-'));
  let count = 0;
  try {
    return await task((text) => {
      const name = join(folder, `${++count}.js`);
      writeFileSync(name, text);
      return name;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const withoutStrip = (text) => text.replace(STRIP, '');
export const withStrip = (text) => (text.startsWith(STRIP) ? text : STRIP + text);

/** The heap when the files are loaded: bytes, blocks, and the most that it was on the way. Less what this question takes. */
export async function loaded({ run }, ...files) {
  const [all] = await run([...files, here('loaded.js')]);
  const [none] = await run([here('loaded.js')]);
  return { heap: all.heap - none.heap, blocks: all.blocks - none.blocks, most: all.most };
}

/** What a registration takes on top of the loaded file at its highest, and what of it is left. */
export async function registered({ run }, file) {
  const [found] = await run([file, here('registration.js')]);
  return found;
}

/** Bytes of a message in flight and of a decoded one, and microseconds. */
export async function worked({ run }, file, subject) {
  const [found] = await run([file, here(`subject-${subject}.js`), here('work.js')]);
  return found;
}
