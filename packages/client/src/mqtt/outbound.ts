import { encodePubrelInto, PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL } from '@mote/codec';
import type { Connection } from './connection-options.ts';
import { MqttError } from './error.ts';
import { type Outbound, type OutboundOptions, type Outgoing, settle, type Waiting } from './outgoing.ts';
import { append, makeOutgoing, type OutgoingList, remove } from './outgoing-list.ts';
import type { PacketIds } from './packet-ids.ts';
import { refusePacketId } from './peer-violation.ts';
import { encode, encodeAcknowledgement, lastPrepared } from './prepared.ts';
import { makeRecords } from './records.ts';
import type { Keep } from './store-calls.ts';

// The sender's half of a Session: messages from `publish` to their last acknowledgement, over many connections.
// - All messages are in one list, in the order of `publish`. Those before `next` were sent on this connection, those from `next` on were
//   not. A new connection sets `next` to the beginning, so everything is sent again in the same order [MQTT-4.4.0-1].
// - A message of QoS 1 or 2 gets its identifier and its record in the store before it is sent. The record is deleted before the
//   identifier is used again.
// - Until it is sent, a message can be dropped: it expires, its caller gives it up, or it makes room for a newer one. After that it
//   belongs to the Session, and its caller can only stop waiting.

/** Bytes that are written in one turn. Then messages wait until the bytes have been flushed. */
const ROOM = 65_536;
/** Identifiers that are kept free for SUBSCRIBE and UNSUBSCRIBE: these do not wait in a queue. */
const SPARE_IDS = 1000;
/** Milliseconds between two searches for expired messages: each search goes through the whole list. */
const SWEEP_MS = 20;

