/** One frame of a capture, as a network card or a kernel handed it over. */
export interface Frame {
  /** ISO 8601, UTC, to the microsecond. */
  readonly time: string | undefined;
  /** The number of the link type, from the list that libpcap keeps. */
  readonly link: number;
  readonly bytes: Uint8Array;
  /** How many bytes of it the capture left out. */
  readonly missing: number;
}

export interface Frames {
  readonly format: 'pcap' | 'pcapng' | 'network frames';
  readonly frames: readonly Frame[];
  readonly notes: readonly string[];
}

/** `seconds` since 1970, and a fraction of `parts` to the second. */
export function timeText(seconds: number, fraction: number, parts: number): string | undefined {
  if (seconds > 8.64e12) return undefined;
  const micro = Math.floor((fraction * 1e6) / parts);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micro).padStart(6, '0')}Z`;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
