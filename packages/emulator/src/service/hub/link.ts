import type { HubFilter, HubIdentity } from '@mote/client/azure';
import { type Packet, PUBLISH, type PublishPacket } from '@mote/codec';
import type { ConnectionPort } from '../mqtt/ports.ts';
import type { Hub } from './hub.ts';
import type { HubDevice } from './hub-device.ts';

/** Shared by the parts that serve one connection of a device to its hub. */
export interface Link {
  readonly connection: ConnectionPort;
  readonly hub: Hub;
  readonly device: HubDevice;
  readonly identity: HubIdentity;
  /** DTMI that the user name gave. */
  readonly modelId: string | undefined;
  /** QoS of the subscription to this filter. Undefined when there is none. */
  granted(filter: HubFilter): 0 | 1 | undefined;
}

/** Makes a PUBLISH of the hub. The identifier is ignored at QoS 0. */
export function publication(
  topicName: string,
  payload: Uint8Array,
  qos: 0 | 1,
  packetId: number,
  dup = false,
): PublishPacket {
  const message = { type: PUBLISH, topicName, payload, retain: false } as const;
  return qos === 0 ? { ...message, qos, dup: false, packetId: undefined } : { ...message, qos, dup, packetId };
}

/** An answer or a notice of the hub. At QoS 1 it is kept until the device acknowledges it, over a cut of the connection too. */
export function notice({ device }: Link, topicName: string, payload: Uint8Array, qos: 0 | 1): PublishPacket {
  const packet = publication(topicName, payload, qos, device.nextPacketId());
  device.inFlight.add(packet);
  return packet;
}

/** Sends a packet, with the copies that a fault asks for. Copies have DUP at QoS 1. */
export function withCopies(packet: Packet, copies = 0): Packet[] {
  const copy = packet.type === PUBLISH && packet.qos > 0 ? { ...packet, dup: true } : packet;
  return [packet, ...Array.from({ length: copies }, () => copy as Packet)];
}
