import {
  encodePubackInto,
  encodePubcompInto,
  encodePubrecInto,
  PUBACK,
  PUBCOMP,
  PUBREC,
  type PublishPacket,
} from '@mote/codec';
import type { Connection } from './connection.ts';
import { Fifo } from './fifo.ts';
import { PeerViolation, refusePacketId } from './peer-violation.ts';
import { encodeAcknowledgement } from './prepared.ts';
import type { Keep } from './store-calls.ts';

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

export interface Inbound {
  /** A record of an earlier run: PUBREC was sent, or was about to be. */
  load(packetId: number): void;
  /** `doubtful`: the Session that is present may not be the one that we know. */
  attach(connection: Connection, sessionPresent: boolean, doubtful: boolean): void;
  detach(): void;
  /** What the application has to finish with `acknowledge`; undefined for a message of QoS 2 that it has been given before. */
  receive(packet: PublishPacket & { readonly qos: 1 | 2 }): Received | undefined;
  /** The application has finished with it. One of an earlier connection, or of a Session that is lost, says nothing. */
  acknowledge(message: Received): void;
  /** The application does not take it. Those behind it are acknowledged all the same. */
  skip(message: Received): void;
  /** PUBREL: the identifier is free again. Asked for one that we do not know, we answer all the same [MQTT-4.3.3-2]. */
  onPubrel(packetId: number): void;
}

/** `onWork`: there may be something to flush. */
export function makeInbound(onWork: () => void, keep: Keep): Inbound {
  let connection: Connection | undefined;
  /** Of this connection, in order of arrival: what is not acknowledged. */
  let owed = new Fifo<Received>();
  /** Of QoS 2, until PUBREL. */
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

  /** Acknowledges up to the first message that is not done. */
  function drain(): void {
    while (connection?.phase() === 'open' && owed.first?.done) {
      const { packetId, qos, skipped } = owed.shift()!;
      if (skipped) continue;
      if (qos === 1) connection.send(encodePubackInto, { type: PUBACK, packetId });
      else connection.send(encodePubrecInto, { type: PUBREC, packetId });
      onWork();
    }
  }

  const erase = (packetId: number, erased: () => void): void => keep((store) => store.delete(keyOf(packetId)), erased);

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
        keep(
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
      // Before our PUBREC there can be none.
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
