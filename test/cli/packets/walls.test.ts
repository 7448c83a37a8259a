import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../../packages/cli/src/', import.meta.url));

/** What the files of a room import from outside of it. */
function importsOf(room: string): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(SOURCES + room, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const here = new URL(name, `file:///${room}/`);
    for (const [, target = ''] of readFileSync(`${SOURCES}${room}/${name}`, 'utf8').matchAll(/ from '([^']+)'/g)) {
      found.add(target.startsWith('.') ? (new URL(target, here).pathname.split('/')[1] ?? '') : target);
    }
  }
  return found;
}

test('bytes and packets are read by a room that imports the codec and itself, and nothing else', () => {
  expect(importsOf('packets')).toEqual(new Set(['packets', '@mote/codec', '@mote/codec/annotate']));
});

test('pages import packets and pages; nothing of Node, and nothing of the command', () => {
  expect(importsOf('pages')).toEqual(new Set(['pages', 'packets']));
});

test('the compiler holds that wall: no types of Node in both rooms, none of the DOM where packets are read', () => {
  const settings = (name: string) => readFileSync(`${SOURCES}../${name}`, 'utf8');
  expect(settings('tsconfig.packets.json')).toMatch(/"lib": \["ES2022"\],\s+"types": \[\]/);
  expect(settings('tsconfig.pages.json')).toMatch(/"types": \[\]/);
  expect(settings('tsconfig.json')).toContain('"exclude": ["src/packets", "src/pages"]');
});
