import { viewOf } from './frame.ts';

/** A TCP segment. */
export interface Segment {
  /** Address and port: `192.0.2.1:1883`, `[2001:db8::1]:1883`. */
  readonly source: string;
  readonly destination: string;
  readonly sequence: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly data: Uint8Array;
  /** Bytes of data that the capture does not have. */
  readonly missing: number;
}

/** The protocol number of TCP. The others below are those of IPv4 (4), IPv6 (41), fragments (44) and AH (51) [IANA]. */
const TCP = 6;
/** Extension headers of IPv6: hop-by-hop, routing, destination options, mobility, HIP, shim6. */
const EXTENSIONS = [0, 43, 60, 135, 139, 140];

/** The TCP segment of an IP packet, also within another IP packet. `fragment` for a part of one; undefined for all else. */
export function segmentOf(ip: Uint8Array): Segment | 'fragment' | undefined {
  const version = (ip[0] ?? 0) >> 4;
  if (version === 4) return ofIpv4(ip);
  return version === 6 ? ofIpv6(ip) : undefined;
}

function ofIpv4(ip: Uint8Array): Segment | 'fragment' | undefined {
  if (ip.length < 20) return undefined;
  const view = viewOf(ip);
  const header = ((ip[0] ?? 0) & 15) * 4;
  // 0 if the network card splits large packets itself (segmentation offload): the length was not set yet.
  const total = view.getUint16(2) || ip.length;
  const protocol = ip[9] ?? 0;
  if ((view.getUint16(6) & 0x3fff) !== 0) return protocol === TCP ? 'fragment' : undefined;
  const payload = ip.subarray(header, total);
  if (protocol === 4 || protocol === 41) return segmentOf(payload);
  if (protocol !== TCP || header < 20) return undefined;
  return ofTcp(payload, total - header, ip.subarray(12, 16).join('.'), ip.subarray(16, 20).join('.'));
}

function ofIpv6(ip: Uint8Array): Segment | 'fragment' | undefined {
  if (ip.length < 40) return undefined;
  const view = viewOf(ip);
  const total = view.getUint16(4) === 0 ? ip.length : 40 + view.getUint16(4);
  let next = ip[6] ?? 0;
  let at = 40;
  while (next !== TCP) {
    const size = ip[at + 1] ?? 0;
    if (next === 4 || next === 41) return segmentOf(ip.subarray(at, total));
    // Offset 0 and no more fragments: this fragment is the whole packet.
    const isWhole = next === 44 && at + 4 <= ip.length && (view.getUint16(at + 2) & 0xfff9) === 0;
    if (next === 44 && !isWhole) return 'fragment';
    if (!EXTENSIONS.includes(next) && next !== 51 && next !== 44) return undefined;
    const before = next;
    next = ip[at] ?? 59;
    at += before === 44 ? 8 : before === 51 ? (size + 2) * 4 : (size + 1) * 8;
  }
  return ofTcp(ip.subarray(at, total), total - at, ipv6Text(view, 8), ipv6Text(view, 24));
}

function ofTcp(tcp: Uint8Array, size: number, source: string, destination: string): Segment | undefined {
  if (tcp.length < 20) return undefined;
  const view = viewOf(tcp);
  const header = ((tcp[12] ?? 0) >> 4) * 4;
  const flags = tcp[13] ?? 0;
  if (header < 20 || header > size) return undefined;
  const data = tcp.subarray(header, size);
  return {
    source: `${source}:${view.getUint16(0)}`,
    destination: `${destination}:${view.getUint16(2)}`,
    sequence: view.getUint32(4),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
    data,
    missing: size - header - data.length,
  };
}

/** An IPv6 address as text: the longest run of zeros is `::` [RFC 5952 4.2]. */
function ipv6Text(view: DataView, at: number): string {
  const words = Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index).toString(16));
  const runs = words.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), '');
  if (longest === '') return `[${words.join(':')}]`;
  const [before = '', ...after] = words.join(':').split(longest);
  return `[${before.replace(/:$/, '')}::${after.join(longest).replace(/^:/, '')}]`;
}
