import { encodePubrelInto, PUBACK, PUBCOMP, PUBLISH, PUBREC, PUBREL } from '@mote/codec';
import type { Connection } from './connection.ts';
import { MqttError } from './error.ts';
import { type Outbound, type OutboundOptions, type Outgoing, settle, type Waiting } from './outgoing.ts';
import { append, type OutgoingList, remove } from './outgoing-list.ts';
import type { PacketIds } from './packet-ids.ts';
import { refusePacketId } from './peer-violation.ts';
import { encode, encodeAcknowledgement, lastPrepared } from './prepared.ts';
import { makeRecords } from './records.ts';
import type { Keep } from './store-calls.ts';

// The sender's half of a Session: messages of QoS 0 to 2 from `publish` to their last acknowledgement, over many connections.
// - One list in the order of `publish`. In front are those that were sent on this connection, from `next` on those that were
//   not: a new connection moves `next` to the front again, and so sends everything once more in the old order [MQTT-4.4.0-1].
// - A message of QoS 1 or 2 has its identifier and its record in the store before it is sent, and the record is
//   gone before the identifier is given out again.
// - Until it is sent a message can be withdrawn: it expires, its caller gives up, a newer one takes its place. Once it was
//   sent it belongs to the Session; its caller can only stop to wait for it.

/** What is written in one turn before we wait for the socket. */
const ROOM = 65_536;
/** Identifiers that messages leave to SUBSCRIBE and UNSUBSCRIBE, which have no queue to wait in. */
const SPARE_IDS = 1000;
/** Between two looks for what has expired: with many messages each look takes its time. */
const SWEEP_MS = 20;

export function makeOutbound(
  { window, queue, store, onWork, onStoreFailure }: OutboundOptions,
  ids: PacketIds<Waiting>,
  keep: Keep,
): Outbound {
  let connection: Connection | undefined;
  const list: OutgoingList = { first: undefined, last: undefined, next: undefined };
  /** Of QoS 1 and 2, sent on this connection and not done. */
  let underWay = 0;
  /** Never sent in this Session: how many, and their bytes. */
  let waiting = 0;
  let waitingBytes = 0;
  let sequence = 0;
  const preparedOf = lastPrepared();
  let closed = false;
  const { save, erase } = makeRecords(
    packetOf,
    ids,
    keep,
    onStoreFailure,
    () => closed,
    () => outbound.pump(),
  );
  /** Callers of QoS 0 whose messages wait for `flush`. */
  let written: ((error?: unknown) => void)[] = [];

  const hasRoom = (): boolean => connection?.phase() === 'open' && !outbound.blocked && connection.pending() < ROOM;

  function packetOf({ state, qos, packetId, parts }: Outgoing): Uint8Array {
    if (state === 'released') return encodeAcknowledgement(encodePubrelInto, PUBREL, packetId);
    return encode(preparedOf(parts!, qos), parts!.payload, packetId);
  }

  function send(entry: Outgoing): void {
    const { state, qos, packetId, dup } = entry;
    onWork();
    if (state === 'released') {
      connection!.send(encodePubrelInto, { type: PUBREL, packetId });
      return;
    }
    let parts = entry.parts!;
    const topicName = outbound.readdress?.(parts.topicName) ?? parts.topicName;
    if (topicName !== parts.topicName)
      entry.parts = parts = { topicName, payload: parts.payload, retain: parts.retain };
    connection!.publish(preparedOf(parts, qos), parts.payload, packetId || undefined, dup);
  }

  function leaveQueue({ size }: Outgoing): void {
    waiting--;
    waitingBytes -= size;
  }

  function forget(entry: Outgoing): void {
    remove(list, entry);
    entry.state = 'gone';
    erase(entry);
  }

  /** False when the message does not fit. One larger than the whole queue drops no other. */
  function makeRoom(size: number): boolean {
    const { maxMessages, maxBytes, whenFull } = queue;
    if (size > maxBytes || maxMessages < 1) return false;
    while (waiting >= maxMessages || waitingBytes + size > maxBytes) {
      let oldest = list.next;
      while (oldest && oldest.state !== 'waiting') oldest = oldest.next;
      if (whenFull !== 'drop-oldest' || !oldest) return false;
      outbound.dropped++;
      outbound.withdraw(oldest, queueFull());
    }
    return true;
  }

  const outbound: Outbound = {
    blocked: false,
    readdress: undefined,
    dropped: 0,
    sweepAt: Infinity,
    empty: () => !list.first,
    idle: () => !underWay,
    ready: () => !list.next && hasRoom(),

    load(at, { packetId, qos }, parts) {
      sequence = at;
      const entry = append(list, sequence, packetId, parts, 0, { qos });
      ids.keep(packetId, entry);
      entry.state = parts ? 'sent' : 'released';
      entry.dup = parts !== undefined;
    },

    publish(message, now) {
      const { topicName, payload, retain, prepared, qos, settle } = message;
      const ready = outbound.ready();
      if (!qos && ready) {
        outbound.post(message);
        written.push(settle);
        return undefined;
      }
      const packetId = qos && ids.free > SPARE_IDS ? ids.next() : undefined;
      const size = preparedOf(message, qos).size(payload.length);
      if ((qos && !packetId) || !((ready && underWay < window && !store) || makeRoom(size))) {
        outbound.dropped++;
        settle(queueFull());
        return undefined;
      }
      sequence++;
      const parts = { topicName, payload: copyOf(payload), retain, prepared };
      const entry = append(list, sequence, packetId ?? 0, parts, size, message);
      if (packetId) ids.keep(packetId, entry);
      outbound.sweepAt = Math.min(outbound.sweepAt, Math.max(now, Math.min(entry.expiresAt, entry.timeoutAt)));
      waiting++;
      waitingBytes += size;
      if (qos && store)
        save(
          entry,
          () => {},
          (error) => outbound.withdraw(entry, error),
        );
      else outbound.pump();
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
          // An earlier run has sent it, and kept no more than that it was received.
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
      if (written.length) outbound.written(new MqttError('connection-lost', 'publish'));
      connection = undefined;
      list.next = list.first;
      underWay = 0;
    },

    pump() {
      for (let entry = list.next; entry?.stored && hasRoom() && !(entry.qos && underWay >= window); entry = list.next) {
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
      // Said twice, or of a message that is done.
      const late = !entry || entry.state === 'gone';
      const expected = type === PUBCOMP ? released : entry?.state === 'sent' || (released && type === PUBREC);
      if (!late && !(entry.type === PUBLISH && entry.qos === (type === PUBACK ? 1 : 2) && expected))
        refusePacketId(packetId);
      if (type === PUBREC) {
        // The server waits for PUBREL all the same [MQTT-4.3.3-1].
        if (!entry || (released && entry.stored)) connection!.send(encodePubrelInto, { type: PUBREL, packetId });
        else if (entry.state === 'sent') {
          const at = connection!;
          // PUBREL takes the place of PUBLISH, in the store first.
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

/** The caller may write to his own again. */
function copyOf(payload: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(payload)) throw new TypeError('payload: a Uint8Array is needed');
  return new Uint8Array(payload);
}

function queueFull(): MqttError {
  return new MqttError('queue-full', 'publish');
}
