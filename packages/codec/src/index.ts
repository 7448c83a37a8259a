export { type CodecErrorCode, DecodeError, EncodeError } from './error.ts';
export type { Frame } from './frame.ts';
export { Framer, type FramerOptions } from './framer.ts';
export {
  decode,
  decodePacket,
  encodePacket,
  encodePacketInto,
  type Packet,
  type PacketFields,
  packetSize,
} from './packet.ts';
export {
  CONNACK,
  CONNECT,
  DISCONNECT,
  type PacketType,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from './packet-type.ts';
export * from './packets/connack.ts';
export * from './packets/connect.ts';
export * from './packets/disconnect.ts';
export * from './packets/pingreq.ts';
export * from './packets/pingresp.ts';
export * from './packets/puback.ts';
export * from './packets/pubcomp.ts';
export * from './packets/publish.ts';
export * from './packets/pubrec.ts';
export * from './packets/pubrel.ts';
export * from './packets/suback.ts';
export * from './packets/subscribe.ts';
export * from './packets/unsuback.ts';
export * from './packets/unsubscribe.ts';
export { type PreparedPublish, type PublishTemplate, preparePublish } from './prepared-publish.ts';
export { PublishView } from './publish-view.ts';
export { isTopicFilter, isTopicName, topicMatches } from './topic.ts';
