import { decode, encodePacket, encodePacketInto, packetSize } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { concat, pieces, sha256 } from './support/bytes.ts';
import { read } from './support/read.ts';
import {
  bytesOf,
  generated,
  generatedBytes,
  inVectorWords,
  malformed,
  streamBytes,
  streams,
  valid,
  writtenOut,
} from './support/vectors.ts';

// Bytes and verdicts in test/vectors were made by others and confirmed by parsers that share nothing with this one.

const short = valid.filter((vector) => vector.hex !== undefined);

describe('a strict receiver gives the verdict of the corpus', () => {
  test.each(malformed.map((vector) => [vector.name, vector.why, vector.ref, vector] as const))(
    '%s: %s [%s]',
    (_name, _why, _ref, vector) => {
      const bytes = bytesOf(vector);
      const verdict = read([bytes]);
      expect([vector.expected, vector.also_ok]).toContain(verdict.kind);
      const bitwise = read(pieces(bytes, 1));
      expect(bitwise.kind).toBe(verdict.kind);
      if (verdict.kind !== 'reject' || bitwise.kind !== 'reject') return;
      expect(bitwise.error).toMatchObject({ code: verdict.error.code, offset: verdict.error.offset });
      expect(verdict.error.packetType).toBe((bytes[0] ?? 0) >> 4);
      expect(verdict.error.offset).toBeGreaterThanOrEqual(0);
      expect(verdict.error.offset).toBeLessThanOrEqual(bytes.length);
      if (/^MQTT-[\d.]+-\d+$/.test(vector.ref)) expect(verdict.error.statement).toBe(vector.ref);
      expect(verdict.error.statement).toMatch(/^MQTT-\d+\.\d+\.\d+-\d+$/);
    },
  );
});

describe('every packet of the corpus means what others read in it, and is written with the same bytes', () => {
  test.each(valid.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const bytes = bytesOf(vector);
    if (vector.sha256 !== undefined) expect(sha256(bytes)).toBe(vector.sha256);
    const packet = decode(bytes);
    expect(inVectorWords(packet)).toEqual(writtenOut(vector.packet));
    expect(packetSize(packet)).toBe(bytes.length);
    expect(sha256(encodePacket(packet))).toBe(sha256(bytes));
    const target = new Uint8Array(bytes.length + 5);
    expect(encodePacketInto(packet, target, 3)).toBe(bytes.length + 3);
    expect(sha256(target)).toBe(sha256(concat(new Uint8Array(3), bytes, new Uint8Array(2))));
  });

  test.each(generated.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const bytes = generatedBytes(vector);
    const packet = decode(bytes);
    expect(sha256(encodePacket(packet))).toBe(vector.sha256);
  });

  test.each(streams.map((stream) => [stream.name, stream] as const))(
    '%s, cut in every size up to 40',
    (_name, stream) => {
      const bytes = streamBytes(stream);
      const whole = read([bytes]);
      expect(whole.kind).toBe('accept');
      expect(whole.packets.length).toBe(stream.parts.length);
      expect(concat(...whole.packets.map(encodePacket))).toEqual(bytes);
      const words = JSON.stringify(whole.packets.map(inVectorWords));
      for (let size = 1; size <= 40; size++) {
        const inPieces = read(pieces(bytes, size));
        expect(inPieces.kind).toBe('accept');
        expect(JSON.stringify(inPieces.packets.map(inVectorWords))).toBe(words);
      }
    },
  );
});

describe('rules that hold for every valid packet', () => {
  test('every proper prefix waits for more', () => {
    for (const vector of short) {
      const bytes = bytesOf(vector);
      for (let end = 0; end < bytes.length; end++) {
        const verdict = read([bytes.subarray(0, end)]);
        expect(verdict.packets).toEqual([]);
        if (end > 0) expect(verdict.kind).toBe('incomplete');
      }
    }
  });

  test('every cut in two, and byte by byte, gives the same packet', () => {
    for (const vector of [
      ...short,
      ...malformed.filter((each) => each.expected === 'accept' && each.hex.length < 100),
    ]) {
      const bytes = bytesOf(vector);
      const expected = JSON.stringify(read([bytes]).packets);
      expect(JSON.stringify(read(pieces(bytes, 1)).packets)).toBe(expected);
      for (let cut = 1; cut < bytes.length; cut++) {
        const parts = read([bytes.subarray(0, cut), bytes.subarray(cut)]);
        if (JSON.stringify(parts.packets) !== expected) expect.fail(`${vector.name}, cut at ${cut}`);
      }
    }
  });

  test('every single flipped bit gives a verdict, and what is accepted is what was sent', () => {
    const limit = Error.stackTraceLimit;
    const wrong: string[] = [];
    Error.stackTraceLimit = 0;
    for (const vector of short) {
      const bytes = bytesOf(vector);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const verdict = read([bytes]);
        const [packet] = verdict.packets;
        if (verdict.kind === 'accept' && packet !== undefined && verdict.packets.length === 1) {
          if (Buffer.compare(encodePacket(packet), bytes) !== 0) wrong.push(`${vector.name}, bit ${bit}`);
        }
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    }
    Error.stackTraceLimit = limit;
    expect(wrong).toEqual([]);
  });

  test('a Remaining Length of one less or one more is never the same packet', () => {
    for (const vector of short) {
      const bytes = bytesOf(vector);
      const packet = JSON.stringify(read([bytes]).packets);
      for (const change of [-1, 1]) {
        const length = (bytes[1] ?? 0) + change;
        if (length < 0 || length > 127 || (bytes[1] ?? 0) > 127) continue;
        const changed = bytes.slice();
        changed[1] = length;
        const verdict = read([changed]);
        expect(JSON.stringify(verdict.packets)).not.toBe(packet);
        if (change === 1) expect(['incomplete', 'reject']).toContain(verdict.kind);
        else if ((bytes[0] ?? 0) >> 4 !== 3)
          expect([vector.name, verdict.packets.length]).toEqual([vector.name, suback(bytes) ? 1 : 0]);
      }
    }
  });
});

/** A SUBACK with more than one return code is a SUBACK with one fewer, and a byte behind it. */
function suback(bytes: Uint8Array): boolean {
  return (bytes[0] ?? 0) >> 4 === 9 && bytes.length > 5;
}
