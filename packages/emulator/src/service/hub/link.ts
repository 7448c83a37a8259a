import type { HubFilter, HubIdentity } from '@mote/client/azure';
import { type Packet, PUBLISH } from '@mote/codec';
import type { ConnectionPort } from '../mqtt/ports.ts';
import type { Hub } from './hub.ts';
import type { HubDevice } from './hub-device.ts';

/** What the parts of one device's link to its hub share. */
export interface Link {
  readonly connection: ConnectionPort;
  readonly hub: Hub;
  readonly device: HubDevice;
  readonly identity: HubIdentity;
  /** QoS of the subscription to it; undefined when there is none. */
  granted(filter: HubFilter): 0 | 1 | undefined;
}

/** A PUBLISH of the hub. The identifier is of no use at QoS 0. */
export function publication(topicName: string, payload: Uint8Array, qos: 0 | 1, packetId: number, dup = false): Packet {
  const message = { type: PUBLISH, topicName, payload, retain: false } as const;
  return qos === 0 ? { ...message, qos, dup: false, packetId: undefined } : { ...message, qos, dup, packetId };
}

/** The packet, and the copies that a fault asks for: with DUP at QoS 1. */
export function withCopies(packet: Packet, copies = 0): Packet[] {
  const copy = packet.type === PUBLISH && packet.qos > 0 ? { ...packet, dup: true } : packet;
  return [packet, ...Array.from({ length: copies }, () => copy as Packet)];
}
