/** How a peer breaks the protocol. Each of these ends the connection [MQTT-4.8.0-1]. */
export type ViolationReason =
  /** Bytes that are no packet, or a packet that the standard forbids. `cause` is the DecodeError. */
  | 'malformed-packet'
  /** A packet that no server sends, or one that nobody asked for; any packet before CONNACK; a second CONNACK. */
  | 'unexpected-packet'
  /** CONNACK with Session Present, after CleanSession 1 [MQTT-3.2.2-1]. */
  | 'session-present'
  /** An acknowledgement of the wrong type for what waits under its identifier. */
  | 'unknown-packet-id'
  /** A SUBACK with more or fewer return codes than Topic Filters [MQTT-3.8.4-5]. */
  | 'suback-count'
  /**
   * A SUBACK that grants a higher QoS than was asked for, or a PUBLISH for a subscription with a higher QoS than was ever granted
   * [MQTT-3.8.4-6].
   */
  | 'qos-above-granted';

/** Throws for an acknowledgement, or PUBREL, that fits nothing that waits. */
export function refusePacketId(packetId: number): never {
  throw new PeerViolation('unknown-packet-id', { packetId });
}

/** Thrown by code that handles packets of the peer. Only the Connection catches it; it lets every other error through. */
export class PeerViolation extends Error {
  declare readonly reason: ViolationReason;
  declare readonly packetId?: number;
  declare readonly packetType?: number;

  constructor(reason: ViolationReason, fields: { readonly packetId?: number; readonly packetType?: number } = {}) {
    super(reason);
    Object.assign(this, { reason, ...fields });
  }
}
