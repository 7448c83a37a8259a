// MQTT 3.1.1, section 3.10

import type { Frame } from '../frame.ts';
import { UNSUBSCRIBE } from '../packet-type.ts';
import { addText, type Body, encoder, encoderInto, listBody } from '../wire/encode.ts';
import { listDecoder, prefixedEnd } from '../wire/reader.ts';
import { readText, TOPIC_FILTER } from '../wire/text.ts';

/** Asks for no more messages of Topic Filters, one or more [MQTT-3.10.3-2]. */
export interface UnsubscribePacket {
  readonly type: typeof UNSUBSCRIBE;
  /** 1 to 65,535, and not in use [MQTT-2.3.1-2]. */
  readonly packetId: number;
  /** Each must be equal, character by character, to one that was subscribed [MQTT-3.10.4-1]. */
  readonly topicFilters: readonly string[];
}

/** The fields of an UNSUBSCRIBE. */
export type UnsubscribeFields = Omit<UnsubscribePacket, 'type'>;

/** The first byte: the packet type, and the flags that it must have [MQTT-3.10.1-1]. */
const FIRST = 0xa2;

/** The bytes of an UNSUBSCRIBE in a new array. Throws what `encodeUnsubscribeInto` throws, except `no-room`. */
export const encodeUnsubscribe: (packet: UnsubscribeFields) => Uint8Array = /* @__PURE__ */ encoder(
  FIRST,
  unsubscribeBody,
);

/**
 * Writes an UNSUBSCRIBE at `target[at]` and returns where it ends. Throws an EncodeError for a packet that MQTT forbids, a
 * TypeError for a field of another type, or `no-room` with the bytes `needed`, and has then written nothing.
 */
export const encodeUnsubscribeInto: (packet: UnsubscribeFields, target: Uint8Array, at: number) => number =
  /* @__PURE__ */ encoderInto(FIRST, unsubscribeBody);

function unsubscribeBody(packet: UnsubscribeFields): Body {
  const { packetId, topicFilters } = packet ?? {};
  return listBody(packetId, 'topicFilters', topicFilters, '3.10.3-2', (body, topicFilter) => {
    addText(body, 'topicFilters', topicFilter, TOPIC_FILTER);
  });
}

/**
 * An UNSUBSCRIBE from its frame. Throws a DecodeError for what MQTT forbids: a server then closes the connection [MQTT-4.8.0-1].
 *
 * @example
 * const framer = new Framer();
 * framer.push(encodeUnsubscribe({ packetId: 2, topicFilters: ['meter/#'] }));
 * const { topicFilters } = decodeUnsubscribe(framer.next()!); // ['meter/#']
 */
export const decodeUnsubscribe: (frame: Frame) => UnsubscribePacket = /* @__PURE__ */ listDecoder(
  UNSUBSCRIBE,
  'topicFilters',
  '3.10.3-2',
  (frame, at, topicFilters: string[]) => {
    const end = prefixedEnd(frame, at, '3.10.3-1');
    topicFilters.push(readText(frame, at + 2, end, '3.10.3-1', TOPIC_FILTER));
    return end;
  },
);
