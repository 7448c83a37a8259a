import type { Packet } from '@mote/codec';
import type { Chunk } from '../workload/chunks.ts';
import type { TaskId } from '../workload/tasks.ts';

/** One codec in one form, and the tasks it can do. */
export interface Subject {
  readonly codec: string;
  /** The call that is measured, as its users write it. */
  readonly form: string;
  readonly encodes?: { readonly tasks: readonly TaskId[]; start(packets: readonly Packet[]): Encoding };
  readonly decodes?: { readonly tasks: readonly TaskId[]; start(): Decoding };
  /** The chunks are windows of one long-lived buffer. */
  readonly reusedBuffer?: boolean;
}

export interface Encoding {
  /** What is encoded, in the codec's own form. */
  readonly inputs: readonly unknown[];
  /** Encodes every packet once; returns the bytes made. */
  pass(): number;
  /** Encodes every packet once, for the check before the run. */
  results(): Uint8Array[];
}

export interface Decoding {
  /** Decodes what the chunks hold; returns the sum of the packets' checksums, so that no field goes unread. */
  pass(chunks: readonly Chunk[]): number;
  /** Decodes the chunks into packets, for the check before the run. */
  results(chunks: readonly Chunk[]): Packet[];
}

const LARGEST_PACKET = 16422;

/** For encoders that write at an offset: 64 KiB are filled packet after packet and then begun anew, as by a client that gathers its writes. */
export function writing<Input>(
  inputs: readonly Input[],
  encodeInto: (input: Input, target: Uint8Array, at: number) => number,
): Encoding {
  const target = new Uint8Array(65536);
  return {
    inputs,
    pass() {
      let size = 0;
      let at = 0;
      for (let n = 0; n < inputs.length; n++) {
        if (at > target.length - LARGEST_PACKET) at = 0;
        const end = encodeInto(inputs[n]!, target, at);
        size += end - at;
        at = end;
      }
      return size;
    },
    results: () => inputs.map((input) => target.slice(100, encodeInto(input, target, 100))),
  };
}

/** For encoders that return their bytes. The last packet is kept, so that none can be left unmade. */
export function returning<Input>(
  inputs: readonly Input[],
  encode: (input: Input) => Uint8Array,
): Encoding & { last?: Uint8Array } {
  const encoding: Encoding & { last?: Uint8Array } = {
    inputs,
    pass() {
      let size = 0;
      for (let n = 0; n < inputs.length; n++) {
        const bytes = encode(inputs[n]!);
        encoding.last = bytes;
        size += bytes.length;
      }
      return size;
    },
    results: () => inputs.map((input) => encode(input).slice()),
  };
  return encoding;
}

/** For decoders that hand each packet to a listener. */
export function listening<Decoded>(
  open: (take: (packet: Decoded) => void) => (chunk: Buffer) => void,
  checksumOf: (packet: Decoded) => number,
  normal: (packet: Decoded) => Packet,
): Decoding {
  let sum = 0;
  const feed = open((packet) => {
    sum += checksumOf(packet);
  });
  return {
    pass(chunks) {
      sum = 0;
      for (let n = 0; n < chunks.length; n++) feed(chunks[n]!.bytes);
      return sum;
    },
    results(chunks) {
      const packets: Packet[] = [];
      const feedAndKeep = open((packet) => packets.push(normal(packet)));
      for (const { bytes } of chunks) feedAndKeep(bytes);
      return packets;
    },
  };
}
