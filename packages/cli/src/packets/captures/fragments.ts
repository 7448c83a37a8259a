import { joined } from '../reading.ts';
import { viewOf } from './frame.ts';

interface Parts {
  readonly header: Uint8Array;
  readonly parts: Map<number, Uint8Array>;
  /** Size of the whole payload. Known when the last fragment is there. */
  size: number | undefined;
}

/** Joins the fragments of IPv4 packets. They may come in any order. */
export class Fragments {
  readonly #open = new Map<string, Parts>();
  /** Fragments of packets that are not complete. */
  left = 0;

  /** Adds a fragment. Returns the packet if this was its last missing fragment. */
  add(ip: Uint8Array): Uint8Array | undefined {
    this.left += 1;
    if (ip.length < 20 || (ip[0] ?? 0) >> 4 !== 4) return undefined;
    const view = viewOf(ip);
    const start = ((ip[0] ?? 0) & 15) * 4;
    const at = (view.getUint16(6) & 0x1fff) * 8;
    const payload = ip.subarray(start, view.getUint16(2) || ip.length);
    const key = `${view.getUint16(4)} ${ip[9]} ${ip.subarray(12, 20).join()}`;
    const parts = this.#open.get(key) ?? { header: ip.slice(0, start), parts: new Map(), size: undefined };
    this.#open.set(key, parts);
    parts.parts.set(at, payload);
    if ((view.getUint16(6) & 0x2000) === 0) parts.size = at + payload.length;
    const whole = wholeOf(parts);
    if (whole === undefined) return undefined;
    this.#open.delete(key);
    this.left -= parts.parts.size;
    return whole;
  }
}

function wholeOf({ header, parts, size }: Parts): Uint8Array | undefined {
  if (size === undefined) return undefined;
  const runs = [header];
  let end = 0;
  for (const [at, bytes] of [...parts].sort(([one], [other]) => one - other)) {
    if (at !== end) return undefined;
    runs.push(bytes);
    end += bytes.length;
  }
  if (end !== size) return undefined;
  const packet = joined(runs);
  // Length and fragment offset are set to 0: segmentOf then takes all bytes as one whole packet.
  packet.fill(0, 2, 4);
  packet.fill(0, 6, 8);
  return packet;
}
