import { encodePubrelInto, PUBREC, PUBREL } from '@mote/codec';
import { checkAcknowledgement } from './acknowledgement.ts';
import type { Connection } from './connection-options.ts';
import { MqttError } from './error.ts';
import { withdrawOverdue } from './expiry.ts';
import { type Outbound, type OutboundOptions, type Outgoing, settle, type Waiting } from './outgoing.ts';
import { append, makeOutgoing, type OutgoingList, remove } from './outgoing-list.ts';
import { type PacketIds, SPARE_IDS } from './packet-ids.ts';
import { lastPrepared } from './prepared.ts';
import { makeRoom } from './queue-room.ts';
import { makeRecords } from './records.ts';
import type { CallStore } from './store-calls.ts';

// The sender's half of a Session: messages from `publish` to their last acknowledgement, over many connections.
// - All messages are in one list, in the order of `publish`. Those before `next` were sent on this connection, those from `next` on were
//   not. A new connection sets `next` to the beginning, so everything is sent again in the same order [MQTT-4.4.0-1].
// - A message of QoS 1 or 2 gets its identifier and its record in the store before it is sent. The record is deleted before the
//   identifier is used again.
// - Until it is sent, a message can be dropped: it expires, its caller gives it up, or it makes room for a newer one. After that it
//   belongs to the Session, and its caller can only stop waiting.

/** Bytes that are written in one turn. Then messages wait until the bytes have been flushed. */
const ROOM = 65_536;