/** Makes the sender's half. `ids` is shared with subscriptions, `keep` calls the store. */
export function makeOutbound(
  { window, queue, store, onWork }: Omit<OutboundOptions, 'onStoreFailure'>,
  ids: PacketIds<Waiting>,
  keep: Keep,
): Outbound {
  let connection: Connection | undefined;
  const list: OutgoingList = { first: undefined, last: undefined, next: undefined };
  /** Messages of QoS 1 and 2 that were sent on this connection and are not acknowledged. */
  let underWay = 0;
  /** Messages that were never sent: how many, and their bytes. The limits of the queue are for these. */
  let waiting = 0;
  let waitingBytes = 0;
  let sequence = 0;
  const preparedOf = lastPrepared();
  let closed = false;
  const { save, erase } = makeRecords(
    packetOf,
    ids,
    keep,
    () => closed,
    () => outbound.pump(),
  );
  /** `settle` of messages of QoS 0 that are written and wait for `flush`. */
  let written: ((error?: unknown) => void)[] = [];

  const hasRoom = (): boolean => connection?.phase() === 'open' && !outbound.blocked && connection.pending() < ROOM;

  /** The record of a message: its PUBLISH, or the PUBREL that has replaced it. */
  function packetOf({ state, qos, packetId, parts }: Outgoing): Uint8Array {
    if (state === 'released') return encodeAcknowledgement(encodePubrelInto, PUBREL, packetId);
    return encode(preparedOf(parts!, qos), parts!.payload, packetId);
  }

  /** Writes PUBLISH or PUBREL, with the topic that the message has now. */
  function send(entry: Outgoing): void {
    const { state, qos, packetId, dup } = entry;
    onWork();
    if (state === 'released') {
      connection!.send(encodePubrelInto, { type: PUBREL, packetId });
      return;
    }
    let parts = entry.parts!;
    const topicName = outbound.readdress?.(parts.topicName) ?? parts.topicName;
    if (topicName !== parts.topicName) entry.parts = parts = { ...parts, topicName };
    connection!.publish(preparedOf(parts, qos), parts.payload, packetId || undefined, dup);
  }

  function leaveQueue({ size }: Outgoing): void {
    waiting--;
    waitingBytes -= size;
  }

  /** Removes a message from the list and from the store. */
  function forget(entry: Outgoing): void {
    remove(list, entry);
    entry.state = 'gone';
    erase(entry);
  }

  /** Makes room in the queue. Returns false if the message does not fit. A message larger than the whole queue drops no other. */
  function makeRoom(size: number): boolean {
    const { maxMessages, maxBytes, whenFull } = queue;
    if (size > maxBytes || maxMessages < 1) return false;
    while (waiting >= maxMessages || waitingBytes + size > maxBytes) {
      let oldest = list.next;
      while (oldest && oldest.state !== 'waiting') oldest = oldest.next;
      if (whenFull !== 'drop-oldest' || !oldest) return false;
      drop(oldest);
    }
    return true;
  }

  function drop(entry: Outgoing): void {
    outbound.dropped++;
    outbound.withdraw(entry, queueFull());
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
      if (store)
        save(
          entry,
          () => {},
          (error) => outbound.withdraw(entry, error),
        );
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

    load(at, { packetId, qos }, parts) {
      const entry = makeOutgoing(parts, 0, { qos });
      append(list, entry);
      entry.sequence = sequence = at;
      entry.packetId = packetId;
      ids.keep(packetId, entry);
      entry.state = parts ? 'sent' : 'released';
      entry.dup = !!parts;
    },

    loaded() {
      outbound.loading = false;
      for (let entry = list.first, left = waiting; left--; ) {
        const early = entry!;
        entry = early.next;
        remove(list, early);
        place(early);
      }
    },

    publish(message, now) {
      const { topicName, payload, retain, qos, settle } = message;
      const ready = outbound.ready();
      if (!qos && ready) {
        outbound.post(message);
        written.push(settle);
        return undefined;
      }
      const size = preparedOf(message, qos).size(payload.length);
      if (!((ready && underWay < window && !store) || makeRoom(size))) {
        outbound.dropped++;
        settle(queueFull());
        return undefined;
      }
      // The caller may write to his own again. A Buffer's own `slice` would not copy, old engines have none for a Uint8Array, and only
      // bytes have `subarray`.
      const parts = { topicName, payload: new Uint8Array(payload.subarray()), retain };
      const entry = makeOutgoing(parts, size, message);
      outbound.sweepAt = Math.max(now, Math.min(outbound.sweepAt, entry.expiresAt, entry.timeoutAt));
      waiting++;
      waitingBytes += size;
      place(entry);
      return entry;
    },

    post(message) {
      connection!.publish(preparedOf(message, 0), message.payload, undefined, false);
      onWork();
    },

    withdraw(entry, error) {
      if (entry.state === 'waiting' && !closed) {
        leaveQueue(entry);
        forget(entry);
      }
      settle(entry, error);
    },

    attach(opened, proceeds) {
      connection = opened;
      outbound.blocked = false;
      for (let entry = proceeds ? undefined : list.first; entry; entry = entry.next) {
        if (entry.state !== 'released') continue;
        if (entry.parts) {
          entry.state = 'sent';
          save(entry, () => {});
        } else {
          // Only the PUBREL of an earlier run is left, so the message cannot be sent again in a new Session.
          forget(entry);
          settle(entry, new MqttError('session-lost', 'publish'));
        }
      }
    },

    written(error) {
      const callers = written;
      written = [];
      for (const call of callers) call(error);
    },

    detach() {
      outbound.written(new MqttError('connection-lost', 'publish'));
      connection = undefined;
      list.next = list.first;
      underWay = 0;
    },

    pump() {
      for (
        let entry = list.next;
        entry && !entry.saving && hasRoom() && !(entry.qos && underWay >= window);
        entry = list.next
      ) {
        list.next = entry.next;
        send(entry);
        if (entry.state === 'waiting') {
          leaveQueue(entry);
          entry.state = 'sent';
        }
        if (entry.qos) {
          underWay++;
          entry.connection = connection;
          entry.dup = true;
        } else {
          const sent = entry;
          forget(sent);
          written.push((error) => settle(sent, error));
        }
      }
    },

    onAcknowledgement({ type, packetId }) {
      const entry = ids.get(packetId) as Outgoing | undefined;
      const released = entry?.state === 'released';
      // A second acknowledgement, or one for a message that is gone. It does no harm.
      const late = !entry || entry.state === 'gone';
      const expected = type === PUBCOMP ? released : entry?.state === 'sent' || (released && type === PUBREC);
      if (!late && !(entry.type === PUBLISH && entry.qos === (type === PUBACK ? 1 : 2) && expected))
        refusePacketId(packetId);
      if (type === PUBREC) {
        // The server waits for PUBREL even if we do not know the message any more [MQTT-4.3.3-1].
        if (!entry || (released && !entry.saving)) connection!.send(encodePubrelInto, { type: PUBREL, packetId });
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
        settle(entry);
        outbound.pump();
      }
    },

    sweep(now) {
      if (now < outbound.sweepAt) return;
      let earliest = Infinity;
      for (let entry = list.first; entry; entry = entry.next) {
        const { expiresAt, timeoutAt } = entry;
        if (expiresAt <= now && entry.state === 'waiting')
          outbound.withdraw(entry, new MqttError('expired', 'publish'));
        else if (timeoutAt > now) earliest = Math.min(earliest, timeoutAt);
        else if (entry.settle) outbound.withdraw(entry, new MqttError('timed-out', 'publish'));
        if (entry.state === 'waiting') earliest = Math.min(earliest, expiresAt);
      }
      outbound.sweepAt = Math.max(earliest, now + SWEEP_MS);
    },

    close(error) {
      outbound.detach();
      closed = true;
      for (let entry = list.first; entry; entry = entry.next) settle(entry, error);
      list.first = list.last = list.next = undefined;
    },
  };

  return outbound;
}

function queueFull(): MqttError {
  return new MqttError('queue-full', 'publish');
}
