import {
  type ConnectPacket,
  DISCONNECT,
  decodeUtf8,
  encodeUtf8,
  type Packet,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  type PublishPacket,
  SUBACK,
  SUBSCRIBE,
  type SubscribePacket,
  UNSUBACK,
  UNSUBSCRIBE,
} from '@mote/codec';
import { parseJson } from '../bounded-json.ts';
import type { ConnectionContext } from '../connection-context.ts';
import type { DeviceSession } from '../device-session.ts';
import type { Fault, ScenarioStage } from '../scenario/scenario.ts';
import { serviceTime } from '../service-time.ts';
import type { HubConnect } from './check-hub-connect.ts';
import type { Hub } from './hub.ts';
import type { HubDevice, HubLink } from './hub-device.ts';
import { parseHubTopic, readBag, subjectOf, writeBag } from './hub-words.ts';

// Of the service: body and properties of a message.
const LARGEST_MESSAGE = 262_144;
const MOST_SUBSCRIPTIONS = 5;
// How long a link outlives its token: iot-hub-troubleshoot-connectivity.md.
const GRACE_MS = 600_000;
// Messages of the hub that a device may have without a PUBACK.
const MOST_IN_FLIGHT = 50;

/** One device's link to its hub. */
export class HubSession implements DeviceSession, HubLink {
  readonly linkKey: string;
  readonly registrationId: string;
  readonly #context: ConnectionContext;
  readonly #hub: Hub;
  readonly #device: HubDevice;
  readonly #will: ConnectPacket['will'];
  readonly #expiresAt: number | undefined;
  /** `devices/{deviceId}[/modules/{moduleId}]` */
  readonly #base: string;
  #subscriptions = new Map<string, 0 | 1>();
  #saidGoodbye = false;

  constructor(context: ConnectionContext, hub: Hub, { device, expiresAt }: HubConnect, will: ConnectPacket['will']) {
    const [deviceId = '', moduleId] = device.id.split('/');
    this.#context = context;
    this.#hub = hub;
    this.#device = device;
    this.#will = will;
    this.#expiresAt = expiresAt === undefined ? undefined : expiresAt + GRACE_MS;
    this.#base = moduleId === undefined ? `devices/${deviceId}` : `devices/${deviceId}/modules/${moduleId}`;
    this.linkKey = `hub ${device.id}`;
    this.registrationId = device.id;
  }

  get subjects(): ReadonlyMap<string, 0 | 1> {
    return this.#subscriptions;
  }

  /** CleanSession 0 goes on with subscriptions and with messages that were not acknowledged [MQTT-3.1.2-4]. */
  open(cleanSession: boolean): boolean {
    const device = this.#device;
    const kept = cleanSession ? undefined : device.subscriptions;
    if (kept === undefined) device.queue.unlockAll();
    this.#subscriptions = kept ?? new Map();
    device.subscriptions = cleanSession ? undefined : this.#subscriptions;
    device.link = this;
    this.#hub.changed();
    return kept !== undefined;
  }

  started(now: number): void {
    // [MQTT-4.4.0-1]: what is unacknowledged goes again, with its identifier.
    for (const { message, packetId } of this.#device.queue.unacknowledged) {
      this.#send([this.#messagePacket(message, 1, packetId, true)], now);
    }
    this.deliver(now);
  }

