import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { replay } from './replay.ts';
import { tables } from './tables.ts';

// What servers say and what the client must do then, packet by packet: sequences of other projects' tests, written anew, and our own.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe.each(Object.entries(tables()))('%s', (_table, sequences) => {
  describe.each(sequences)('$from: $name', (sequence) => {
    // Alternatives are many, and most of them are a packet that the codec's tests cut at each byte.
    const cuts = sequence.script.some((line) => line.startsWith('? ')) ? [] : (['byte by byte'] as const);
    test.each(['whole', ...cuts] as const)('%s', async (cut) => {
      expect(await replay(sequence, cut)).toBe(sequence.script.join('\n'));
    });
  });
});
