import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const source = readFileSync(join(here, '../../packages/codec/src/error.ts'), 'utf8');
const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1]);

test('every code is explained where it is listed, and raised by a test', () => {
  const tests = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(here, file), 'utf8'))
    .join('');
  expect(codes.length).toBe(16);
  for (const code of codes) {
    expect(source).toMatch(new RegExp(`/\\*\\* [^\\n]+ \\*/\\n {2}\\| '${code}'`));
    expect(tests).toContain(`'${code}'`);
  }
});
