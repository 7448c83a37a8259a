export { decode, decodePacket } from './decode-packet.ts';
export { encodePacket, encodePacketInto, packetSize } from './encode-packet.ts';
export { type CodecErrorCode, DecodeError, EncodeError } from './error.ts';
export { type PreparedPublish, type PublishTemplate, preparePublish } from './fast/prepared-publish.ts';
export { PublishView } from './fast/publish-view.ts';
export type { Frame } from './frame.ts';
export { Framer, type FramerOptions } from './framer.ts';
export type { Packet, PacketFields } from './packet.ts';
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
export {
  type ConnackFields,
  type ConnackPacket,
  type ConnackReturnCode,
  decodeConnack,
  encodeConnack,
  encodeConnackInto,
} from './packets/connack.ts';
export {
  type ConnectFields,
  type ConnectPacket,
  decodeConnect,
  encodeConnect,
  encodeConnectInto,
  type Will,
} from './packets/connect.ts';
export {
  type DisconnectPacket,
  decodeDisconnect,
  encodeDisconnect,
  encodeDisconnectInto,
} from './packets/disconnect.ts';
export { decodePingreq, encodePingreq, encodePingreqInto, type PingreqPacket } from './packets/pingreq.ts';
export { decodePingresp, encodePingresp, encodePingrespInto, type PingrespPacket } from './packets/pingresp.ts';
export {
  decodePuback,
  encodePuback,
  encodePubackInto,
  type PubackFields,
  type PubackPacket,
} from './packets/puback.ts';
export {
  decodePubcomp,
  encodePubcomp,
  encodePubcompInto,
  type PubcompFields,
  type PubcompPacket,
} from './packets/pubcomp.ts';
export {
  decodePublish,
  encodePublish,
  encodePublishInto,
  type PublishFields,
  type PublishPacket,
} from './packets/publish.ts';
export {
  decodePubrec,
  encodePubrec,
  encodePubrecInto,
  type PubrecFields,
  type PubrecPacket,
} from './packets/pubrec.ts';
export {
  decodePubrel,
  encodePubrel,
  encodePubrelInto,
  type PubrelFields,
  type PubrelPacket,
} from './packets/pubrel.ts';
export {
  decodeSuback,
  encodeSuback,
  encodeSubackInto,
  type SubackFields,
  type SubackPacket,
  type SubackReturnCode,
} from './packets/suback.ts';
export {
  decodeSubscribe,
  encodeSubscribe,
  encodeSubscribeInto,
  type SubscribeFields,
  type SubscribePacket,
  type Subscription,
} from './packets/subscribe.ts';
export {
  decodeUnsuback,
  encodeUnsuback,
  encodeUnsubackInto,
  type UnsubackFields,
  type UnsubackPacket,
} from './packets/unsuback.ts';
export {
  decodeUnsubscribe,
  encodeUnsubscribe,
  encodeUnsubscribeInto,
  type UnsubscribeFields,
  type UnsubscribePacket,
} from './packets/unsubscribe.ts';
export { isTopicFilter, isTopicName, topicMatches } from './topic.ts';
export { decodeUtf8, encodeUtf8 } from './wire/utf8.ts';
