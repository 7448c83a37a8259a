import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Not part of `pnpm test`: it reads what that has left behind. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { include: ['test/evidence/*.run.ts'], reporters: ['default', './test/reporter/count.ts'] },
});
