import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documents } from './code-blocks.ts';

const ROOT = new URL('../../', import.meta.url);
const PICTURES = [...documents()].flatMap(([file, text]) =>
  [...text.matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(([, alt = '', path = '']) => ({
    alt,
    path: new URL(path, new URL(file, ROOT)),
    where: `${file}: ${path}`,
  })),
);

test('the README shows the demo, the dashboard and the inspector', () => {
  const shown = PICTURES.filter(({ where }) => where.startsWith('README.md')).map(({ where }) =>
    where.split('/').at(-1),
  );
  expect(shown).toEqual(expect.arrayContaining(['demo.svg', 'dashboard.png', 'inspector.png']));
});

test.each(PICTURES)('$where is there, says in words what it shows, and is small', ({ alt, path }) => {
  expect(alt.split(' ').length).toBeGreaterThan(3);
  const { size } = statSync(path);
  expect(size).toBeGreaterThan(1000);
  expect(size).toBeLessThan(150_000);
});

test.each(PICTURES.filter(({ path }) => path.pathname.endsWith('.png')))(
  '$where is a picture of a page as a screen shows it',
  ({ path }) => {
    const bytes = readFileSync(path);
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    // Width, at byte 16: a picture that is much wider is not readable in a README of 900 pixels.
    expect(bytes.readUInt32BE(16)).toBeGreaterThan(1000);
    expect(bytes.readUInt32BE(16)).toBeLessThanOrEqual(1280);
  },
);
