/** Where the packet at `start` ends by its Remaining Length; undefined when its header is unfinished, or is no header. */
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

/** Where packets begin and end, by their Remaining Length alone: a malformed packet does not hide the ones behind it. */
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

/** Whether packets fill the bytes exactly. */
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
 * Where packets begin and end in bytes that came in runs: lines of a log, segments of TCP. A packet may span runs; but where it
 * ends within a run, and the run behind its first holds whole packets by itself, its own run was cut short.
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

/** Flags that each packet type allows, by the bits of a number; type 0 and 15 do not exist. */
const FLAGS = [0, 1, 1, 0xffff, 1, 1, 4, 1, 4, 1, 4, 1, 1, 1, 1, 0];

/** Whether packets whose first bytes may be follow each other, the last perhaps unfinished. */
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
