import { printable } from '@mote/client/explain';
import { type Packet, packetSize } from '@mote/codec';
import { packetDetail, packetName } from '../terminal/packet-line.ts';

/** One packet of an exchange, with what a diagram shows of it. */
export interface Message {
  readonly atMs: number;
  readonly from: 'device' | 'service';
  readonly name: string;
  readonly detail: string;
  /** Bytes on the wire, fixed header included. */
  readonly size: number;
}

/** Collects what `onPacket` of the client reports; times count from the first packet. */
export class Exchange {
  readonly messages: Message[] = [];
  readonly #now: () => number;
  #startMs: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  readonly add = (direction: 'sent' | 'received', packet: Packet): void => {
    const now = this.#now();
    this.#startMs ??= now;
    this.messages.push({
      atMs: now - this.#startMs,
      from: direction === 'sent' ? 'device' : 'service',
      name: packetName(packet),
      // Control characters are not allowed in XML, and a line feed would end a statement of Mermaid.
      detail: printable(packetDetail(packet)),
      size: packetSize(packet),
    });
  };
}

/**
 * What a packet carries, in at most `room` characters. The beginning that all topics of a service share is left out, and of a request
 * id the first six characters are kept: they tell it from the others of the same diagram.
 */
export function shortDetail({ detail }: Message, room: number): string {
  const short = detail
    .replace(/\$(?:dps\/registrations|iothub)\/|devices\/[^/]+\/(?=messages\/)/, '…/')
    .replace(/(\$rid=[\w-]{6})[\w-]{3,}/, '$1…');
  return short.length > room ? `${short.slice(0, room - 1)}…` : short;
}