  ended(now: number): void {
    this.#hub.unlink(this.#device, this);
    const topic = this.#will && parseHubTopic(this.#will.topicName, this.#base);
    if (this.#saidGoodbye || this.#will === undefined || topic?.type !== 'telemetry') return;
    this.#receiveTelemetry(topic.bag, this.#will.message, { 'iothub-MessageType': 'Will' }, now);
  }

  get nextAt(): number | undefined {
    const times = [this.#expiresAt, this.#device.queue.nextAt].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  wake(now: number): void {
    if (this.#expiresAt !== undefined && now >= this.#expiresAt) {
      this.#context.channel.close('the token has expired');
      return;
    }
    this.#hub.tick(this.#device, now);
    this.deliver(now);
  }

  receive(packet: Packet, now: number): void {
    const { channel } = this.#context;
    switch (packet.type) {
      case SUBSCRIBE:
        this.#onSubscribe(packet, now);
        break;
      case UNSUBSCRIBE:
        for (const filter of packet.topicFilters) this.#subscriptions.delete(filter);
        this.#hub.changed();
        this.#send([{ type: UNSUBACK, packetId: packet.packetId }], now, this.#context.pick('unsubscribe'));
        break;
      case PUBLISH:
        this.#onPublish(packet, now);
        break;
      case PUBACK:
        channel.acknowledge(packet.packetId);
        this.#hub.complete(this.#device, packet.packetId);
        this.deliver(now);
        break;
      case PINGREQ:
        this.#send([{ type: PINGRESP }], now, this.#context.pick('ping'));
        break;
      case DISCONNECT:
        this.#saidGoodbye = true;
        channel.gone('DISCONNECT');
        break;
      default:
        channel.close(`a device has no use for packets of type ${packet.type} at a hub`);
    }
  }

  deliver(now: number): void {
    const granted = this.#granted('messages');
    if (granted === undefined) return;
    this.#hub.tick(this.#device, now);
    const { queue } = this.#device;
    const packetId = () => this.#device.nextPacketId();
    while (queue.unacknowledged.length < MOST_IN_FLIGHT) {
      const delivery = queue.next(packetId, now);
      if (delivery === undefined) break;
      // Sent at QoS 0 it is done.
      if (granted === 0) this.#hub.complete(this.#device, delivery.packetId);
      const packet = this.#messagePacket(delivery.message, granted, delivery.packetId, false);
      this.#send([packet], now, this.#context.pick('message'));
    }
    this.#context.settle(now);
  }

  sendMethod(requestId: string, method: string, payload: string): void {
    const topicName = `$iothub/methods/POST/${encodeURIComponent(method)}/?$rid=${requestId}`;
    this.#publishNow(topicName, payload, 0, 'method');
  }

  sendDesired(patch: Readonly<Record<string, unknown>>): void {
    const granted = this.#granted('desired');
    if (granted === undefined) return;
    const topicName = `$iothub/twin/PATCH/properties/desired/?$version=${patch['$version']}`;
    this.#publishNow(topicName, JSON.stringify(patch), granted, 'desired');
  }

  close(now: number, reason: string): void {
    this.#context.channel.close(reason);
    this.#context.settle(now);
  }

  #onSubscribe({ packetId, subscriptions }: SubscribePacket, now: number): void {
    const fault = this.#context.pick('subscribe');
    const returnCodes = subscriptions.map(({ topicFilter, qos }) => this.#subscribe(topicFilter, qos, fault));
    this.#send([{ type: SUBACK, packetId, returnCodes }], now, fault);
    this.#hub.changed();
    this.deliver(now);
  }

  #subscribe(topicFilter: string, qos: 0 | 1 | 2, { subackCode }: Fault): 0 | 1 | 0x80 {
    const known = subjectOf(topicFilter, this.#base) !== undefined;
    const isSixth = !this.#subscriptions.has(topicFilter) && this.#subscriptions.size >= MOST_SUBSCRIPTIONS;
    if (!known || isSixth || subackCode === 0x80) {
      const reason = !known
        ? `a hub has nothing under ${topicFilter}`
        : isSixth
          ? `five filters at a time, and ${topicFilter} would be the sixth`
          : 'the scenario says so';
      this.#context.emit({ type: 'refused', stage: 'subscribe', reason, returnCode: 0x80 });
      return 0x80;
    }
    const granted = subackCode === 0 || qos === 0 ? 0 : 1; // 2 is granted as 1
    this.#subscriptions.set(topicFilter, granted);
    this.#context.emit({ type: 'subscribed', topicFilter, qos: granted });
    return granted;
  }

  #onPublish(packet: PublishPacket, now: number): void {
    const { channel } = this.#context;
    const topic = parseHubTopic(packet.topicName, this.#base);
    if (packet.qos === 2 || topic === undefined) {
      channel.close(packet.qos === 2 ? 'a hub does not take QoS 2' : `a device may not publish to ${packet.topicName}`);
      return;
    }
    const stage = STAGES[topic.type];
    const fault = this.#context.pick(stage);
    const puback: Packet[] =
      packet.packetId === undefined || fault.omitAck ? [] : [{ type: PUBACK, packetId: packet.packetId }];
    if (topic.type === 'telemetry') {
      const retained = packet.retain ? { 'mqtt-retain': 'true' } : {};
      if (this.#receiveTelemetry(topic.bag, packet.payload, retained, now)) this.#send(puback, now, fault);
      return;
    }
    if (topic.type === 'method-answer') {
      const payload = readBody(packet.payload);
      if (payload === BROKEN) channel.close('the answer of a method is not JSON');
      else if (!this.#hub.answerMethod(this.#device, topic.requestId, topic.status, payload)) {
        this.#context.emit({
          type: 'warning',
          reason: `nobody waits for the answer of method call ${topic.requestId}`,
        });
      }
      this.#send(puback, now, fault);
      return;
    }
    const answer = this.#twinAnswer(topic.type, packet.payload, fault, now);
    this.#send([...puback, ...this.#twinPackets(topic.requestId, answer, fault)], now, fault);
  }

  /** False when the link had to be closed. */
  #receiveTelemetry(bagText: string, body: Uint8Array, more: Record<string, string>, now: number): boolean {
    const bag = readBag(bagText);
    if (bag === undefined) {
      this.#context.channel.close('the properties of a message cannot be read');
      return false;
    }
    if (body.length + bagText.length > LARGEST_MESSAGE) {
      this.#context.channel.close(`a message of ${body.length + bagText.length} bytes; ${LARGEST_MESSAGE} are allowed`);
      return false;
    }
    const [deviceId = '', moduleId] = this.#device.id.split('/');
    this.#context.emit({ type: 'telemetry', bytes: body.length });
    this.#hub.receiveTelemetry({
      deviceId,
      ...(moduleId !== undefined && { moduleId }),
      body: body.slice(),
      properties: { ...bag.properties, ...more },
      systemProperties: bag.systemProperties,
      enqueuedTime: now,
    });
    return true;
  }

  #twinAnswer(type: 'twin-get' | 'twin-report', payload: Uint8Array, fault: Fault, now: number): TwinAnswer {
    if (fault.statusCode !== undefined && fault.statusCode >= 400) {
      return failure(fault.statusCode, fault.message ?? 'the scenario says so', this.#context.random().guid(), now);
    }
    if (type === 'twin-get') {
      this.#context.emit({ type: 'twin', change: 'read' });
      return { status: 200, body: JSON.stringify(this.#device.twin.document) };
    }
    const patch = readBody(payload);
    const version = patch === BROKEN ? 'the patch is not JSON' : this.#hub.report(this.#device, patch);
    if (typeof version === 'number') return { status: 204, body: '', version };
    this.#context.emit({ type: 'refused', stage: 'twin', reason: version, statusCode: 400 });
    return failure(400, version, this.#context.random().guid(), now);
  }

  #twinPackets(requestId: string, { status, body, version }: TwinAnswer, fault: Fault): Packet[] {
    const granted = this.#granted('twin-answers');
    if (granted === undefined) {
      this.#context.emit({ type: 'warning', reason: 'no answer: the device has not subscribed to $iothub/twin/res/#' });
      return [];
    }
    const topicName = `$iothub/twin/res/${status}/?$rid=${fault.requestId ?? requestId}${version === undefined ? '' : `&$version=${version}`}`;
    const packet = this.#publication(topicName, utf8(fault.body ?? body), granted, this.#device.nextPacketId(), false);
    return [packet, ...Array.from({ length: fault.duplicate ?? 0 }, () => packet)];
  }

  #messagePacket(
    { messageId, body, properties, systemProperties, ack, expiresAt: _life }: Parameters<HubDevice['queue']['add']>[0],
    qos: 0 | 1,
    packetId: number,
    dup: boolean,
  ): Packet {
    const bag = writeBag({
      systemProperties: { messageId, to: `/${this.#base}/messages/devicebound`, ...systemProperties },
      properties: { ...(ack !== 'none' && { 'iothub-ack': ack }), ...properties },
    });
    return this.#publication(`${this.#base}/messages/devicebound/${bag}`, body, qos, packetId, dup);
  }

  #publication(topicName: string, payload: Uint8Array, qos: 0 | 1, packetId: number, dup: boolean): Packet {
    const message = { type: PUBLISH, topicName, payload, retain: false } as const;
    return qos === 0 ? { ...message, qos, dup: false, packetId: undefined } : { ...message, qos, dup, packetId };
  }

  /** For what the service side begins. */
  #publishNow(topicName: string, text: string, qos: 0 | 1, stage: ScenarioStage): void {
    const now = this.#context.now();
    const packet = this.#publication(topicName, utf8(text), qos, this.#device.nextPacketId(), false);
    this.#send([packet], now, this.#context.pick(stage));
    this.#context.settle(now);
  }

  #granted(subject: ReturnType<typeof subjectOf>): 0 | 1 | undefined {
    for (const [filter, qos] of this.#subscriptions) if (subjectOf(filter, this.#base) === subject) return qos;
    return undefined;
  }

  #send(packets: readonly Packet[], now: number, fault: Fault = {}): void {
    this.#context.channel.send(packets, now, fault, this.#context.random());
  }
}

const STAGES = {
  telemetry: 'telemetry',
  'twin-get': 'twin',
  'twin-report': 'twin',
  'method-answer': 'method',
} as const satisfies Record<string, ScenarioStage>;

interface TwinAnswer {
  readonly status: number;
  readonly body: string;
  readonly version?: number;
}

function failure(status: number, message: string, trackingId: string, now: number): TwinAnswer {
  const errorCode = status * 1000 + (status === 429 ? 1 : 0);
  return { status, body: JSON.stringify({ errorCode, message, trackingId, timestampUtc: serviceTime(now) }) };
}

/** Text with half a surrogate pair, which only a scenario can hold, is sent as nothing. */
const utf8 = (text: string): Uint8Array => encodeUtf8(text) ?? new Uint8Array();

const BROKEN = Symbol('no JSON');

/** Undefined for an empty body, or one of blanks, which SDKs send for nothing. */
function readBody(payload: Uint8Array): unknown {
  const text = decodeUtf8(payload);
  if (text === undefined) return BROKEN;
  if (text.trim() === '') return undefined;
  try {
    return parseJson(text);
  } catch {
    return BROKEN;
  }
}
