import { encodePacket, type Packet, PUBLISH } from '@mote/codec';
import type { EmulatorEventBody } from '../events.ts';
import { type CloseManner, deliver } from '../faults/delivery.ts';
import type { Fault } from '../faults/scenario.ts';
import type { Random } from '../values/random.ts';
import { maskPacket } from './masked-packet.ts';
import { Outbox } from './outbox.ts';

/**
 * Most bytes of memory that may wait to be written. The queue of a device, 50 of the largest messages with their topics, has 6.5 million.
 */
const MOST_WAITING = 8_388_608;

/** What the core asks the transport to do, in the order of the array. */
export type Action =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Call `wake` at this time. Replaces an earlier time. */
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'close'; readonly manner: CloseManner };

/** Output to one device: encodes packets, delays them, and asks the transport to write and to close. */
export class Channel {
  /** After a stall or close nothing more is sent. */
  state: 'open' | 'stalled' | 'closed' = 'open';
  readonly #outbox = new Outbox();
  readonly #unacknowledged = new Set<number>();
  readonly #perform: (action: Action) => void;
  readonly #emit: (event: EmulatorEventBody) => void;
  #lastPacketId = 0;
  #ending = false;
  #reason = 'the scenario hangs up';

  constructor(perform: (action: Action) => void, emit: (event: EmulatorEventBody) => void) {
    this.#perform = perform;
    this.#emit = emit;
  }

  /** Queues packets. `flush` writes those that are due. */
  send(packets: readonly Packet[], now: number, fault: Fault, random: Random): void {
    if (this.state !== 'open' || this.#ending) return;
    for (const packet of packets) this.#emit({ type: 'packet', direction: 'out', packet: maskPacket(packet) });
    const encoded = packets.map((packet) => encodePacket(packet));
    this.#outbox.add(deliver(encoded, fault, random), now);
    for (const packet of packets) {
      if (packet.type === PUBLISH && packet.qos > 0) this.#unacknowledged.add(packet.packetId ?? 0);
    }
    // One read of 64 KB may hold 2,000 requests, each with an answer of 64 KB; and a scenario may hold answers back.
    if (this.#outbox.bytes > MOST_WAITING) this.close('too many answers wait to be sent', 'reset');
  }

  /** Closes after what is queued. */
  end(reason: string, now: number): void {
    this.#outbox.add([{ type: 'close', delayMs: 0, manner: 'end' }], now);
    this.#reason = reason;
    this.#ending = true;
  }

  /** True while incoming bytes are still served. */
  get isListening(): boolean {
    return this.state === 'open' && !this.#ending;
  }

  /** Closes at once. */
  close(reason: string, manner: CloseManner = 'end'): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#perform({ type: 'close', manner });
    this.#emit({ type: 'closed', by: 'service', reason });
  }

  /** The device has disconnected. */
  gone(reason: string): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#perform({ type: 'close', manner: 'end' });
    this.#emit({ type: 'closed', by: 'device', reason });
  }

  /** Writes what is due. True when a stall begins with it. */
  flush(now: number): boolean {
    for (const action of this.#outbox.due(now)) {
      if (this.state !== 'open') return false;
      if (action.type === 'send') this.#perform(action);
      else if (action.type === 'close') this.close(this.#reason, action.manner);
      else {
        this.state = 'stalled';
        return true;
      }
    }
    return false;
  }

  wakeAt(deadline: number): void {
    if (this.state === 'closed') return;
    this.#perform({ type: 'wake', at: Math.min(deadline, this.#outbox.nextAt ?? deadline) });
  }

  /** The next Packet Identifier: 1 to 65,535 in turn. */
  nextPacketId(): number {
    this.#lastPacketId = (this.#lastPacketId % 65_535) + 1;
    return this.#lastPacketId;
  }

  acknowledge(packetId: number): void {
    this.#unacknowledged.delete(packetId);
  }

  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }
}
