import {
  CONNACK,
  decodePuback,
  decodePublish,
  decodeSuback,
  encodePubackInto,
  encodePublishInto,
  encodeSubscribeInto,
  encodeUtf8,
  type Packet,
  PUBACK,
  PUBLISH,
  type PubackPacket,
  SUBACK,
  SUBSCRIBE,
  type SubackPacket,
  type SubscribePacket,
} from '@mote/codec';
import {
  parseResponseTopic,
  pollTopic,
  RESPONSE_FILTER,
  type ResponseTopic,
  registerBody,
  registerTopic,
  userName,
} from '../azure/dps.ts';
import { type Connection, type Decoders, makeConnection } from '../mqtt/connection.ts';
import { PeerViolation, type ViolationReason } from '../mqtt/peer-violation.ts';
import type { RegistrationOptions } from './registration-options.ts';
import type { SecretMask } from './secret-mask.ts';

// What device and service say on one connection, in this order: CONNECT, SUBSCRIBE, then one question after another.
// - One question is open at a time, and only the answer with its $rid counts; others are acknowledged and dropped.
// - What the service says that answers nothing, or grants what nobody asked for, ends the connection.

const DECODERS: Decoders = { [SUBACK]: decodeSuback, [PUBACK]: decodePuback, [PUBLISH]: decodePublish };
/** Asks for everything that the service answers. The questions have the identifiers behind this one. */
const SUBSCRIPTION: SubscribePacket = {
  type: SUBSCRIBE,
  packetId: 1,
  subscriptions: [{ topicFilter: RESPONSE_FILTER, qos: 1 }],
};

export interface Talk extends Connection {
  /** Registers, or polls for the operation with this id. */
  ask(operationId: string | undefined): void;
}

export interface TalkEvents {
  /** By CONNACK; SUBSCRIBE follows. */
  accepted(): void;
  subscribed(granted: boolean): void;
  answered(topic: ResponseTopic, payload: Uint8Array): void;
}

/** Begins with CONNECT. `password` is the SAS token, if there is one. */
export function makeTalk(
  options: RegistrationOptions,
  password: string | undefined,
  mask: SecretMask,
  events: TalkEvents,
): Talk {
  const { random, trace, requestId } = options;
  let isSubscribing = true;
  let asked = 0;
  /** $rid of the open question. */
  let rid: string | undefined;
  if (password !== undefined) mask.addToken(password);
  const connection = makeConnection({
    clientId: options.registrationId,
    userName: userName(options),
    password: password === undefined ? undefined : encodeUtf8(password),
    keepAlive: options.keepAlive ?? 30,
    decoders: DECODERS,
    onPacket,
    trace: trace && ((direction, packet) => trace(direction, mask.packet(packet))),
  });

  function onPacket(packet: Packet): void {
    if (packet.type === CONNACK) {
      events.accepted();
      connection.send(encodeSubscribeInto, SUBSCRIPTION);
    } else if (packet.type === PUBLISH) {
      const { qos, packetId, topicName, payload } = packet;
      // We never subscribe at 2, and the server never delivers above what it granted [MQTT-3.8.4-6].
      if (qos === 2) throw new PeerViolation('qos-above-granted', { packetType: PUBLISH });
      // Acknowledged whether anybody waits for it or not.
      if (qos) connection.send(encodePubackInto, { type: PUBACK, packetId });
      const topic = parseResponseTopic(topicName);
      if (!topic || topic.requestId !== rid) return;
      rid = undefined;
      events.answered(topic, payload);
    } else onAcknowledgement(packet as PubackPacket | SubackPacket);
  }

  function onAcknowledgement(packet: PubackPacket | SubackPacket): void {
    const { type: packetType, packetId } = packet;
    const [returnCode, more] = packet.type === SUBACK ? packet.returnCodes : [];
    const violated = (reason: ViolationReason): never => {
      throw new PeerViolation(reason, { packetType, packetId });
    };
    if (more !== undefined) violated('suback-count');
    // Said twice, it does no harm; of what was never sent, or in place of what is waited for, it does.
    const isOfSubscription = packetId === SUBSCRIPTION.packetId;
    const isOutOfPlace = isOfSubscription ? packetType === PUBACK && isSubscribing : packetType === SUBACK;
    if (packetId > asked + SUBSCRIPTION.packetId || isOutOfPlace) violated('unknown-packet-id');
    if (returnCode === 2) violated('qos-above-granted');
    if (!isSubscribing) return;
    isSubscribing = false;
    events.subscribed(returnCode !== 0x80);
  }

  connection.start();
  return {
    ...connection,
    flush(now) {
      const written = connection.flush(now);
      // Memory of its own: it may be transferred, or wiped. The password of CONNECT stands in the copy alone.
      const bytes = written?.slice();
      written?.fill(0);
      return bytes;
    },
    ask(operationId) {
      // 52 bits each, which is what a double holds.
      rid = requestId?.() ?? [random(), random()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join('-');
      connection.send(encodePublishInto, {
        type: PUBLISH,
        topicName: operationId ? pollTopic(rid, operationId) : registerTopic(rid),
        payload: encodeUtf8(operationId ? '' : registerBody(options))!,
        qos: 1,
        retain: false,
        dup: false,
        // Two seconds apart they come round after a day and a half.
        packetId: (asked++ % 65_534) + SUBSCRIPTION.packetId + 1,
      });
    },
  };
}
