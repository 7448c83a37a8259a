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
import { MqttConnection } from '../mqtt/connection.ts';
import type { Connection, Decoders } from '../mqtt/connection-options.ts';
import { PeerViolation, type ViolationReason } from '../mqtt/peer-violation.ts';
import type { RegistrationOptions } from './registration-options.ts';
import type { SecretMask } from './secret-mask.ts';

// The MQTT exchange with the service on one connection: CONNECT, SUBSCRIBE, then one request after another.
// - One request is open at a time. An answer counts when it carries its `$rid`; any other PUBLISH is acknowledged and dropped.
// - An acknowledgement of a packet that was not sent, or a QoS that was not asked for, is a violation and ends the connection.

const DECODERS: Decoders = { [SUBACK]: decodeSuback, [PUBACK]: decodePuback, [PUBLISH]: decodePublish };
/** Subscribes to all answers of the service. Requests have the Packet Identifiers from 2 on. */
const SUBSCRIPTION: SubscribePacket = {
  type: SUBSCRIBE,
  packetId: 1,
  subscriptions: [{ topicFilter: RESPONSE_FILTER, qos: 1 }],
};

type Acknowledgement = SubackPacket | (PubackPacket & { readonly returnCodes?: undefined });

/** A connection to the service. */
export interface DpsConnection extends Connection {
  /** Sends a register request or, with an operation id, a poll. */
  ask(operationId: string | undefined): void;
}

/** What a DpsConnection tells the Registration. */
export interface DpsConnectionEvents {
  /** CONNACK has accepted the device. SUBSCRIBE follows. */
  accepted(): void;
  subscribed(granted: boolean): void;
  answered(topic: ResponseTopic, payload: Uint8Array): void;
}

/** Opens with CONNECT. `password` is the SAS token, if there is one. */
export function makeDpsConnection(
  options: RegistrationOptions,
  password: string | undefined,
  mask: SecretMask,
  events: DpsConnectionEvents,
): DpsConnection {
  const { random, trace, requestId } = options;
  let isSubscribing = true;
  let asked = 0;
  /** `$rid` of the open request. */
  let rid: string | undefined;
  if (password !== undefined) mask.addToken(password);
  const connection = new MqttConnection({
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
      // Asked for was QoS 1, and the server never delivers above what it granted [MQTT-3.8.4-6].
      if (qos === 2) throw new PeerViolation('qos-above-granted', { packetType: PUBLISH });
      // Every PUBLISH at QoS 1 is acknowledged [MQTT-4.3.2-2], also one that answers no request.
      if (qos) connection.send(encodePubackInto, { type: PUBACK, packetId });
      const topic = parseResponseTopic(topicName);
      if (!topic || topic.requestId !== rid) return;
      rid = undefined;
      events.answered(topic, payload);
    } else onAcknowledgement(packet as Acknowledgement);
  }

  function onAcknowledgement(packet: Acknowledgement): void {
    const { type: packetType, packetId, returnCodes: [returnCode, more] = [] } = packet;
    const violated = (reason: ViolationReason): never => {
      throw new PeerViolation(reason, { packetType, packetId });
    };
    if (more !== undefined) violated('suback-count');
    // A second SUBACK or PUBACK does no harm. One for a packet that was not sent, or a PUBACK where the SUBACK is due, is a violation.
    const isOfSubscription = packetId === SUBSCRIPTION.packetId;
    const isOutOfPlace = isOfSubscription ? packetType === PUBACK && isSubscribing : packetType === SUBACK;
    if (packetId > asked + SUBSCRIPTION.packetId || isOutOfPlace) violated('unknown-packet-id');
    if (returnCode === 2) violated('qos-above-granted');
    if (!isSubscribing) return;
    isSubscribing = false;
    events.subscribed(returnCode !== 0x80);
  }

  connection.start();
  return Object.assign(connection, {
    ask(operationId: string | undefined) {
      // 52 random bits each: Math.random gives no more.
      rid = requestId?.() ?? [random(), random()].map((part) => Math.floor(part * 2 ** 52).toString(36)).join('-');
      connection.send(encodePublishInto, {
        type: PUBLISH,
        topicName: operationId ? pollTopic(rid, operationId) : registerTopic(rid),
        payload: encodeUtf8(operationId ? '' : registerBody(options))!,
        qos: 1,
        retain: false,
        dup: false,
        // Identifiers repeat after 65,534 requests: at one each two seconds that is a day and a half.
        packetId: (asked++ % 65_534) + SUBSCRIPTION.packetId + 1,
      });
    },
  });
}
