// MQTT 3.1.1, section 3.8

import { type Frame, fail } from '../frame.ts';
import { type QoS, SUBSCRIBE } from '../packet-type.ts';
import { addText, addU8, type Body, encoder, encoderInto, listBody } from '../wire/encode.ts';
import { requireNumber } from '../wire/misuse.ts';
import { listDecoder, prefixedEnd, u8At } from '../wire/reader.ts';
import { readText, TOPIC_FILTER } from '../wire/text.ts';

/** One Topic Filter of a SUBSCRIBE. */
export interface Subscription {
  /** 1 to 65,535 bytes of UTF-8; `+` fills a whole level, `#` the last one [4.7.1]. */
  readonly topicFilter: string;
  /** The requested QoS. The server may grant a lower one. */
  readonly qos: QoS;
}

/** Asks for the messages of Topic Filters, one or more [MQTT-3.8.3-3]. */
export interface SubscribePacket {
  readonly type: typeof SUBSCRIBE;
  /** 1 to 65,535, and not in use [MQTT-2.3.1-2]. */
  readonly packetId: number;
  /** SUBACK has a return code for each, in this order. */
  readonly subscriptions: readonly Subscription[];
}

/** The fields of a SUBSCRIBE. A subscription without `qos` has 0. */
export interface SubscribeFields {
  /** 1 to 65,535. */
  readonly packetId: number;
  /** At least one [MQTT-3.8.3-3]. */
  readonly subscriptions: readonly { readonly topicFilter: string; readonly qos?: QoS | undefined }[];
}

/** The first byte: the packet type, and the flags that it must have [MQTT-3.8.1-1]. */
const FIRST = 0x82;

/**
 * The bytes of a SUBSCRIBE in a new array. Throws what `encodeSubscribeInto` throws, except `no-room`.
 *
 * @example
 * const bytes = encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'meter/+/power', qos: 1 }] });
 */
export const encodeSubscribe: (packet: SubscribeFields) => Uint8Array = /* @__PURE__ */ encoder(FIRST, subscribeBody);

/**
 * Writes a SUBSCRIBE at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a
 * TypeError for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export const encodeSubscribeInto: (packet: SubscribeFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ encoderInto(FIRST, subscribeBody);

function subscribeBody(packet: SubscribeFields): Body {
  const { packetId, subscriptions } = packet ?? {};
  return listBody(packetId, 'subscriptions', subscriptions, '3.8.3-3', (body, subscription) => {
    const { topicFilter, qos = 0 } = subscription ?? {};
    addText(body, 'topicFilter', topicFilter, TOPIC_FILTER);
    addU8(body, requireNumber('bad-qos', 'qos', qos, 0, 2, '3.8.3-4'));
  });
}

/**
 * A SUBSCRIBE from its frame. Throws a DecodeError for what MQTT forbids: a server then closes the connection [MQTT-4.8.0-1].
 *
 * @example
 * const framer = new Framer();
 * framer.push(encodeSubscribe({ packetId: 1, subscriptions: [{ topicFilter: 'meter/#' }] }));
 * const { subscriptions } = decodeSubscribe(framer.next()!); // [{ topicFilter: 'meter/#', qos: 0 }]
 */
export const decodeSubscribe: (frame: Frame) => SubscribePacket = /* @__PURE__ */ listDecoder(
  SUBSCRIBE,
  'subscriptions',
  '3.8.3-3',
  (frame, at, subscriptions: Subscription[]) => {
    const end = prefixedEnd(frame, at);
    const topicFilter = readText(frame, at + 2, end, '3.8.3-1', TOPIC_FILTER);
    const qos = u8At(frame, end);
    if (qos > 2) fail(frame, 'bad-qos', end, '3.8.3-4');
    subscriptions.push({ topicFilter, qos: qos as QoS });
    return end + 1;
  },
);
