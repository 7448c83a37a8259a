import { type PreparedPublish, type PUBREC, type PUBREL, preparePublish, type QoS } from '@mote/codec';
import type { PublishParts } from './outgoing.ts';

type Template = Omit<PublishParts, 'payload'>;

/**
 * Returns a function that finds the prepared PUBLISH of a message: the one of the caller, or the last one, if topic, QoS and RETAIN are
 * the same. Most devices publish to the same topic again and again: then a packet takes 20 ns instead of 90.
 */
export function lastPrepared(): (message: Template, qos: QoS) => PreparedPublish {
  let topic: string | undefined;
  let flags = 0;
  let last: PreparedPublish | undefined;
  return ({ topicName, retain, prepared }, qos) => {
    if (prepared) return prepared;
    const wanted = (qos << 1) + Number(retain);
    if (!last || topic !== topicName || flags !== wanted) {
      last = preparePublish({ topicName, qos, retain });
      topic = topicName;
      flags = wanted;
    }
    return last;
  };
}

/** A PUBREC or PUBREL in a new array, for the store. */
export function encodeAcknowledgement<Type extends typeof PUBREC | typeof PUBREL>(
  encodeInto: (packet: { readonly type: Type; readonly packetId: number }, target: Uint8Array, at: number) => number,
  type: Type,
  packetId: number,
): Uint8Array {
  const bytes = new Uint8Array(4);
  encodeInto({ type, packetId }, bytes, 0);
  return bytes;
}

/** A PUBLISH in a new array, for the store. */
export function encode(prepared: PreparedPublish, payload: Uint8Array, packetId: number | undefined): Uint8Array {
  const bytes = new Uint8Array(prepared.size(payload.length));
  prepared.encodeInto(payload, packetId, bytes, 0);
  return bytes;
}
