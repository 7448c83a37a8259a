import type * as type from './packet-type.ts';
import type { ConnackFields, ConnackPacket } from './packets/connack.ts';
import type { ConnectFields, ConnectPacket } from './packets/connect.ts';
import type { DisconnectPacket } from './packets/disconnect.ts';
import type { PingreqPacket } from './packets/pingreq.ts';
import type { PingrespPacket } from './packets/pingresp.ts';
import type { PubackPacket } from './packets/puback.ts';
import type { PubcompPacket } from './packets/pubcomp.ts';
import type { PublishFields, PublishPacket } from './packets/publish.ts';
import type { PubrecPacket } from './packets/pubrec.ts';
import type { PubrelPacket } from './packets/pubrel.ts';
import type { SubackPacket } from './packets/suback.ts';
import type { SubscribeFields, SubscribePacket } from './packets/subscribe.ts';
import type { UnsubackPacket } from './packets/unsuback.ts';
import type { UnsubscribePacket } from './packets/unsubscribe.ts';

/** What a decoder returns: one of fourteen packets; `type` says which. All fields are there, always in the same order. */
export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket;

/** What an encoder takes: a Packet, also without its optional fields. */
export type PacketFields =
  | Packet
  | ({ readonly type: typeof type.CONNECT } & ConnectFields)
  | ({ readonly type: typeof type.CONNACK } & ConnackFields)
  | ({ readonly type: typeof type.PUBLISH } & PublishFields)
  | ({ readonly type: typeof type.SUBSCRIBE } & SubscribeFields);
