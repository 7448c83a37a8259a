import type { Frame } from './frame.ts';
import type { QoS } from './packet-type.ts';
import { NOTHING } from './wire/nothing.ts';
import { partOf } from './wire/part.ts';
import { topicEndOf } from './wire/publish-parts.ts';
import { topicNameOf } from './wire/topic-cache.ts';

/**
 * Reads one PUBLISH after another into the same object, without allocating. What it says holds until the next `read`, its
 * bytes until the Framer's next packet. The topic's text is made anew only if it has not been seen lately.
 */
export class PublishView {
  topicName = '';
  /** The chunk in which the packet lies. */
  bytes: Uint8Array = NOTHING;
  topicStart = 0;
  topicEnd = 0;
  payloadEnd = 0;
  private flags = 0;

  read(frame: Frame): this {
    const { start } = frame;
    const topicEnd = topicEndOf(frame);
    this.topicName = topicNameOf(frame, start + 2, topicEnd);
    if (this.bytes !== frame.bytes) this.bytes = frame.bytes;
    this.flags = frame.flags;
    this.topicStart = start + 2;
    this.topicEnd = topicEnd;
    this.payloadEnd = frame.end;
    return this;
  }

  get qos(): QoS {
    return ((this.flags >> 1) & 3) as QoS;
  }

  get dup(): boolean {
    return this.flags > 7;
  }

  get retain(): boolean {
    return (this.flags & 1) === 1;
  }

  /** Undefined exactly when QoS is 0. */
  get packetId(): number | undefined {
    const { bytes, topicEnd } = this;
    return this.qos ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : undefined;
  }

  get payloadStart(): number {
    return this.qos ? this.topicEnd + 2 : this.topicEnd;
  }

  /** The Application Message: a new view into the bytes that were received. */
  get payload(): Uint8Array {
    return partOf(this.bytes, this.payloadStart, this.payloadEnd);
  }
}
