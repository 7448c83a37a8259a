import {
  encodePublish,
  encodePublishInto,
  encodePubrel,
  encodePubrelInto,
  PUBLISH,
  PUBREL,
  type PublishFields,
  type PublishPacket,
  type QoS,
} from '@mote/codec';
import type { Connection } from './connection.ts';
import { MqttError } from './error.ts';
import { type Message, Outgoing, OutgoingList, own, settle, type Waiting, type WhenFull } from './outgoing.ts';
import type { PacketIds } from './packet-ids.ts';
import { PeerViolation } from './peer-violation.ts';
import type { SessionStore, StoreCalls } from './store.ts';

// The sender's half of a Session: messages of QoS 0 to 2 from `publish` to their last acknowledgement, over many connections.
// - One list in the order of `publish`. In front are those that were sent on this connection, behind `#next` those that were
//   not: a new connection moves `#next` to the front again, and so sends everything once more in the old order [MQTT-4.4.0-1].
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

export class Outbound {
  readonly #options: OutboundOptions;
  readonly #ids: PacketIds<Waiting>;
  readonly #calls: StoreCalls;
  #connection: Connection | undefined;
  readonly #list = new OutgoingList();
  /** Of QoS 1 and 2, sent on this connection and not done. */
  #underWay = 0;
  /** Never sent in this Session: how many, and their bytes. */
  #waiting = 0;
  #waitingBytes = 0;
  #sequence = 0;
  /** Callers of QoS 0 whose messages wait for `flush`. */
  readonly #written: ((error?: unknown) => void)[] = [];
  #sweepAt = Infinity;
  #closed = false;
  /** True while the transport takes nothing. */
  blocked = false;
  /** Messages that were dropped because the queue was full. */
  dropped = 0;

  constructor(options: OutboundOptions, ids: PacketIds<Waiting>, calls: StoreCalls) {
    this.#options = options;
    this.#ids = ids;
    this.#calls = calls;
  }

  /** True when nothing is left to be sent or acknowledged. */
  get empty(): boolean {
    return !this.#list.first;
  }

  /** True when everything that was sent is acknowledged. */
  get idle(): boolean {
    return this.#underWay === 0;
  }

  /** When to call `sweep`. */
  get sweepAt(): number {
    return this.#sweepAt;
  }

  /** Whether a message of QoS 0 would be written at once. */
  get ready(): boolean {
    return !this.#list.next && this.#hasRoom;
  }

