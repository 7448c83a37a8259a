import { PUBLISH, type PublishPacket } from '@mote/codec';

/**
 * A PUBLISH as a program writes one. Every packet of a workload has the same hidden class, because it comes from one literal: with
 * `{ ...message, qos }` V8 11.3 gives each object a class of its own, and what reads them is then slow for that reason alone.
 */
export function publish(topicName: string, payload: Uint8Array, packetId?: number): PublishPacket {
  const name = flat(topicName);
  return packetId === undefined
    ? { type: PUBLISH, topicName: name, payload, retain: false, dup: false, qos: 0, packetId }
    : { type: PUBLISH, topicName: name, payload, retain: false, dup: false, qos: 1, packetId };
}

/** A string in one piece: concatenation makes a tree that the first codec to read it would flatten. */
export function flat(text: string): string {
  return Buffer.from(text).toString();
}
