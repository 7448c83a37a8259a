// On the published file: what a program pays that only imports the client.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const client = new URL('../../packages/client/dist/node/client.js', import.meta.url).href;

/** MB that a process holds when it has imported this: the median of five. */
function memoryWith(specifier: string): number {
  const code = `await import(${JSON.stringify(specifier)}); process.stdout.write(String(process.memoryUsage.rss()))`;
  const runs = Array.from({ length: 5 }, () =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        env: { PATH: process.env['PATH'] },
        encoding: 'utf8',
      }),
    ),
  );
  return runs.sort((one, other) => one - other)[2]! / 1e6;
}

// `pnpm bench start-up` holds it to 1 MB, on one processor. With more of them V8 takes up to 1 MB for threads of its own; a loop
// that is optimised while the file loads takes 4.
test('an import of the client takes at most 2 MB more than one of node:tls, which it leaves to the first dial', () => {
  expect(memoryWith(client)).toBeLessThanOrEqual(memoryWith('node:tls') + 2);
}, 60_000);
