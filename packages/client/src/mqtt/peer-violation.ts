/** What a peer does that its bytes alone do not show to be wrong. Every one ends the connection [MQTT-4.8.0-1]. */
export type ViolationReason =
  /** Bytes that are no packet, or a packet that the standard forbids: `cause` is the DecodeError. */
  | 'malformed-packet'
  /** A packet that no server sends, that nobody asked for, or that comes before CONNACK or a second CONNACK. */
  | 'unexpected-packet'
  /** CONNACK with Session Present, after CleanSession 1 [MQTT-3.2.2-1]. */
  | 'session-present'
  /** An acknowledgement of an identifier that was never given out, or of the wrong type for it. */
  | 'unknown-packet-id'
  /** A SUBACK with more or fewer return codes than Topic Filters [MQTT-3.8.4-5]. */
  | 'suback-count'
  /** A SUBACK that grants more than was asked for, or a PUBLISH above every QoS that was asked for [MQTT-3.8.4-6]. */
  | 'qos-above-granted';

/** An acknowledgement, or PUBREL, for which nothing waits that it could be meant for. */
export function refusePacketId(packetId: number): never {
  throw new PeerViolation('unknown-packet-id', { packetId });
}

/** Thrown by whoever reads what the peer said, and caught by the Connection alone. Any other error is our own and goes through. */
export class PeerViolation extends Error {
  declare readonly reason: ViolationReason;
  declare readonly packetId?: number;
  declare readonly packetType?: number;

  constructor(reason: ViolationReason, fields: { readonly packetId?: number; readonly packetType?: number } = {}) {
    super(reason);
    Object.assign(this, { reason, ...fields });
  }
}
