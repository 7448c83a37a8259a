import type { Frame } from './frame.ts';
import type { QoS } from './packet-type.ts';
import { topicEndOf } from './packets/publish.ts';
import { topicNameOf } from './wire/topic-cache.ts';

/** Reads one PUBLISH after another into the same object. Its values hold until the next `read` or the Framer's next packet. */
export class PublishView {
  qos: QoS = 0;
  dup = false;
  retain = false;
  /** 0 when QoS is 0. */
  packetId = 0;
  topicName = '';
  bytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
  topicStart = 0;
  topicEnd = 0;
  payloadStart = 0;
  payloadEnd = 0;

  read(frame: Frame): this {
    const { bytes, flags } = frame;
    const topicEnd = topicEndOf(frame);
    this.topicName = topicNameOf(frame, frame.start + 2, topicEnd);
    this.qos = ((flags >> 1) & 3) as QoS;
    this.dup = flags > 7;
    this.retain = (flags & 1) !== 0;
    this.packetId = flags & 6 ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : 0;
    this.bytes = bytes;
    this.topicStart = frame.start + 2;
    this.topicEnd = topicEnd;
    this.payloadStart = flags & 6 ? topicEnd + 2 : topicEnd;
    this.payloadEnd = frame.end;
    return this;
  }

  /** The Application Message, as a new view into the bytes that were received. */
  get payload(): Uint8Array {
    return new Uint8Array(
      this.bytes.buffer,
      this.bytes.byteOffset + this.payloadStart,
      this.payloadEnd - this.payloadStart,
    );
  }
}
