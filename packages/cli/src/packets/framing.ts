/**
 * The offset where the packet at `start` ends, by its Remaining Length. It may be past the end of the bytes. Undefined if the length is
 * unfinished, or has more than four bytes.
 */
export function packetEnd(bytes: Uint8Array, start: number): number | undefined {
  let remainingLength = 0;
  for (let size = 1; size < 5; size++) {
    const byte = bytes[start + size];
    if (byte === undefined) return undefined;
    remainingLength += (byte & 127) * 128 ** (size - 1);
    if (byte < 128) return start + size + 1 + remainingLength;
  }
  return undefined;
}

/** The beginning and end of each packet. Only the Remaining Length counts: so packets after a malformed one are found, too. */
export function cuts(bytes: Uint8Array): [start: number, end: number][] {
  const found: [number, number][] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = Math.min(packetEnd(bytes, start) ?? bytes.length, bytes.length);
    found.push([start, end]);
    start = end;
  }
  return found;
}

/** Whether the last packet ends exactly where the bytes end. Only the Remaining Lengths count. */
export function isWhole(bytes: Uint8Array): boolean {
  let start = 0;
  while (start < bytes.length) {
    const end = packetEnd(bytes, start);
    if (end === undefined) return false;
    start = end;
  }
  return start === bytes.length && start > 0;
}

/**
 * The beginning and end of each packet in bytes that came in runs, such as lines of a log; `ends` are the offsets where the runs end. A
 * packet may go over several runs. But if it would end in the middle of a run, and the run after its first holds whole packets by
 * itself, then its own run was cut by the log: the packet ends with its run.
 */
export function cutsOfRuns(bytes: Uint8Array, ends: readonly number[]): [start: number, end: number][] {
  if (isWhole(bytes)) return cuts(bytes);
  const edges = new Set(ends);
  const found: [number, number][] = [];
  let start = 0;
  let run = 0;
  while (start < bytes.length) {
    while ((ends[run] ?? bytes.length) <= start) run += 1;
    const edge = ends[run] ?? bytes.length;
    const whole = packetEnd(bytes, start);
    let end = Math.min(whole ?? bytes.length, bytes.length);
    const spans = end > edge;
    if (spans && (whole === undefined || whole > bytes.length || !edges.has(whole))) {
      const next = bytes.subarray(edge, ends[run + 1] ?? bytes.length);
      if (isWhole(next) && looksLikeMqtt(next)) end = edge;
    }
    found.push([start, end]);
    start = end;
  }
  return found;
}

/** For each packet type the flags that are allowed: bit n is set if the flags may be n. Types 0 and 15 do not exist. */
const FLAGS = [0, 1, 1, 0xffff, 1, 1, 4, 1, 4, 1, 4, 1, 1, 1, 1, 0];

/** Whether the bytes are packets with possible first bytes, one after the other. The last may be unfinished. */
export function looksLikeMqtt(bytes: Uint8Array, start = 0): boolean {
  let at = start;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    if ((((FLAGS[first >> 4] ?? 0) >> (first & 15)) & 1) === 0) return false;
    const end = packetEnd(bytes, at);
    if (end === undefined) return bytes.length - at < 5;
    at = end;
  }
  return true;
}

/** Whether the bytes are whole packets with possible first bytes. */
export const arePackets = (bytes: Uint8Array): boolean => isWhole(bytes) && looksLikeMqtt(bytes);
