import {
  encodePublish,
  encodePublishInto,
  encodePubrel,
  encodePubrelInto,
  type Packet,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type PublishFields,
  type PublishPacket,
} from '@mote/codec';
import type { Connection } from './connection.ts';
import { MqttError } from './error.ts';
import { type Message, type Outgoing, own, settle, type Waiting, type WhenFull } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import { PeerViolation } from './peer-violation.ts';
import type { SessionStore } from './store.ts';
import type { Keep } from './store-calls.ts';

// The sender's half of a Session: messages of QoS 0 to 2 from `publish` to their last acknowledgement, over many connections.
// - One list in the order of `publish`. In front are those that were sent on this connection, from `next` on those that were
//   not: a new connection moves `next` to the front again, and so sends everything once more in the old order [MQTT-4.4.0-1].
// - A message of QoS 1 or 2 has its identifier, its bytes and its record in the store before it is sent, and the record is
//   gone before the identifier is given out again.
// - Until it is sent a message can be withdrawn: it expires, its caller gives up, a newer one takes its place. Once it was
//   sent it belongs to the Session; its caller can only stop to wait for it.

/** What is written in one turn before we wait for the socket. */
const ROOM = 65_536;
/** Between two looks for what has expired: with many messages each look takes its time. */
const SWEEP_MS = 20;

export interface OutboundOptions {
  /** PUBLISH packets of QoS 1 and 2 under way. */
  readonly window: number;
  readonly queue: { readonly maxMessages: number; readonly maxBytes: number; readonly whenFull: WhenFull };
  readonly store?: SessionStore | undefined;
  /** There may be something to flush. */
  readonly onWork: () => void;
  /** The store has failed where no single message can be blamed. */
  readonly onStoreFailure: (error: unknown) => void;
}

export interface Outbound {
  /** True while the transport takes nothing. */
  blocked: boolean;
  /** Messages that were dropped because the queue was full. */
  readonly dropped: number;
  /** True when nothing is left to be sent or acknowledged. */
  readonly empty: boolean;
  /** True when everything that was sent is acknowledged. */
  readonly idle: boolean;
  /** When to call `sweep`. */
  readonly sweepAt: number;
  /** Whether a message of QoS 0 would be written at once. */
  readonly ready: boolean;
  /** A record of an earlier run. To be called in the order of their keys. */
  load(sequence: number, packet: Pick<Outgoing, 'packetId' | 'qos'>, bytes: Uint8Array, released: boolean): void;
  /** Takes a message over, its bytes too. Throws an EncodeError, and settles whatever else happens. */
  publish(message: Message, now: number): Outgoing | undefined;
  /** Writes a message of QoS 0 at once. Only when `ready`. */
  post(topicName: string, payload: Uint8Array, retain: boolean): void;
  /** The caller gives a message up. One that was sent stays in the Session, without anybody to tell. */
  withdraw(entry: Outgoing, error: unknown): void;
  /**
   * A connection that was accepted: what was sent before is sent again. `proceeds`: as packets of the same Session, with the same
   * identifiers and states. Otherwise the Session has ended, and everything begins anew in another one.
   */
  attach(connection: Connection, proceeds: boolean): void;
  /** What was written until now has left, or is lost with this error. */
  written(error?: unknown): void;
  detach(): void;
  /** Sends what may be sent now. */
  pump(): void;
  /** PUBACK, PUBREC or PUBCOMP. */
  onAcknowledgement(packet: Packet & { readonly packetId: number }): void;
  /** Time has passed: what has expired is withdrawn, and who has waited too long is told. */
  sweep(now: number): void;
  /** Nothing is sent any more: everyone is told. What is in the store stays there. */
  close(error: unknown): void;
}

