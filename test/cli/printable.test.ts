import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escaped, jsonText, printable } from '@mote/client/explain';
import { describe, expect, test } from 'vitest';
import { Output } from '../../packages/cli/src/terminal/output.ts';
import { paintFor } from '../../packages/cli/src/terminal/paint.ts';
import { HOSTILE, MARKS, rawIn } from './hostile-text.ts';

const SOURCES = fileURLToPath(new URL('../../packages/cli/src/', import.meta.url));

function written(write: (output: Output) => void): string {
  let text = '';
  write(new Output({ write: (chunk: string) => (text += chunk) } as unknown as NodeJS.WritableStream));
  return text;
}

const ALL = {
  ...MARKS,
  'U+0000': 'a\u0000b',
  'half of a surrogate pair': 'a\ud83db\ude00',
  noncharacter: '\ufdd0\uffff',
};

describe('what a terminal would act on or hide is written out', () => {
  test.each(Object.entries(ALL))('%s', (_kind, mark) => {
    const text = `a${mark}z`;
    for (const shown of [escaped(text), printable(text), written((output) => output.line(text)).slice(0, -1)]) {
      expect(rawIn(shown)).toBeUndefined();
      expect(shown).toMatch(/^a.*\\u.*z$/s);
      expect(shown).not.toContain('\n');
    }
  });

  test.each(Object.entries(ALL))('in JSON, which means the same as before: %s', (_kind, mark) => {
    const value = { [`name ${mark}`]: [mark, { [mark]: 1 }] };
    const text = jsonText(value);
    expect(rawIn(text)).toBeUndefined();
    expect(JSON.parse(text)).toEqual(value);
    expect(text).not.toContain('\n');
  });

  test('letters, signs and emoji of any language stay as they are', () => {
    const text = 'Grüße, 你好, שלום, ✔ │ ▶ … 😀 1 °C';
    expect(escaped(text)).toBe(text);
  });
});

test('a long text is cut with a count, and no pair of surrogates is cut in two', () => {
  expect(printable('x'.repeat(1000))).toBe(`${'x'.repeat(300)}… (700 more characters)`);
  expect(printable(`${'x'.repeat(299)}😀y`)).toBe(`${'x'.repeat(299)}… (3 more characters)`);
  expect(written((output) => output.line('x'.repeat(10_000)))).toBe(`${'x'.repeat(8192)}… (1808 more characters)\n`);
});

describe('the streams of the command', () => {
  const paint = paintFor({ isTTY: true }, {});

  test('show colours of ours, and none of a peer', () => {
    expect(written((output) => output.line(`${paint.good('yes')} \u001b[31mno\u001b[0m`))).toBe(
      '\u001b[32myes\u001b[0m \\u001b[31mno\\u001b[0m\n',
    );
    expect(written((output) => output.line(paint.bad('\u001b[2J')))).toBe('\u001b[31m\\u001b[2J\u001b[0m\n');
  });

  test('write a text of a peer on one line, whichever way it is written', () => {
    for (const write of [
      (output: Output) => output.line(HOSTILE),
      (output: Output) => output.lines([HOSTILE, HOSTILE]),
      (output: Output) => output.json({ [HOSTILE]: HOSTILE }),
    ]) {
      expect(rawIn(written(write))).toBeUndefined();
    }
    expect(written((output) => output.redraw(HOSTILE))).toBe(`\r\u001b[2K${escaped(HOSTILE)}`);
  });

  test('have one door: no other file of the command writes to them', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('pages'),
    );
    const doors = files.filter((name) =>
      /console\.|std(?:out|err)\s*\.write|\b(?:stream|screen)\.write/.test(readFileSync(SOURCES + name, 'utf8')),
    );
    expect(files.length).toBeGreaterThan(60);
    expect(doors).toEqual(['terminal/output.ts']);
  });
});
