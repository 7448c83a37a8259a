import { describe, expect, test } from 'vitest';
import { hexOf } from '../../../packages/cli/src/packets/hex.ts';
import { readContent } from '../../../packages/cli/src/packets/read-content.ts';
import { joined } from '../../../packages/cli/src/packets/reading.ts';
import dumps from './fixtures/dumps.json' with { type: 'json' };

/** The bytes that are read from what a tool printed, put into a file. */
const bytesOf = (text: string): string =>
  hexOf(joined(readContent(new TextEncoder().encode(text)).pieces.map(({ bytes }) => bytes)));

describe('what real tools print of a packet is read back as its bytes', () => {
  for (const tool of new Set(dumps.map((dump) => dump.tool))) {
    test.each(dumps.filter((dump) => dump.tool === tool).map(({ packet, hex, output }) => [packet, hex, output]))(
      `${tool}: %s`,
      (_packet, hex, output) => {
        expect(bytesOf(output)).toBe(hex);
      },
    );
  }
});
