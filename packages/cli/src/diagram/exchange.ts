import { printable } from '@mote/client/explain';
import { type Packet, packetSize } from '@mote/codec';
import { packetDetail, packetName } from '../terminal/packet-line.ts';

/** One packet of a conversation, as a picture needs it. */
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
      // For pictures too: a control character is no XML, and a line feed ends a statement of Mermaid.
      detail: printable(packetDetail(packet)),
      size: packetSize(packet),
    });
  };
}

/**
 * What a packet carries, in at most `room` characters. What all topics of the service begin with says nothing, and of a
 * request id its first characters tell it from the others of a picture.
 */
export function shortDetail({ detail }: Message, room: number): string {
  const short = detail
    .replace(/\$(?:dps\/registrations|iothub)\/|devices\/[^/]+\/(?=messages\/)/, '…/')
    .replace(/(\$rid=[\w-]{6})[\w-]{3,}/, '$1…');
  return short.length > room ? `${short.slice(0, room - 1)}…` : short;
}