/** Makes the sender's half. `ids` is shared with subscriptions, `keep` calls the store. */
export function makeOutbound(
  { window, queue, store, onWork }: Omit<OutboundOptions, 'onStoreFailure'>,
  ids: PacketIds<Waiting>,
  callStore: CallStore,
): Outbound {
  let connection: Connection | undefined;
  const list: OutgoingList = { first: undefined, last: undefined, next: undefined };
  /** Messages of QoS 1 and 2 that were sent on this connection and are not acknowledged. */
  let underWay = 0;
  const queued = { count: 0, bytes: 0 };
  let sequence = 0;
  const preparedOf = lastPrepared();
  let closed = false;
  /** `settle` of messages of QoS 0 that are written and wait for `flush`. */
  const written: ((error?: unknown) => void)[] = [];

  const hasRoom = (): boolean => connection?.phase() === 'open' && !outbound.blocked && connection.pending() < ROOM;

  /** Writes PUBLISH or PUBREL, with the topic that the message has now. */
  function send(entry: Outgoing): void {
    const { state, qos, packetId, dup, topicName } = entry;
    onWork();
    if (state === 'released') {
      connection!.send(encodePubrelInto, { type: PUBREL, packetId });
      return;
    }
    entry.topicName = outbound.readdress?.(topicName) ?? topicName;
    connection!.publish(preparedOf(entry, qos), entry.payload!, packetId || undefined, dup);
  }

  /** Removes a message from the list and from the store. */
  function forget(entry: Outgoing): void {
    remove(list, entry);
    entry.state = 'gone';
    erase(entry);
  }

  /** A message is in the queue from now on, or not any more. */
  function count({ size }: Outgoing, step: 1 | -1): void {
    queued.count += step;
    queued.bytes += step * size;
  }

  function drop(entry: Outgoing): void {
    outbound.withdraw(entry, refused());
  }

  function refused(): MqttError {
    outbound.dropped++;
    return new MqttError('queue-full', 'publish');
  }

  /** Gives a message its place, and from QoS 1 on its identifier and its record. */
  function place(entry: Outgoing): void {
    append(list, entry);
    if (outbound.loading) return;
    entry.sequence = ++sequence;
    if (entry.qos) {
      if (ids.free <= SPARE_IDS) {
        drop(entry);
        return;
      }
      entry.packetId = ids.take(entry);
      if (store) save(entry, undefined, (error) => outbound.withdraw(entry, error));
    }
    outbound.pump();
  }

  const outbound: Outbound = {
    blocked: false,
    readdress: undefined,
    dropped: 0,
    sweepAt: Infinity,
    loading: false,
    empty: () => !list.first,
    idle: () => !underWay,
    ready: () => !list.next && hasRoom(),

    load(at, packet) {
      const entry = makeOutgoing(packet, 0);
      append(list, entry);
      entry.sequence = sequence = at;
      entry.packetId = packet.packetId;
      ids.keep(packet.packetId, entry);
      entry.dup = !!entry.payload;
      entry.state = entry.dup ? 'sent' : 'released';
    },

    loaded() {
      outbound.loading = false;
      for (let left = queued.count; left--; ) {
        const early = list.first!;
        remove(list, early);
        place(early);
      }
    },

    publish(message, now) {
      const { payload, qos, settle } = message;
      const ready = outbound.ready();
      if (!qos && ready) {
        outbound.post(message);
        written.push(settle);
        return undefined;
      }
      // Only bytes have `subarray`. Of anything else the list would keep zeros.
      if (!payload.subarray) throw new TypeError('payload: no bytes');
      const size = preparedOf(message, qos).size(payload.length);
      if (!((ready && underWay < window && !store) || makeRoom(size, queue, queued, list.next, drop))) {
        settle(refused());
        return undefined;
      }
      const entry = makeOutgoing(message, size);
      outbound.sweepAt = Math.max(now, Math.min(outbound.sweepAt, entry.expiresAt, entry.timeoutAt));
      count(entry, 1);
      place(entry);
      return entry;
    },

    post(message) {
      connection!.publish(preparedOf(message, 0), message.payload, undefined, false);
      onWork();
    },

    withdraw(entry, error) {
      if (entry.state === 'waiting' && !closed) {
        count(entry, -1);
        forget(entry);
      }
      settle(entry, error);
    },

    attach(opened, proceeds) {
      connection = opened;
      outbound.blocked = false;
      for (let entry = proceeds ? undefined : list.first; entry; entry = entry.next) {
        if (entry.state !== 'released') continue;
        if (entry.payload) {
          entry.state = 'sent';
          save(entry);
        }
        // Only the PUBREL of an earlier run is left, so the message cannot be sent again in a new Session. Nobody waits for it.
        else forget(entry);
      }
    },

    written(error) {
      for (const call of written.splice(0)) call(error);
    },

    detach() {
      outbound.written(new MqttError('connection-lost', 'publish'));
      connection = undefined;
      list.next = list.first;
      underWay = 0;
    },

    pump() {
      let entry = list.next;
      while (entry?.saving === 0 && hasRoom() && (underWay < window || !entry.qos)) {
        list.next = entry.next;
        send(entry);
        if (entry.state === 'waiting') {
          count(entry, -1);
          entry.state = 'sent';
        }
        if (entry.qos) {
          underWay++;
          entry.connection = connection;
          entry.dup = true;
        } else {
          forget(entry);
          written.push(settle.bind(undefined, entry));
        }
        entry = list.next;
      }
    },

    onAcknowledgement(packet) {
      const { type, packetId } = packet;
      const entry = ids.get(packetId) as Outgoing | undefined;
      // An acknowledgement of nothing, or one for a message that is gone. It does no harm.
      const late = !entry || entry.state === 'gone';
      if (!late) checkAcknowledgement(entry, packet);
      if (type === PUBREC) {
        // The server waits for PUBREL even if we do not know the message any more [MQTT-4.3.3-1].
        if (!entry || (entry.state === 'released' && !entry.saving))
          connection!.send(encodePubrelInto, { type: PUBREL, packetId });
        else if (entry.state === 'sent') {
          const at = connection!;
          // PUBREL replaces PUBLISH: first in the store, then it is sent.
          entry.state = 'released';
          save(entry, () => {
            if (entry.connection === connection && at.phase() === 'open') send(entry);
          });
        }
      } else if (!late) {
        if (entry.connection === connection) underWay--;
        forget(entry);
        // One that V8 has moved to its old memory would keep all later ones there until the next full collection: half of the time of a
        // publisher that is never idle.
        entry.next = undefined;
        settle(entry);
        outbound.pump();
      }
    },

    sweep(now) {
      if (now >= outbound.sweepAt) outbound.sweepAt = withdrawOverdue(list.first, now, outbound.withdraw);
    },

    close(error) {
      outbound.detach();
      closed = true;
      for (let entry = list.first; entry; entry = entry.next) settle(entry, error);
      list.first = list.last = list.next = undefined;
    },
  };

  const { save, erase } = makeRecords(preparedOf, ids, callStore, () => closed, outbound.pump);
  return outbound;
}
