import { type Frame, type Frames, timeText, viewOf } from './frame.ts';

// Types of blocks [draft-ietf-opsawg-pcapng 4]. That of a section reads the same in both byte orders; BYTE_ORDER, which it holds, does not.
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

interface Interface {
  readonly link: number;
  readonly snapLength: number;
  /** Units per second of the times. */
  readonly parts: bigint;
  /** Seconds that are added to the times. */
  readonly offset: bigint;
}

/** The frames of a pcapng file, from all its sections and interfaces. Undefined if it is none. Blocks without frames are skipped. */
export function readPcapng(content: Uint8Array): Frames | undefined {
  const view = viewOf(content);
  if (content.length < 28 || view.getUint32(0) !== SECTION_HEADER) return undefined;
  const frames: Frame[] = [];
  const notes: string[] = [];
  let interfaces: Interface[] = [];
  let little = true;
  let at = 0;
  while (at + 12 <= content.length) {
    if (view.getUint32(at) === SECTION_HEADER) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      if (view.getUint32(at + 8, little) !== BYTE_ORDER) break;
      interfaces = [];
    }
    const size = view.getUint32(at + 4, little);
    if (size < 12 || at + size > content.length) break;
    const block = new Block(content.subarray(at + 8, at + size - 4), little);
    const type = view.getUint32(at, little);
    if (type === INTERFACE) interfaces.push(block.interface());
    const frame = block.frame(type, interfaces);
    if (frame !== undefined) frames.push(frame);
    at += size + (-size & 3);
  }
  if (at < content.length) notes.push('the file ends within a block, or a block is damaged: the rest is left out');
  return { format: 'pcapng', frames, notes };
}

/** The body of a block. From a body that is too short nothing is read. */
class Block {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(body: Uint8Array, little: boolean) {
    this.#body = body;
    this.#view = viewOf(body);
    this.#little = little;
  }

  interface(): Interface {
    if (this.#body.length < 8) return { link: -1, snapLength: 0, parts: 1_000_000n, offset: 0n };
    const resolution = this.#option(9)?.[0] ?? 6;
    const offset = this.#option(14);
    return {
      link: this.#u16(0),
      snapLength: this.#u32(4),
      parts: resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution),
      offset: offset?.length === 8 ? viewOf(offset).getBigInt64(0, this.#little) : 0n,
    };
  }

  frame(type: number, interfaces: readonly Interface[]): Frame | undefined {
    if (type === SIMPLE_PACKET && this.#body.length >= 4) {
      const [first] = interfaces;
      const size = this.#u32(0);
      const kept = Math.min(size, first?.snapLength || size, this.#body.length - 4);
      return this.#cut(4, kept, size, first?.link ?? -1, undefined);
    }
    if ((type !== ENHANCED_PACKET && type !== OBSOLETE_PACKET) || this.#body.length < 20) return undefined;
    const source = interfaces[type === ENHANCED_PACKET ? this.#u32(0) : this.#u16(0)];
    if (source === undefined) return undefined;
    const ticks = (BigInt(this.#u32(4)) << 32n) | BigInt(this.#u32(8));
    const seconds = Number(ticks / source.parts + source.offset);
    const micro = Number(((ticks % source.parts) * 1_000_000n) / source.parts);
    return this.#cut(20, this.#u32(12), this.#u32(16), source.link, timeText(seconds, micro, 1e6));
  }

  #cut(at: number, kept: number, size: number, link: number, time: string | undefined): Frame {
    const bytes = this.#body.subarray(at, at + kept);
    return { time, link, bytes, missing: Math.max(size, kept) - bytes.length };
  }

  /** The value of an option of an interface. Options begin after its first eight bytes. */
  #option(wanted: number): Uint8Array | undefined {
    let at = 8;
    while (at + 4 <= this.#body.length) {
      const size = this.#u16(at + 2);
      if (this.#u16(at) === wanted) return this.#body.subarray(at + 4, at + 4 + size);
      if (this.#u16(at) === 0) return undefined;
      at += 4 + size + (-size & 3);
    }
    return undefined;
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }
}
