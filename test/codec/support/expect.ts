import { type CodecErrorCode, DecodeError, EncodeError, type Frame, Framer } from '@mote/codec';
import { expect, test } from 'vitest';
import { concat, hex, pieces } from './bytes.ts';
import { read } from './read.ts';

type Refusal = readonly [title: string, bytes: string, code: CodecErrorCode, offset: number];

/** Each of the bytes is refused with this code at this offset, and with the statement its title names: whole, byte by byte, followed. */
export function refusesToDecode(name: string, cases: readonly Refusal[]): void {
  test.each(cases)(`${name} is refused: %s`, (title, digits, code, offset) => {
    const bytes = hex(digits);
    const statement = /\[(MQTT-[^\]]+)\]/.exec(title)?.[1] ?? 'MQTT-4.8.0-1';
    for (const chunks of [[bytes], pieces(bytes, 1), [concat(bytes, hex('c000'))]]) {
      const verdict = read(chunks);
      expect(verdict).toMatchObject({ kind: 'reject', packets: [], error: { code, offset, statement } });
      if (verdict.kind !== 'reject') return;
      expect(verdict.error).toBeInstanceOf(DecodeError);
      expect(verdict.error).toBeInstanceOf(Error);
      expect(verdict.error.name).toBe('DecodeError');
      expect(verdict.error.packetType).toBe((bytes[0] ?? 0) >> 4);
      expect(verdict.error.message).toContain(code);
      expect(verdict.error.message).toContain(`[${statement}]`);
    }
  });
}

type Misuse = readonly [title: string, code: CodecErrorCode, encode: (target: Uint8Array) => unknown];

/** The encoder throws an EncodeError with this code and the statement its title names, and has written nothing. */
export function refusesToEncode(name: string, cases: readonly Misuse[]): void {
  test.each(cases)(`${name} is not encoded: %s`, (title, code, encode) => {
    const statement = /\[(MQTT-[^\]]+)\]/.exec(title)?.[1];
    const target = new Uint8Array(70_000).fill(0xee);
    const error = thrownBy(() => encode(target));
    expect(error).toBeInstanceOf(EncodeError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'EncodeError', code });
    expect((error as EncodeError).statement).toBe(statement);
    expect(target.every((byte) => byte === 0xee)).toBe(true);
  });
}

export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The only frame of these bytes. */
export function frameOf(bytes: Uint8Array): Frame {
  const framer = new Framer({ maxPacketSize: 268_435_460 });
  framer.push(bytes);
  const frame = framer.next();
  if (frame === undefined) throw new Error('no whole packet');
  return frame;
}
