import { inspect } from './inspected-packet.ts';
import type { Piece } from './reading.ts';

/** Notes for malformed packets that are right in another version of MQTT: one sentence for each such version. */
export function versionNotes(pieces: readonly Piece[]): string[] {
  const versions = new Set<string>();
  for (const { fault, bytes } of inspect(pieces)) {
    const version = fault === undefined ? undefined : versionOf(bytes, fault.code === 'trailing-bytes');
    if (version !== undefined) versions.add(version);
  }
  return [...versions].map((version) => `MQTT ${version} writes it like this; it is judged by the rules of MQTT 3.1.1`);
}

function versionOf(bytes: Uint8Array, longer: boolean): '3.1' | '5' | undefined {
  const [first = 0, length = 0] = bytes;
  if (first >> 4 === 1) return protocolOf(bytes);
  if (first === 0xf0) return length === 0 || endsWithProperties(bytes, 3) ? '5' : undefined;
  if (!longer) return undefined;
  switch (first >> 4) {
    case 2:
      return endsWithProperties(bytes, 4) ? '5' : undefined;
    case 4:
    case 5:
    case 6:
    case 7:
      return length === 3 || endsWithProperties(bytes, 5) ? '5' : undefined;
    case 14:
      return length === 1 || endsWithProperties(bytes, 3) ? '5' : undefined;
    default:
      return undefined;
  }
}

/** The version by protocol name and level of a CONNECT. Its Remaining Length may have one byte or two. */
function protocolOf(bytes: Uint8Array): '3.1' | '5' | undefined {
  const text = String.fromCharCode(...bytes.subarray(2, 14));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: lengths and levels, one character each
  if (/^.?\x00\x04MQTT\x05/s.test(text)) return '5';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: lengths and levels, one character each
  return /^.?\x00\x06MQIsdp\x03/s.test(text) ? '3.1' : undefined;
}

/** Whether the byte at `at` is a Property Length that reaches to the end of the packet. */
function endsWithProperties(bytes: Uint8Array, at: number): boolean {
  const length = bytes[at] ?? 128;
  return length < 128 && at + 1 + length === bytes.length;
}
