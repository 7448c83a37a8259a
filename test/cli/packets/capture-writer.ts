/** Writes captures as libpcap and Wireshark lay them out, for tests that cut and mix them in every way. */
export interface Sent {
  readonly from: 'client' | 'server';
  readonly flags?: number;
  /** Counted from the first byte of data; the SYN has -1. */
  readonly at: number;
  readonly data?: Uint8Array;
}

export const SYN = 2;
export const ACK = 16;
export const FIN = 1;
export const RST = 4;

export interface Ends {
  readonly client: number;
  readonly server: number;
  readonly clientIsn: number;
  readonly serverIsn: number;
  readonly ipv6?: boolean;
}

export const ENDS: Ends = { client: 50_000, server: 1883, clientIsn: 1000, serverIsn: 0xffff_fff0 };

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** One IP packet with a TCP segment in it. */
export function ipPacket({ from, flags = ACK, at, data = new Uint8Array() }: Sent, ends: Ends = ENDS): Uint8Array {
  const tcp = Buffer.alloc(20 + data.length);
  const [source, destination, isn] =
    from === 'client' ? [ends.client, ends.server, ends.clientIsn] : [ends.server, ends.client, ends.serverIsn];
  tcp.writeUInt16BE(source, 0);
  tcp.writeUInt16BE(destination, 2);
  tcp.writeUInt32BE((isn + 1 + at) >>> 0, 4);
  tcp[12] = 5 << 4;
  tcp[13] = flags;
  tcp.set(data, 20);
  const address = (side: 'client' | 'server') => (side === 'client' ? 7 : 1);
  const own = address(from);
  const other = address(from === 'client' ? 'server' : 'client');
  if (ends.ipv6) {
    const ip = Buffer.alloc(40);
    ip[0] = 0x60;
    ip.writeUInt16BE(tcp.length + 8, 4);
    ip[6] = 0; // hop-by-hop options first
    ip[7] = 64;
    ip.set([0x20, 0x01, 0x0d, 0xb8], 8);
    ip.set([0x20, 0x01, 0x0d, 0xb8], 24);
    ip[23] = own;
    ip[39] = other;
    return concat(ip, Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0), tcp);
  }
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + tcp.length, 2);
  ip[8] = 64;
  ip[9] = 6;
  ip.set([192, 0, 2, own, 192, 0, 2, other], 12);
  return concat(ip, tcp);
}

export const LINKS = {
  ethernet: { number: 1, head: (v6: boolean) => concat(new Uint8Array(12), type(v6)) },
  vlan: { number: 1, head: (v6: boolean) => concat(new Uint8Array(12), Uint8Array.of(0x81, 0, 0, 5), type(v6)) },
  'two vlans': {
    number: 1,
    head: (v6: boolean) => concat(new Uint8Array(12), Uint8Array.of(0x88, 0xa8, 0, 5, 0x81, 0, 0, 6), type(v6)),
  },
  pppoe: {
    number: 1,
    head: (v6: boolean) =>
      concat(new Uint8Array(12), Uint8Array.of(0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0, v6 ? 0x57 : 0x21)),
  },
  'linux cooked': { number: 113, head: (v6: boolean) => concat(new Uint8Array(14), type(v6)) },
  'linux cooked 2': { number: 276, head: (v6: boolean) => concat(type(v6), new Uint8Array(18)) },
  'raw ip': { number: 101, head: () => new Uint8Array() },
  'raw ip of BSD': { number: 12, head: () => new Uint8Array() },
  'null, little-endian': { number: 0, head: (v6: boolean) => Uint8Array.of(v6 ? 30 : 2, 0, 0, 0) },
  loop: { number: 108, head: (v6: boolean) => Uint8Array.of(0, 0, 0, v6 ? 24 : 2) },
  ppp: { number: 9, head: (v6: boolean) => Uint8Array.of(0xff, 3, 0, v6 ? 0x57 : 0x21) },
} as const;
export type Link = keyof typeof LINKS;

function type(v6: boolean): Uint8Array {
  return v6 ? Uint8Array.of(0x86, 0xdd) : Uint8Array.of(8, 0);
}

