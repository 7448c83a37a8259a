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
    test.each(['whole', 'byte by byte'] as const)('%s', async (cut) => {
      expect(await replay(sequence, cut)).toBe(sequence.script.join('\n'));
    });
  });
});
