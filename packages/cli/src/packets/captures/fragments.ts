import { joined } from '../reading.ts';
import { viewOf } from './frame.ts';

interface Parts {
  readonly header: Uint8Array;
  readonly parts: Map<number, Uint8Array>;
  /** Bytes of the whole, once its last part is there. */
  size: number | undefined;
}

/** Puts IPv4 packets together that came in fragments, in any order. */
export class Fragments {
  readonly #open = new Map<string, Parts>();
  /** Fragments of packets that are not whole. */
  left = 0;

  /** The whole packet, when this fragment was the last that it needed. */
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
  // No length and no fragment any more: what is here is the packet.
  packet.fill(0, 2, 4);
  packet.fill(0, 6, 8);
  return packet;
}
