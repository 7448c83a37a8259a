/** One frame of a capture. */
export interface Frame {
  /** ISO 8601, UTC, to the microsecond. */
  readonly time: string | undefined;
  /** The link type, a number of the list of libpcap (LINKTYPE_…). */
  readonly link: number;
  readonly bytes: Uint8Array;
  /** Bytes of the frame that the capture does not have. */
  readonly missing: number;
}

/** The frames of a capture file. */
export interface Frames {
  readonly format: 'pcap' | 'pcapng' | 'network frames';
  readonly frames: readonly Frame[];
  readonly notes: readonly string[];
}

/** A time as ISO 8601 in UTC: `seconds` since 1970 and a fraction in units of 1/`parts` s. Undefined past the last date of JavaScript. */
export function timeText(seconds: number, fraction: number, parts: number): string | undefined {
  if (seconds > 8.64e12) return undefined;
  const micro = Math.floor((fraction * 1e6) / parts);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micro).padStart(6, '0')}Z`;
}

/** A DataView of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