export function makeOutbound(
  { window, queue, store, onWork, onStoreFailure }: OutboundOptions,
  ids: PacketIds<Waiting>,
  keep: Keep,
): Outbound {
  let connection: Connection | undefined;
  let first: Outgoing | undefined;
  let last: Outgoing | undefined;
  /** The first that was not sent on this connection. */
  let next: Outgoing | undefined;
  /** Of QoS 1 and 2, sent on this connection and not done. */
  let underWay = 0;
  /** Never sent in this Session: how many, and their bytes. */
  let waiting = 0;
  let waitingBytes = 0;
  let sequence = 0;
  let dropped = 0;
  let sweepAt = Infinity;
  let closed = false;
  /** Callers of QoS 0 whose messages wait for `flush`. */
  let written: ((error?: unknown) => void)[] = [];

  const hasRoom = (): boolean => connection?.phase === 'open' && !outbound.blocked && connection.pending < ROOM;

  function append(
    fields: Pick<Outgoing, 'packetId' | 'qos' | 'bytes' | 'settle'>,
    expiresAt = Infinity,
    timeoutAt = Infinity,
  ): Outgoing {
    const { packetId, qos, bytes, settle } = fields;
    const entry: Outgoing = {
      type: PUBLISH,
      sequence,
      qos,
      packetId,
      expiresAt,
      timeoutAt,
      bytes,
      publish: undefined,
      state: 'waiting',
      stored: true,
      dup: false,
      connection: undefined,
      settle,
      previous: last,
      next: undefined,
    };
    if (last) last.next = entry;
    else first = entry;
    last = entry;
    next ??= entry;
    if (packetId) ids.keep(packetId, entry);
    return entry;
  }

  function leaveQueue({ bytes }: Outgoing): void {
    waiting--;
    waitingBytes -= bytes.length;
  }

  /** What is removed keeps its own links, so that a loop may go on from it. */
  function forget(entry: Outgoing): void {
    if (next === entry) next = entry.next;
    if (entry.previous) entry.previous.next = entry.next;
    else first = entry.next;
    if (entry.next) entry.next.previous = entry.previous;
    else last = entry.previous;
    entry.state = 'gone';
    // While it is being put it cannot be deleted.
    if (entry.stored) erase(entry);
  }

  /** The record, and then the identifier: in the store there is one record for one identifier at any time. */
  function erase(entry: Outgoing): void {
    const release = (): void => ids.release(entry.packetId);
    if (entry.qos) keep((records) => records.delete(keyOf(entry)), release);
  }

  function save(entry: Outgoing, saved: () => void, failed: (error: unknown) => void): void {
    entry.stored = false;
    const end = (then: () => void): void => {
      entry.stored = true;
      if (closed) return;
      if (entry.state === 'gone') erase(entry);
      else then();
      outbound.pump();
    };
    keep(
      (records) => records.put(keyOf(entry), entry.bytes),
      () => end(saved),
      (error) => end(() => failed(error)),
    );
  }

  /** False when the message does not fit. One larger than the whole queue drops no other. */
  function makeRoom(size: number): boolean {
    const { maxMessages, maxBytes, whenFull } = queue;
    if (size > maxBytes || maxMessages < 1) return false;
    while (waiting >= maxMessages || waitingBytes + size > maxBytes) {
      let oldest = next;
      while (oldest && oldest.state !== 'waiting') oldest = oldest.next;
      if (whenFull !== 'drop-oldest' || !oldest) return false;
      dropped++;
      outbound.withdraw(oldest, queueFull());
    }
    return true;
  }

  const outbound: Outbound = {
    blocked: false,
    get dropped() {
      return dropped;
    },
    get empty() {
      return !first;
    },
    get idle() {
      return !underWay;
    },
    get sweepAt() {
      return sweepAt;
    },
    get ready() {
      return !next && hasRoom();
    },

    load(at, { packetId, qos }, bytes, released) {
      sequence = at;
      const entry = append({ packetId, qos, bytes, settle: undefined });
      entry.state = released ? 'released' : 'sent';
      entry.dup = !released;
    },

    publish({ topicName, payload, qos, retain, settle, expiresAt, timeoutAt }, now) {
      const { ready } = outbound;
      if (!qos && ready) {
        outbound.post(topicName, payload, retain);
        written.push(settle);
        return undefined;
      }
      const packetId = qos && !ids.full ? ids.next() : undefined;
      const bytes =
        qos && !packetId
          ? undefined
          : own(encodePublish({ topicName, payload, qos, retain, packetId } as PublishFields));
      if (!bytes || !((ready && underWay < window && !store) || makeRoom(bytes.length))) {
        dropped++;
        settle(queueFull());
        return undefined;
      }
      sequence++;
      const entry = append({ packetId: packetId ?? 0, qos, bytes, settle }, expiresAt, timeoutAt);
      sweepAt = Math.min(sweepAt, Math.max(now, Math.min(entry.expiresAt, entry.timeoutAt)));
      waiting++;
      waitingBytes += bytes.length;
      if (qos)
        save(
          entry,
          () => {},
          (error) => outbound.withdraw(entry, error),
        );
      else outbound.pump();
      return entry;
    },

    post(topicName, payload, retain) {
      const packet: PublishPacket = {
        type: PUBLISH,
        topicName,
        payload,
        qos: 0,
        retain,
        dup: false,
        packetId: undefined,
      };
      connection!.send(encodePublishInto, packet, payload.length + topicName.length * 3 + 7);
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
      for (let entry = proceeds ? undefined : first; entry; entry = entry.next) {
        if (entry.state !== 'released') continue;
        if (entry.publish) {
          entry.bytes = entry.publish;
          entry.state = 'sent';
          save(entry, () => {}, onStoreFailure);
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
      if (written.length) outbound.written(new MqttError('connection-lost', 'publish', { retryable: true }));
      connection = undefined;
      next = first;
      underWay = 0;
    },

    pump() {
      for (let entry = next; entry?.stored && hasRoom() && !(entry.qos && underWay >= window); entry = next) {
        next = entry.next;
        connection!.copy(entry.bytes, entry.dup && entry.state !== 'released');
        onWork();
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
        throw new PeerViolation('unknown-packet-id', { packetId });
      if (type === PUBREC) {
        // The server waits for PUBREL all the same [MQTT-4.3.3-1].
        if (!entry || (released && entry.stored)) connection!.send(encodePubrelInto, { type: PUBREL, packetId });
        else if (entry.state === 'sent') release(entry);
      } else if (!late) {
        if (entry.connection === connection) underWay--;
        forget(entry);
        settle(entry);
        outbound.pump();
      }
    },

    sweep(now) {
      if (now < sweepAt) return;
      let earliest = Infinity;
      for (let entry = first; entry; entry = entry.next) {
        const { expiresAt, timeoutAt } = entry;
        if (expiresAt <= now && entry.state === 'waiting')
          outbound.withdraw(entry, new MqttError('expired', 'publish'));
        else if (timeoutAt > now) earliest = Math.min(earliest, timeoutAt);
        else if (entry.settle) outbound.withdraw(entry, new MqttError('timed-out', 'publish', { retryable: true }));
        if (entry.state === 'waiting') earliest = Math.min(earliest, expiresAt);
      }
      sweepAt = Math.max(earliest, now + SWEEP_MS);
    },

    close(error) {
      outbound.detach();
      closed = true;
      for (let entry = first; entry; entry = entry.next) settle(entry, error);
      first = last = next = undefined;
    },
  };

  /** PUBREC has come: PUBREL takes the place of PUBLISH, in the store first. */
  function release(entry: Outgoing): void {
    const at = connection;
    entry.state = 'released';
    entry.publish = entry.bytes;
    entry.bytes = own(encodePubrel({ packetId: entry.packetId }));
    save(
      entry,
      () => {
        if (entry.connection !== connection || at?.phase !== 'open') return;
        at.copy(entry.bytes, false);
        onWork();
      },
      onStoreFailure,
    );
  }
  return outbound;
}

/** So that their order as text is that of `publish`. */
function keyOf({ sequence }: Outgoing): string {
  return `out-${String(sequence).padStart(15, '0')}`;
}

function queueFull(): MqttError {
  return new MqttError('queue-full', 'publish', { retryable: true });
}
