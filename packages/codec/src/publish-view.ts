import type { Frame } from './frame.ts';
import type { QoS } from './packet-type.ts';
import { decodePublish } from './packets/publish.ts';

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
    const { topicName, qos, dup, retain, packetId, payload } = decodePublish(frame);
    this.qos = qos;
    this.dup = dup;
    this.retain = retain;
    this.packetId = packetId ?? 0;
    this.topicName = topicName;
    this.bytes = frame.bytes;
    this.topicStart = frame.start + 2;
    this.payloadEnd = frame.end;
    this.payloadStart = frame.end - payload.length;
    this.topicEnd = this.payloadStart - (qos ? 2 : 0);
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