  get #hasRoom(): boolean {
    const { phase, pending = 0 } = this.#connection ?? {};
    return phase === 'open' && !this.blocked && pending < ROOM;
  }

  /** A record of an earlier run: PUBLISH or PUBREL. To be called in the order of their keys. */
  load(
    key: string,
    packet: { readonly packetId: number; readonly qos: QoS },
    bytes: Uint8Array,
    released: boolean,
  ): void {
    const entry = new Outgoing(key, packet.packetId, bytes, packet);
    entry.state = released ? 'released' : 'sent';
    entry.dup = !released;
    this.#sequence = Number(key.slice(4));
    this.#ids.keep(packet.packetId, entry);
    this.#list.append(entry);
  }

  /** Takes a message over, its bytes too. Throws an EncodeError, and settles whatever else happens. */
  publish(message: Message, now: number): Outgoing | undefined {
    const { topicName, payload, qos, retain, settle } = message;
    const { ready } = this;
    if (!qos && ready) {
      this.post(topicName, payload, retain);
      this.#written.push(settle);
      return undefined;
    }
    const { window, store } = this.#options;
    const atOnce = ready && this.#underWay < window && !store;
    const entry = this.#prepare(message);
    if (!entry || !(atOnce || this.#makeRoom(entry.bytes.length))) {
      if (entry) this.#ids.release(entry.packetId);
      this.dropped++;
      settle(queueFull());
      return undefined;
    }
    this.#sweepAt = Math.min(this.#sweepAt, Math.max(now, Math.min(entry.expiresAt, entry.timeoutAt)));
    this.#waiting++;
    this.#waitingBytes += entry.bytes.length;
    this.#list.append(entry);
    if (qos) this.#save(entry, (error) => this.withdraw(entry, error));
    this.pump();
    return entry;
  }

  /** Writes a message of QoS 0 at once. Only when `ready`. */
  post(topicName: string, payload: Uint8Array, retain: boolean): void {
    const packet: PublishPacket = {
      type: PUBLISH,
      topicName,
      payload,
      qos: 0,
      retain,
      dup: false,
      packetId: undefined,
    };
    this.#connection!.send(encodePublishInto, packet, payload.length + topicName.length * 3 + 7);
    this.#options.onWork();
  }

  /** The caller gives a message up. One that was sent stays in the Session, without anybody to tell. */
  withdraw(entry: Outgoing, error: unknown): void {
    if (entry.state === 'waiting' && !this.#closed) {
      this.#leaveQueue(entry);
      this.#forget(entry);
    }
    settle(entry, error);
  }

  /**
   * A connection that was accepted: what was sent before is sent again. `proceeds`: as packets of the same Session, with the same
   * identifiers and states. Otherwise the Session has ended, and everything begins anew in another one.
   */
  attach(connection: Connection, proceeds: boolean): void {
    this.#connection = connection;
    this.blocked = false;
    if (proceeds) return;
    for (let entry = this.#list.first; entry; entry = entry.next) {
      const { state, publish } = entry;
      if (state === 'released' && publish) {
        entry.bytes = publish;
        entry.state = 'sent';
        this.#save(entry, this.#options.onStoreFailure);
      } else if (state === 'released') {
        // An earlier run has sent it, and kept no more than that it was received.
        this.#forget(entry);
        settle(entry, new MqttError('session-lost', 'publish'));
      }
    }
  }

  /** What was written until now has left, or is lost with this error. */
  written(error?: unknown): void {
    for (const settleOne of this.#written.splice(0)) settleOne(error);
  }

  detach(): void {
    if (this.#written.length) this.written(new MqttError('connection-lost', 'publish', { retryable: true }));
    this.#connection = undefined;
    this.#list.next = this.#list.first;
    this.#underWay = 0;
  }

  /** Sends what may be sent now. */
  pump(): void {
    const { window, onWork } = this.#options;
    const connection = this.#connection;
    for (let entry = this.#list.next; entry?.stored && connection && this.#hasRoom; entry = this.#list.next) {
      if (entry.qos && this.#underWay >= window) break;
      this.#list.next = entry.next;
      connection.copy(entry.bytes, entry.dup && entry.state !== 'released');
      onWork();
      if (entry.state === 'waiting') {
        this.#leaveQueue(entry);
        entry.state = 'sent';
      }
      if (entry.qos) {
        this.#underWay++;
        entry.connection = connection;
        entry.dup = true;
      } else {
        this.#forget(entry);
        this.#written.push((error) => settle(entry, error));
      }
    }
  }

  onPuback(packetId: number): void {
    const entry = this.#acknowledged(packetId, 1, 'sent');
    if (entry) this.#done(entry);
  }

  onPubrec(packetId: number): void {
    const connection = this.#connection!;
    const entry = this.#acknowledged(packetId, 2, 'sent', 'released');
    // Said twice, or of a message that is done: the server waits for PUBREL all the same [MQTT-4.3.3-1].
    if (!entry || (entry.state === 'released' && entry.stored))
      connection.send(encodePubrelInto, { type: PUBREL, packetId });
    else if (entry.state === 'sent') {
      entry.state = 'released';
      entry.publish = entry.bytes;
      entry.bytes = own(encodePubrel({ packetId }));
      this.#save(entry, this.#options.onStoreFailure, () => {
        if (entry.connection === this.#connection && connection.phase === 'open') {
          connection.copy(entry.bytes, false);
          this.#options.onWork();
        }
      });
    }
  }

  onPubcomp(packetId: number): void {
    const entry = this.#acknowledged(packetId, 2, 'released');
    if (entry) this.#done(entry);
  }

  /** Time has passed: what has expired is withdrawn, and who has waited too long is told. */
  sweep(now: number): void {
    if (now < this.#sweepAt) return;
    let earliest = Infinity;
    for (let entry = this.#list.first; entry; entry = entry.next) {
      if (entry.expiresAt <= now && entry.state === 'waiting')
        this.withdraw(entry, new MqttError('expired', 'publish'));
      else if (entry.timeoutAt <= now) {
        if (entry.settle) this.withdraw(entry, new MqttError('timed-out', 'publish', { retryable: true }));
      } else earliest = Math.min(earliest, entry.timeoutAt);
      if (entry.state === 'waiting') earliest = Math.min(earliest, entry.expiresAt);
    }
    this.#sweepAt = Math.max(earliest, now + SWEEP_MS);
  }

  /** Nothing is sent any more: everyone is told. What is in the store stays there. */
  close(error: unknown): void {
    this.detach();
    this.#closed = true;
    for (let entry = this.#list.first; entry; entry = entry.next) settle(entry, error);
    this.#list.clear();
  }

  /** With its identifier and its bytes; undefined when there is no identifier left. */
  #prepare(message: Message): Outgoing | undefined {
    const { topicName, payload, qos, retain } = message;
    if (qos && this.#ids.full) return undefined;
    const packetId = qos ? this.#ids.next() : undefined;
    const bytes = own(encodePublish({ topicName, payload, qos, retain, packetId } as PublishFields));
    const entry = new Outgoing(`out-${String(++this.#sequence).padStart(15, '0')}`, packetId ?? 0, bytes, message);
    if (packetId) this.#ids.keep(packetId, entry);
    return entry;
  }

  /** False when the message does not fit. One larger than the whole queue drops no other. */
  #makeRoom(size: number): boolean {
    const { maxMessages, maxBytes, whenFull } = this.#options.queue;
    if (size > maxBytes || maxMessages < 1) return false;
    while (this.#waiting >= maxMessages || this.#waitingBytes + size > maxBytes) {
      let oldest = this.#list.next;
      while (oldest && oldest.state !== 'waiting') oldest = oldest.next;
      if (whenFull !== 'drop-oldest' || !oldest) return false;
      this.dropped++;
      this.withdraw(oldest, queueFull());
    }
    return true;
  }

  /** What an acknowledgement is for. Undefined when it is said twice; a violation when it can be for nothing. */
  #acknowledged(packetId: number, qos: QoS, ...states: Outgoing['state'][]): Outgoing | undefined {
    const entry = this.#ids.get(packetId) as Outgoing | undefined;
    if (entry?.state === 'gone') return undefined;
    if (entry && !(entry.type === PUBLISH && entry.qos === qos && states.includes(entry.state)))
      throw new PeerViolation('unknown-packet-id', { packetId });
    return entry;
  }

  #done(entry: Outgoing): void {
    if (entry.connection === this.#connection) this.#underWay--;
    this.#forget(entry);
    settle(entry);
    this.pump();
  }

  #save(entry: Outgoing, failed: (error: unknown) => void, saved?: () => void): void {
    const { store } = this.#options;
    if (!store) {
      saved?.();
      return;
    }
    entry.stored = false;
    const end = (then: () => void) => (): void => {
      entry.stored = true;
      if (this.#closed) return;
      if (entry.state === 'gone') this.#erase(entry);
      else then();
      this.pump();
    };
    this.#calls.run(
      () => store.put(entry.key, entry.bytes),
      end(() => saved?.()),
      (error) => end(() => failed(error))(),
    );
  }

  #forget(entry: Outgoing): void {
    this.#list.remove(entry);
    entry.state = 'gone';
    // While it is being put it cannot be deleted.
    if (entry.stored) this.#erase(entry);
  }

  /** The record, and then the identifier: in the store there is one record for one identifier at any time. */
  #erase({ qos, key, packetId }: Outgoing): void {
    const { store, onStoreFailure } = this.#options;
    const release = (): void => this.#ids.release(packetId);
    if (qos && store) this.#calls.run(() => store.delete(key), release, onStoreFailure);
    else release();
  }

  #leaveQueue(entry: Outgoing): void {
    this.#waiting--;
    this.#waitingBytes -= entry.bytes.length;
  }
}

function queueFull(): MqttError {
  return new MqttError('queue-full', 'publish', { retryable: true });
}
