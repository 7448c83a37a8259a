import { PUBLISH, type PublishPacket } from '@mote/codec';

export function publish(topicName: string, payload: Uint8Array, packetId?: number): PublishPacket {
  const message = { type: PUBLISH, topicName: flat(topicName), payload, retain: false, dup: false } as const;
  return packetId === undefined ? { ...message, qos: 0, packetId } : { ...message, qos: 1, packetId };
}

/** A string in one piece: concatenation makes a tree that the first codec to read it would flatten. */
export function flat(text: string): string {
  return Buffer.from(text).toString();
}