export interface PcapOptions {
  readonly link?: Link;
  readonly little?: boolean;
  readonly nano?: boolean;
  readonly snapLength?: number;
  readonly ipv6?: boolean;
}

/** A pcap file of these IP packets, one millisecond apart. */
export function pcap(packets: readonly Uint8Array[], options: PcapOptions = {}): Uint8Array {
  const { link = 'ethernet', little = true, nano = false, snapLength = 65_535, ipv6 = false } = options;
  const u32 = (...values: number[]) => words(values, little);
  const head = concat(
    u32(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    halves([2, 4], little),
    u32(0, 0, snapLength, LINKS[link].number),
  );
  const records = packets.map((packet, index) => {
    const frame = concat(LINKS[link].head(ipv6), packet);
    const kept = frame.subarray(0, snapLength);
    return concat(u32(1_700_000_000, index * (nano ? 1e6 : 1e3), kept.length, frame.length), kept);
  });
  return concat(head, ...records);
}

/** The same as pcapng, with nanoseconds, names and comments that a reader has to pass over. */
export function pcapng(packets: readonly Uint8Array[], options: PcapOptions = {}): Uint8Array {
  const { link = 'ethernet', little = true, snapLength = 0, ipv6 = false } = options;
  const u32 = (...values: number[]) => words(values, little);
  const block = (kind: number, body: Uint8Array) => {
    const padded = concat(body, new Uint8Array(-body.length & 3));
    return concat(u32(kind, padded.length + 12), padded, u32(padded.length + 12));
  };
  const nanoseconds = concat(halves([9, 1], little), Uint8Array.of(9, 0, 0, 0), u32(0));
  const comment = concat(halves([1, 5], little), new TextEncoder().encode('hello'), new Uint8Array(3), u32(0));
  const blocks = packets.map((packet, index) => {
    const frame = concat(LINKS[link].head(ipv6), packet);
    const kept = snapLength === 0 ? frame : frame.subarray(0, snapLength);
    const time = 1_700_000_000_000_000_000n + BigInt(index) * 1_000_000n;
    const stamp = u32(0, Number(time >> 32n), Number(time & 0xffff_ffffn), kept.length, frame.length);
    return block(6, concat(stamp, kept, new Uint8Array(-kept.length & 3), comment));
  });
  return concat(
    block(0x0a0d0d0a, concat(u32(0x1a2b3c4d), halves([1, 0], little), new Uint8Array(8).fill(0xff), comment)),
    block(1, concat(halves([LINKS[link].number, 0], little), u32(snapLength), nanoseconds)),
    block(0xbad, Uint8Array.of(1, 2, 3)),
    ...blocks,
  );
}

function words(values: readonly number[], little: boolean): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) {
    if (little) bytes.writeUInt32LE(value, 4 * index);
    else bytes.writeUInt32BE(value, 4 * index);
  }
  return bytes;
}

function halves(values: readonly number[], little: boolean): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) {
    if (little) bytes.writeUInt16LE(value, 2 * index);
    else bytes.writeUInt16BE(value, 2 * index);
  }
  return bytes;
}

/** The bytes in segments of these sizes. */
export function segments(from: Sent['from'], bytes: Uint8Array, sizes: readonly number[]): Sent[] {
  const sent: Sent[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    if (at >= bytes.length) break;
    sent.push({ from, at, data: bytes.subarray(at, at + size) });
    at += size;
  }
  return sent;
}

/** RFC 6455, 5.2. */
export function webSocketFrame(
  payload: Uint8Array,
  { opcode = 2, fin = true, mask = false, compressed = false } = {},
): Uint8Array {
  const head = [(fin ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode];
  if (payload.length < 126) head.push((mask ? 0x80 : 0) | payload.length);
  else head.push((mask ? 0x80 : 0) | 126, payload.length >> 8, payload.length & 255);
  const key = [0x37, 0xfa, 0x21, 0x3d];
  if (mask) head.push(...key);
  return concat(Uint8Array.from(head), mask ? payload.map((byte, index) => byte ^ (key[index & 3] ?? 0)) : payload);
}
