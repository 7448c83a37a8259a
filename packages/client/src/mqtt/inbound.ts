import {
  encodePubackInto,
  encodePubcompInto,
  encodePubrecInto,
  PUBACK,
  PUBCOMP,
  PUBREC,
  type PublishPacket,
} from '@mote/codec';
import type { Connection } from './connection-options.ts';
import { Fifo } from './fifo.ts';
import { PeerViolation, refusePacketId } from './peer-violation.ts';
import { encodeAcknowledgement } from './prepared.ts';
import type { CallStore } from './store-calls.ts';

// The receiver's half of a Session. Messages are acknowledged in the order in which they came [MQTT-4.6.0-2, 4.6.0-3], even if the
// application finishes them in another order.
// - A PUBACK is only valid on the connection of its PUBLISH: on the next one the server sends the message again.
// - A message of QoS 2 keeps its identifier until PUBREL. If it comes again until then, the application does not get it again
//   [MQTT-4.3.3-2]. PUBREC tells the server that we have the message, so PUBREC waits for the application.

/** Most messages that are not acknowledged. There are only 65,535 identifiers, so a server with more sends the same ones again. */
const MOST = 65_535;

/** A message of QoS 1 or 2 that the application has, or has finished. */
export interface Received {
  readonly packetId: number;
  readonly qos: 1 | 2;
  done: boolean;
  /** True: it is not acknowledged on this connection, so the server sends it again on the next. */
  skipped: boolean;
  /** The server may have another Session now. Then a message with this identifier and without DUP is a new one. */
  doubtful: boolean;
}

/** The receiver's half of a Session. */
export interface Inbound {
  /** Adds a record of an earlier run: the application has the message with this identifier, and PUBREC may have been sent. */
  load(packetId: number): void;
  /** A connection was accepted. `doubtful`: the Session of the server may be another one than ours. */
  attach(connection: Connection, sessionPresent: boolean, doubtful: boolean): void;
  detach(): void;
  /** Takes a message. When the application is done, give the result to `acknowledge`. Undefined: it already has this message of QoS 2. */
  receive(packet: PublishPacket & { readonly qos: 1 | 2 }): Received | undefined;
  /** The application has finished a message. Ignored for one of an earlier connection or of a lost Session. */
  acknowledge(message: Received): void;
  /** The application does not take a message. It is not acknowledged, but those after it are. */
  skip(message: Received): void;
  /** PUBREL: the identifier is free again. It is answered even if we do not know the identifier [MQTT-4.3.3-2]. */
  onPubrel(packetId: number): void;
}

/** Makes the receiver's half. `onWork` is called when there may be bytes to flush. */
export function makeInbound(onWork: () => void, callStore: CallStore): Inbound {
  let connection: Connection | undefined;
  /** Messages of this connection that are not acknowledged, in order of arrival. */
  let owed = new Fifo<Received>();
  /** Messages of QoS 2 until their PUBREL, by identifier. */
  const received = new Map<number, Received>();

  function remember(packetId: number, qos: 1 | 2, done: boolean): Received {
    const message: Received = { packetId, qos, done, skipped: false, doubtful: false };
    if (qos === 2) received.set(packetId, message);
    return message;
  }

  function finish(message: Received): void {
    message.done = true;
    drain();
  }

  /** Acknowledges all messages up to the first one that is not done. */
  function drain(): void {
    while (connection?.phase() === 'open' && owed.first?.done) {
      const { packetId, qos, skipped } = owed.shift()!;
      if (skipped) continue;
      if (qos === 1) connection.send(encodePubackInto, { type: PUBACK, packetId });
      else connection.send(encodePubrecInto, { type: PUBREC, packetId });
      onWork();
    }
  }

  const erase = (packetId: number, erased: () => void): void =>
    callStore((store) => store.delete(keyOf(packetId)), erased);

  return {
    load: (packetId) => void remember(packetId, 2, true),

    attach(opened, sessionPresent, doubtful) {
      connection = opened;
      for (const message of received.values()) {
        if (!sessionPresent) erase(message.packetId, () => {});
        else if (doubtful) message.doubtful = true;
      }
      if (!sessionPresent) received.clear();
    },

    detach() {
      connection = undefined;
      owed = new Fifo();
    },

    receive({ packetId, qos, dup }) {
      if (owed.size >= MOST) throw new PeerViolation('unexpected-packet', { packetId });
      const found = qos === 2 ? received.get(packetId) : undefined;
      const known = found?.doubtful && !dup ? undefined : found;
      const message = known ?? remember(packetId, qos, false);
      owed.push(message);
      if (!known) return message;
      drain();
      return undefined;
    },

    acknowledge(message) {
      const { packetId, qos } = message;
      if (qos === 1) finish(message);
      else if (received.get(packetId) === message && !message.done)
        callStore(
          (store) => store.put(keyOf(packetId), encodeAcknowledgement(encodePubrecInto, PUBREC, packetId)),
          () => finish(message),
        );
    },

    skip(message) {
      message.skipped = true;
      if (received.get(message.packetId) === message) received.delete(message.packetId);
      finish(message);
    },

    onPubrel(packetId) {
      const message = received.get(packetId);
      // The server may send PUBREL only after our PUBREC.
      if (message && !message.done) refusePacketId(packetId);
      const at = connection;
      const answer = (): void => {
        if (at?.phase() !== 'open' || at !== connection) return;
        at.send(encodePubcompInto, { type: PUBCOMP, packetId });
        onWork();
      };
      received.delete(packetId);
      if (message) erase(packetId, answer);
      else answer();
    },
  };
}

function keyOf(packetId: number): string {
  return `in-${packetId}`;
}
