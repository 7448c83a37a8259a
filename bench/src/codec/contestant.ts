import type { Packet } from '@mote/codec';
import type { Chunk, TaskId } from '../workload/tasks.ts';

/** One codec in one form, and the tasks it can do. */
export interface Contestant {
  readonly codec: string;
  /** The call that is measured, as its users write it. */
  readonly form: string;
  readonly encodes?: { readonly tasks: readonly TaskId[]; start(packets: readonly Packet[]): Encoding };
  readonly decodes?: { readonly tasks: readonly TaskId[]; start(): Decoding };
  /** The chunks are windows of one long-lived buffer. */
  readonly reusedBuffer?: boolean;
}

export interface Encoding {
  /** Encodes every packet once; returns the bytes made. */
  pass(): number;
  /** Encodes every packet once, to be looked at. */
  results(): Uint8Array[];
}

export interface Decoding {
  /** Decodes the packets that the chunk completes; returns the sum of their weights, so that no field goes unread. */
  decode(chunk: Chunk): number;
  /** The same, to be looked at. */
  collect(chunk: Chunk): Packet[];
}

/** `encode` returns the packet's size, `result` its bytes until the next call. */
export function encoding<Input>(
  inputs: readonly Input[],
  encode: (input: Input) => number,
  result: () => Uint8Array,
): Encoding {
  return {
    pass() {
      let size = 0;
      for (let n = 0; n < inputs.length; n++) size += encode(inputs[n]!);
      return size;
    },
    results: () =>
      inputs.map((input) => {
        encode(input);
        return result().slice();
      }),
  };
}

/** For encoders that return their bytes. */
export function returning<Input>(inputs: readonly Input[], encode: (input: Input) => Uint8Array): Encoding {
  let last: Uint8Array = new Uint8Array(0);
  return encoding(
    inputs,
    (input) => {
      last = encode(input);
      return last.length;
    },
    () => last,
  );
}

/** For decoders that hand each packet to a listener. */
export function listening<Decoded>(
  open: (take: (packet: Decoded) => void) => (chunk: Buffer) => void,
  weigh: (packet: Decoded) => number,
  normal: (packet: Decoded) => Packet,
): Decoding {
  let sum = 0;
  const feed = open((packet) => {
    sum += weigh(packet);
  });
  let packets: Packet[] = [];
  const feedAndKeep = open((packet) => packets.push(normal(packet)));
  return {
    decode(chunk) {
      sum = 0;
      feed(chunk.bytes);
      return sum;
    },
    collect(chunk) {
      packets = [];
      feedAndKeep(chunk.bytes);
      return packets;
    },
  };
}
