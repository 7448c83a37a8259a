import { describe, expect, test } from 'vitest';
import { hexOf } from '../../../packages/cli/src/packets/hex.ts';
import { readContent } from '../../../packages/cli/src/packets/read-content.ts';
import { joined, type Reading } from '../../../packages/cli/src/packets/reading.ts';
import dumps from './fixtures/dumps.json' with { type: 'json' };

const readingOf = (text: string): Reading => readContent(new TextEncoder().encode(text));
/** The bytes that are read from what a tool printed, put into a file. */
const bytesOf = (text: string): string => hexOf(joined(readingOf(text).pieces.map(({ bytes }) => bytes)));

/** Nobody can tell the order of bytes in a word of these, unless one of both makes whole packets. */
const EITHER = ['od --endian=big -x', 'od -v -A n -x', 'od -v -A n -t x4'];
const isJudged = ({ packet, tool }: (typeof dumps)[number]) =>
  !(EITHER.includes(tool) && /malformed|unfinished/.test(packet));

describe('what real tools print of a packet is read back as its bytes', () => {
  for (const tool of new Set(dumps.map((dump) => dump.tool))) {
    const own = dumps.filter((dump) => dump.tool === tool && isJudged(dump));
    test.each(own.map(({ packet, hex, output }) => [packet, hex, output]))(`${tool}: %s`, (_packet, hex, output) => {
      expect(bytesOf(output)).toBe(hex);
    });
  }
});

describe('words whose bytes may stand in either order', () => {
  const own = dumps.filter((dump) => !isJudged(dump));
  test.each(own.map(({ tool, packet, hex, output }) => [tool, packet, hex, output]))(
    '%s of the packet %s is read, or the other order is named',
    (_tool, _packet, hex, output) => {
      expect(bytesOf(output) === hex || /could be .*hex/.test(readingOf(output).notes.join())).toBe(true);
    },
  );
});
