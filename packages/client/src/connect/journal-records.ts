import { decodeUtf8, encodeUtf8 } from '@mote/codec';

// The file of a Session: MAGIC, then records. The last record of a key counts.
// A record is a header with a checksum, the key, the bytes, and a checksum of key and bytes. The header has its own checksum so that
// two cases can be told apart: a last record that was cut off by a kill or a full disk is dropped, and one that was damaged later is
// reported.

/** The first bytes of the file. */
export const MAGIC: Uint8Array = /* @__PURE__ */ encodeUtf8('MOTE-J1\n')!;
/** Bytes of a header: type (1), length of the key (2), length of the bytes (4), checksum of these seven (4). */
const HEADER = 11;
/** Bytes of the checksum at the end of a record. */
const CHECKSUM = 4;
/** Types of records. */
const PUT = 1;
const DELETE = 2;

/** Where the bytes of a record are in the file, and the size of the whole record. */
export interface Place {
  readonly at: number;
  readonly length: number;
  readonly size: number;
}

/** What a file holds. */
export interface Records {
  /** The places of the records that count, by key. */
  readonly places: Map<string, Place>;
  /** Offset after the last whole record. */
  readonly end: number;
  /** Offset of the first record that has changed since it was written; 0 for the beginning of the file. Undefined if there is none. */
  readonly damagedAt?: number | undefined;
}

/** Reads a file up to its end, or up to the first record that is cut off or damaged. */
export function readRecords(file: Uint8Array): Records {
  const places = new Map<string, Place>();
  if (!file.subarray(0, MAGIC.length).every((byte, i) => MAGIC[i] === byte)) return { places, end: 0, damagedAt: 0 };
  if (file.length < MAGIC.length) return { places, end: 0 };
  let at = MAGIC.length;
  while (file.length - at >= HEADER) {
    const view = new DataView(file.buffer, file.byteOffset + at);
    if (view.getUint32(7) !== checksum(file, at, at + 7)) {
      // After a crash a file may end in zeros: some file systems grow a file before they write to it.
      if (file.subarray(at).every((byte) => byte === 0)) break;
      return { places, end: at, damagedAt: at };
    }
    const type = view.getUint8(0);
    const start = at + HEADER + view.getUint16(1);
    const length = view.getUint32(3);
    const end = start + length + CHECKSUM;
    if (end > file.length) break;
    if (view.getUint32(end - CHECKSUM - at) !== checksum(file, at + HEADER, end - CHECKSUM))
      return { places, end: at, damagedAt: at };
    const key = decodeUtf8(file.subarray(at + HEADER, start))!;
    // Deleted first, so that the key moves to the end of the map: records are in the order in which they were written last.
    places.delete(key);
    if (type === PUT) places.set(key, { at: start, length, size: end - at });
    at = end;
  }
  return { places, end: at };
}

/** The record that puts bytes under a key. Without bytes, the record that deletes the key. */
export function encodeRecord(key: string, bytes?: Uint8Array): Uint8Array {
  const name = encodeUtf8(key)!;
  const { length } = bytes ?? [];
  const record = new Uint8Array(HEADER + name.length + length + CHECKSUM);
  const view = new DataView(record.buffer);
  view.setUint8(0, bytes ? PUT : DELETE);
  view.setUint16(1, name.length);
  view.setUint32(3, length);
  view.setUint32(7, checksum(record, 0, 7));
  record.set(name, HEADER);
  record.set(bytes ?? [], HEADER + name.length);
  view.setUint32(record.length - CHECKSUM, checksum(record, HEADER, record.length - CHECKSUM));
  return record;
}

/** The place of a record that puts `length` bytes and is written at offset `at`. */
export function placeOf(record: Uint8Array, length: number, at: number): Place {
  const size = record.length;
  return { at: at + size - CHECKSUM - length, length, size };
}

/** Offset of the record of a place. */
export function startOf({ at, length, size }: Place): number {
  return at + length + CHECKSUM - size;
}

/**
 * A table for four bits at a time. The usual table of 256 is made by a loop, which V8 then optimises: that takes 4 MB in every program
 * that only imports this file.
 */
// biome-ignore format: four to a line
const NIBBLES = /* @__PURE__ */ Uint32Array.of(
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
  0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
  0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
);

/** The CRC-32 of `bytes[start .. end)`. */
function checksum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0xffffffff;
  for (let i = start; i < end; i++) {
    sum ^= bytes[i]!;
    sum = (sum >>> 4) ^ NIBBLES[sum & 15]!;
    sum = (sum >>> 4) ^ NIBBLES[sum & 15]!;
  }
  return ~sum >>> 0;
}
