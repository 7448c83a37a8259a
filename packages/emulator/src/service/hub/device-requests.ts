import { type DeviceTopic, hubClientId, readDeviceTopic } from '@mote/client/azure';
import { type Packet, PUBACK, type PublishPacket } from '@mote/codec';
import type { Fault, ScenarioStage } from '../faults/scenario.ts';
import { LONGEST_REQUEST_ID } from '../values/request-id.ts';
import { requestCertificate } from './certificate-requests.ts';
import { LONGEST_DELAY_S } from './hub-quotas.ts';
import { BROKEN, readBody } from './json-body.ts';
import type { Link } from './link.ts';
import { LARGEST_METHOD_PAYLOAD } from './method-calls.ts';
import { takeTelemetry } from './take-telemetry.ts';
import { answerTwin } from './twin-requests.ts';

const STAGES = {
  telemetry: 'telemetry',
  'twin-get': 'twin',
  'twin-report': 'twin',
  'method-response': 'method-response',
  'issue-certificate': 'certificate',
} as const satisfies Record<DeviceTopic['type'], ScenarioStage>;

/** A request for a certificate without `$rid`, or with an empty one: it gets PUBACK and no answer. */
const WITHOUT_ID = /^\$iothub\/credentials\/POST\/issueCertificate\/?(?:\?(?!(?:.*&)?(?:\$|%24)rid=[^&]).*)?$/s;

const acknowledgement = ({ packetId }: PublishPacket): Packet[] =>
  packetId === undefined ? [] : [{ type: PUBACK, packetId }];

/** Serves what a device publishes: telemetry, answers of methods, twin requests, certificate requests. */
export class DeviceRequests {
  readonly #link: Link;
  readonly #apiVersion: string;
  /** Until this time a quota delays the acknowledgements of this connection. */
  #delayedUntil = 0;

  constructor(link: Link, apiVersion: string) {
    this.#link = link;
    this.#apiVersion = apiVersion;
  }

  serve(packet: PublishPacket, now: number): void {
    const { connection, hub } = this.#link;
    const topic = this.#readTopic(packet.topicName);
    if (topic === undefined && packet.qos < 2 && WITHOUT_ID.test(packet.topicName)) {
      connection.send(acknowledgement(packet), now, {});
      connection.emit({ type: 'warning', reason: 'no answer: the request for a certificate has no $rid' });
      return;
    }
    if (packet.qos === 2 || topic === undefined) {
      connection.close(
        packet.qos === 2 ? 'a hub does not take QoS 2' : `a device may not publish to ${packet.topicName}`,
      );
      return;
    }
    const fault = connection.pick(STAGES[topic.type]);
    if (fault.lose) connection.send([], now, fault);
    else this.#answer(topic, packet, fault, now);
    if (fault.restartMs !== undefined) hub.restart(now, fault.restartMs);
    // Bounded: unacknowledged messages are kept in memory.
    if (connection.unacknowledged > hub.maxUnacknowledged) {
      connection.close('too many answers are unacknowledged', 'reset');
    }
  }

  /** The connection ended without DISCONNECT: the will is published. */
  takeWill(topicName: string, message: Uint8Array, now: number): void {
    const topic = this.#readTopic(topicName);
    if (topic?.type === 'telemetry') takeTelemetry(this.#link, topic, message, { 'iothub-MessageType': 'Will' }, now);
  }

  #answer(topic: DeviceTopic, packet: PublishPacket, fault: Fault, now: number): void {
    const { connection } = this.#link;
    const { payload } = packet;
    const ack = fault.omitAck ? [] : acknowledgement(packet);
    switch (topic.type) {
      case 'telemetry':
        this.#takeTelemetry(topic, packet, ack, fault, now);
        break;
      case 'method-response':
        this.#answerMethod(topic.requestId, topic.status, payload);
        connection.send(ack, now, fault);
        break;
      case 'issue-certificate':
        if (ack.length > 0) connection.send(ack, now, {});
        requestCertificate(this.#link, topic.requestId, this.#apiVersion, payload, fault, now);
        break;
      default: {
        const answer = answerTwin(this.#link, topic.type, topic.requestId, payload, fault, now);
        connection.send([...ack, ...answer], now, fault);
      }
    }
  }

  #takeTelemetry(
    topic: Extract<DeviceTopic, { type: 'telemetry' }>,
    { payload, retain }: PublishPacket,
    ack: readonly Packet[],
    fault: Fault,
    now: number,
  ): void {
    const { connection } = this.#link;
    const heldBackMs = this.#heldBackMs(now);
    const more: Record<string, string> = retain ? { 'mqtt-retain': 'true' } : {};
    const reason =
      heldBackMs === undefined
        ? 'the quota of messages is used up'
        : takeTelemetry(this.#link, topic, payload, more, now);
    if (reason !== undefined) connection.close(reason);
    else connection.send(ack, now, heldBackMs ? { ...fault, delayMs: (fault.delayMs ?? 0) + heldBackMs } : fault);
  }

  /** Milliseconds by which a quota delays an acknowledgement. Undefined when the hub refuses. */
  #heldBackMs(now: number): number | undefined {
    const wait = this.#link.hub.quotas.take('telemetry', now);
    if (wait > LONGEST_DELAY_S * 1000) return undefined;
    // Acknowledgements keep their order, so a delay counts from the one before.
    const delay = Math.max(0, now + wait - Math.max(now, this.#delayedUntil));
    this.#delayedUntil = Math.max(this.#delayedUntil, now + wait);
    return delay;
  }

  #answerMethod(requestId: string, status: number, body: Uint8Array): void {
    const { connection, device, hub } = this.#link;
    if (body.length > LARGEST_METHOD_PAYLOAD) {
      connection.close(`the answer of a method has ${body.length} bytes; ${LARGEST_METHOD_PAYLOAD} are allowed`);
      return;
    }
    const payload = readBody(body);
    if (payload === BROKEN) connection.close('the answer of a method is not JSON');
    else if (!hub.methods.answer(device, requestId, status, payload)) {
      connection.emit({ type: 'warning', reason: `nobody waits for the answer of method call ${requestId}` });
    }
  }

  /** Reads the topic. Undefined when this device may not publish to it. */
  #readTopic(topicName: string): DeviceTopic | undefined {
    const topic = readDeviceTopic(topicName);
    if (topic === undefined) return undefined;
    const isForBasic = topic.type === 'telemetry' || topic.type === 'issue-certificate';
    if (this.#link.hub.isBasic && !isForBasic) return undefined;
    // A status is an integer of 32 bits.
    if (topic.type === 'method-response' && (topic.status | 0) !== topic.status) return undefined;
    if (topic.type !== 'telemetry') return topic.requestId.length > LONGEST_REQUEST_ID ? undefined : topic;
    return hubClientId(topic) === hubClientId(this.#link.identity) ? topic : undefined;
  }
}
