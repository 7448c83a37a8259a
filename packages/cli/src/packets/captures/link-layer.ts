import { viewOf } from './frame.ts';

// Link types of libpcap (https://www.tcpdump.org/linktypes.html). Those without a name below are BSD loopback (108), PPP (9, 50) and raw
// IP (12, 14, 228, 229).

/** LINKTYPE_ETHERNET. */
export const ETHERNET = 1;
/** LINKTYPE_RAW: the packet begins with its IP header. */
export const RAW_IP = 101;
/** LINKTYPE_LINUX_SLL, what `tcpdump -i any` writes. */
export const LINUX_COOKED = 113;
/** LINKTYPE_LINUX_SLL2, what newer versions of it write. */
export const LINUX_COOKED_2 = 276;
/** LINKTYPE_NULL, the loopback interface of BSD and macOS. */
export const LOOPBACK = 0;

// EtherTypes [IEEE 802 Numbers of IANA].
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const PPPOE = 0x8864;
/** Tags of virtual networks (802.1Q, 802.1ad and older forms). Four bytes follow, then the next EtherType. */
const VLANS = [0x8100, 0x88a8, 0x9100, 0x9200];

/** The offset of the IP packet in a frame. Undefined if it holds none, or if the link type is unknown. */
export function ipOffset(link: number, bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes);
  const u16 = (at: number) => (at + 2 <= bytes.length ? view.getUint16(at) : 0);
  switch (link) {
    case ETHERNET:
      return behindType(12, u16);
    case LINUX_COOKED:
      return behindType(14, u16);
    case LINUX_COOKED_2:
      return u16(0) === IPV4 || u16(0) === IPV6 ? 20 : undefined;
    case LOOPBACK:
    case 108:
      return bytes.length > 4 ? 4 : undefined;
    case 9:
    case 50:
      return behindPpp(u16(0) === 0xff03 ? 2 : 0, u16);
    case 12:
    case 14:
    case RAW_IP:
    case 228:
    case 229:
      return 0;
    default:
      return undefined;
  }
}

/** Whether `ipOffset` knows this link type. */
export function isKnownLink(link: number): boolean {
  return [0, 1, 9, 12, 14, 50, 101, 108, 113, 228, 229, 276].includes(link);
}

function behindType(start: number, u16: (at: number) => number): number | undefined {
  let at = start;
  while (VLANS.includes(u16(at))) at += 4;
  if (u16(at) === PPPOE) return behindPpp(at + 8, u16);
  return u16(at) === IPV4 || u16(at) === IPV6 ? at + 2 : undefined;
}

function behindPpp(at: number, u16: (at: number) => number): number | undefined {
  return u16(at) === 0x0021 || u16(at) === 0x0057 ? at + 2 : undefined;
}

/** Address families of BSD and Linux. A loopback packet begins with one in four bytes, in either byte order. */
const FAMILIES: readonly number[] = [2, 10, 24, 28, 30];
const IP_PROTOCOLS: readonly number[] = [0, 1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60];

/** The link type of bytes that may be a frame: the one that puts an IP header in the right place. Undefined if none does. */
export function linkOf(bytes: Uint8Array): number | undefined {
  if (isIp(bytes, 0)) return RAW_IP;
  for (const link of [ETHERNET, LINUX_COOKED, LINUX_COOKED_2]) {
    const at = ipOffset(link, bytes);
    if (at !== undefined && isIp(bytes, at)) return link;
  }
  const [first = 0, second, third, fourth = 0] = bytes;
  const family = second === 0 && third === 0 && FAMILIES.includes(first + fourth) && (first === 0 || fourth === 0);
  return family && isIp(bytes, 4) ? LOOPBACK : undefined;
}

/**
 * Whether an IP header is at this offset. Its length must fit: at most 46 bytes of Ethernet padding may follow the packet, but the packet
 * may be cut.
 */
function isIp(bytes: Uint8Array, at: number): boolean {
  const view = viewOf(bytes);
  const size = bytes.length - at;
  const first = bytes[at] ?? 0;
  if (first >= 0x45 && first <= 0x4f && size >= 20) {
    const total = view.getUint16(at + 2);
    return total >= 20 && size - total <= 46 && IP_PROTOCOLS.includes(bytes[at + 9] ?? -1);
  }
  if (first >> 4 !== 6 || size < 40) return false;
  const total = view.getUint16(at + 4) + 40;
  return size - total <= 46 && IP_PROTOCOLS.includes(bytes[at + 6] ?? -1) && (bytes[at + 7] ?? 0) > 0;
}
