import {
  encodePubackInto,
  encodePubcompInto,
  encodePubrec,
  encodePubrecInto,
  PUBACK,
  PUBCOMP,
  PUBREC,
  type PublishPacket,
} from '@mote/codec';
import type { Connection } from './connection.ts';
import { own } from './outgoing.ts';
import { PeerViolation } from './peer-violation.ts';
import type { SessionStore, StoreCalls } from './store.ts';

// The receiver's half of a Session: what is to be acknowledged, in the order in which it came [MQTT-4.6.0-2, 4.6.0-3],
// whatever order the application finishes it in.
// - PUBACK belongs to the connection: after a cut the server sends the message again, and the old one has nothing to say.
// - The identifier of a message of QoS 2 belongs to the Session until PUBREL: one that comes again is not given out again
//   [MQTT-4.3.3-2]. At PUBREC the message is the application's, so PUBREC is what waits for it.

/** More than there are identifiers can only be a server that sends one again and again. */
const MOST = 65_535;

/** A message that the application has, or has done with. */
export interface Received {
  readonly packetId: number;
  readonly qos: 1 | 2;
  done: boolean;
  /** Passed over: it is not acknowledged on this connection, and so comes again on the next. */
  skipped: boolean;
  /** The server may have another Session now, with a message of its own under this identifier: that one comes without DUP. */
  doubtful: boolean;
}

export interface InboundOptions {
  readonly store?: SessionStore | undefined;
  /** There may be something to flush. */
  readonly onWork: () => void;
  readonly onStoreFailure: (error: unknown) => void;
}

export class Inbound {
  readonly #options: InboundOptions;
  readonly #calls: StoreCalls;
  #connection: Connection | undefined;
  /** Of this connection, in order of arrival; those before `#head` are acknowledged. */
  #owed: Received[] = [];
  #head = 0;
  /** Of QoS 2, until PUBREL. */
  readonly #received = new Map<number, Received>();

  constructor(options: InboundOptions, calls: StoreCalls) {
    this.#options = options;
    this.#calls = calls;
  }

  /** How many messages wait for the application. */
  get owed(): number {
    return this.#owed.length - this.#head;
  }

  /** A record of an earlier run: PUBREC was sent, or was about to be. */
  load(packetId: number): void {
    this.#received.set(packetId, { packetId, qos: 2, done: true, skipped: false, doubtful: false });
  }

  /** `doubtful`: the Session that is present may not be the one that we know. */
  attach(connection: Connection, sessionPresent: boolean, doubtful: boolean): void {
    this.#connection = connection;
    if (sessionPresent) {
      if (doubtful) for (const message of this.#received.values()) message.doubtful = true;
      return;
    }
    for (const packetId of this.#received.keys()) this.#erase(packetId, () => {});
    this.#received.clear();
  }

  detach(): void {
    this.#connection = undefined;
    this.#owed = [];
    this.#head = 0;
  }

  /** What the application has to finish with `acknowledge`; undefined for a message of QoS 2 that it has been given before. */
  receive({ packetId, qos, dup }: PublishPacket & { readonly qos: 1 | 2 }): Received | undefined {
    if (this.owed >= MOST) throw new PeerViolation('unexpected-packet', { packetId });
    const found = qos === 2 ? this.#received.get(packetId) : undefined;
    const known = found?.doubtful && !dup ? undefined : found;
    const message = known ?? { packetId, qos, done: false, skipped: false, doubtful: false };
    if (qos === 2) this.#received.set(packetId, message);
    this.#owed.push(message);
    if (known) this.#drain();
    return known ? undefined : message;
  }

  /** The application has finished with it. One of an earlier connection, or of a Session that is lost, says nothing. */
  acknowledge(message: Received): void {
    const { packetId, qos } = message;
    if (qos === 1) this.#finish(message);
    else if (this.#received.get(packetId) === message && !message.done) {
      const { store, onStoreFailure } = this.#options;
      if (store)
        this.#calls.run(
          () => store.put(keyOf(packetId), own(encodePubrec({ packetId }))),
          () => this.#finish(message),
          onStoreFailure,
        );
      else this.#finish(message);
    }
  }

  /** The application does not take it. Those behind it are acknowledged all the same. */
  skip(message: Received): void {
    message.skipped = true;
    if (this.#received.get(message.packetId) === message) this.#received.delete(message.packetId);
    this.#finish(message);
  }

  /** PUBREL: the identifier is free again. Asked for one that we do not know, we answer all the same [MQTT-4.3.3-2]. */
  onPubrel(packetId: number): void {
    const message = this.#received.get(packetId);
    // Before our PUBREC there can be none.
    if (message && !message.done) throw new PeerViolation('unknown-packet-id', { packetId });
    const connection = this.#connection;
    const answer = (): void => {
      if (connection?.phase !== 'open' || connection !== this.#connection) return;
      connection.send(encodePubcompInto, { type: PUBCOMP, packetId });
      this.#options.onWork();
    };
    this.#received.delete(packetId);
    if (message) this.#erase(packetId, answer);
    else answer();
  }

  #finish(message: Received): void {
    message.done = true;
    this.#drain();
  }

  /** Acknowledges up to the first message that is not done. */
  #drain(): void {
    const connection = this.#connection;
    if (connection?.phase !== 'open') return;
    for (let message = this.#owed[this.#head]; message?.done; message = this.#owed[this.#head]) {
      const { packetId, qos } = message;
      if (qos === 1 && !message.skipped) connection.send(encodePubackInto, { type: PUBACK, packetId });
      else if (!message.skipped) connection.send(encodePubrecInto, { type: PUBREC, packetId });
      this.#head++;
      this.#options.onWork();
    }
    if (this.#head === this.#owed.length) {
      this.#owed.length = 0;
      this.#head = 0;
    } else if (this.#head > 1000 && this.#head * 2 > this.#owed.length) {
      // What is done makes half of a long list: each message is moved once at most.
      this.#owed = this.#owed.slice(this.#head);
      this.#head = 0;
    }
  }

  #erase(packetId: number, erased: () => void): void {
    const { store, onStoreFailure } = this.#options;
    if (store) this.#calls.run(() => store.delete(keyOf(packetId)), erased, onStoreFailure);
    else erased();
  }
}

function keyOf(packetId: number): string {
  return `in-${packetId}`;
}
