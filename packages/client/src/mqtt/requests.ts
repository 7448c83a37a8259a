import { type QoS, SUBACK, type SubackPacket, type UnsubackPacket } from '@mote/codec';
import type { Waiting } from './outgoing.ts';
import { type PacketIds, SPARE_IDS } from './packet-ids.ts';
import { PeerViolation, refusePacketId } from './peer-violation.ts';
import { slept } from './slept.ts';
import type { Filter, Request } from './subscriptions-options.ts';
import { TimeLimit } from './time-limit.ts';

/** The SUBSCRIBE and UNSUBSCRIBE packets of this connection that were not answered. */
export interface Requests {
  /** Whether no more can be sent until one is answered: messages may have all other identifiers. */
  full(): boolean;
  /** When the oldest must be answered. Known from the next `late` on. */
  dueAt(): number;
  /** Gives a request its Packet Identifier. */
  add(type: number, filter: Filter, qos: QoS): number;
  /** Whether the server may deliver with this QoS because of a request that it has not answered yet. */
  allow(qos: QoS): boolean;
  /** Removes the request that a packet answers. Undefined if nothing waits for it. Throws a PeerViolation if something else does. */
  answered(packet: SubackPacket | UnsubackPacket): Request | undefined;
  /** The connection is lost: removes all of them, and calls `each`. */
  lost(each: (request: Request) => void): void;
  /**
   * Whether the oldest was not answered in time. A server that answers pings, but no requests, would be waited for without end. So a
   * request has a time limit of its own.
   */
  late(now: number): boolean;
}

/** Makes the requests of a client. A request is late after `silenceMs`. */
export function makeRequests(ids: PacketIds<Waiting>, silenceMs: number): Requests {
  /** By Packet Identifier, the oldest first. */
  const requests = new Map<number, Request>();
  let limit = new TimeLimit();
  /** The one for which `limit` is. */
  let oldest: Request | undefined;

  function remove(packetId: number): void {
    requests.delete(packetId);
    ids.release(packetId);
  }

  return {
    full: () => requests.size >= SPARE_IDS,

    dueAt: () => limit.at,

    add(type, filter, qos) {
      const request = { type, filter, qos };
      const packetId = ids.take(request);
      requests.set(packetId, request);
      filter.newest = request;
      return packetId;
    },

    allow: (qos) => [...requests.values()].some((request) => qos <= request.qos),

    answered(packet) {
      const { type, packetId } = packet;
      if (!ids.get(packetId)) return undefined;
      const request = requests.get(packetId);
      if (request?.type !== type - 1) refusePacketId(packetId);
      if (type === SUBACK && packet.returnCodes.length !== 1) throw new PeerViolation('suback-count', { packetId });
      remove(packetId);
      return request;
    },

    lost(each) {
      for (const [packetId, request] of requests) {
        remove(packetId);
        each(request);
      }
    },

    late(now) {
      const first = requests.values().next().value;
      if (first !== oldest || slept(now - limit.at)) {
        oldest = first;
        limit = new TimeLimit();
        if (first) limit.set(silenceMs);
      }
      return limit.over(now);
    },
  };
}
