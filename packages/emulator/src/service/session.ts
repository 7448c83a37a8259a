import {
  DISCONNECT,
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
import type { Introduction } from './check-connect.ts';
import type { ConnectionContext, Peer } from './connection-context.ts';
import type { DeviceSession } from './device-session.ts';
import type { EnrollmentEntry } from './enrollment-book.ts';
import { Exchange } from './exchange.ts';
import type { Refusal } from './refusal.ts';
import type { Fault } from './scenario/scenario.ts';
import { parseRequestTopic, RESPONSE_FILTER } from './topics.ts';

/** What an introduced device may do: subscribe to the answers, register, poll, ping and leave. */
export class Session implements DeviceSession {
  readonly #context: ConnectionContext;
  readonly #device: Introduction;
  readonly #exchange: Exchange;
  /** QoS granted on this connection, or remembered from an earlier one: the Python SDK reconnects without SUBSCRIBE. */
  #granted: 0 | 1 | undefined;

  constructor(context: ConnectionContext, device: Introduction, peer: Peer) {
    this.#context = context;
    this.#device = device;
    this.#exchange = new Exchange(context, device, peer);
  }

  /** CONNECT was accepted. A clean session begins without the subscription of an earlier connection [MQTT-3.1.2-6]. */
  open(cleanSession: boolean): boolean {
    if (cleanSession) this.#grant(undefined);
    else this.#granted = this.#context.service.recallSubscription(this.registrationId);
    // No session survives a connection here, whatever CleanSession says [MQTT-3.2.2-1].
    return false;
  }

  get linkKey(): string {
    return `dps ${this.registrationId.toLowerCase()}`;
  }

  get registrationId(): string {
    return this.#device.claim.registrationId;
  }

  receive(packet: Packet, now: number): void {
    const { channel } = this.#context;
    switch (packet.type) {
      case SUBSCRIBE:
        this.#onSubscribe(packet, now);
        break;
      case UNSUBSCRIBE:
        if (packet.topicFilters.includes(RESPONSE_FILTER)) this.#grant(undefined);
        this.#send([{ type: UNSUBACK, packetId: packet.packetId }], now, this.#context.pick('unsubscribe'));
        break;
      case PUBLISH:
        this.#onPublish(packet, now);
        break;
      case PUBACK:
        channel.acknowledge(packet.packetId);
        break;
      case PINGREQ:
        this.#send([{ type: PINGRESP }], now, this.#context.pick('ping'));
        break;
      case DISCONNECT:
        channel.gone('DISCONNECT');
        break;
      default:
        channel.close(`a device has no use for packets of type ${packet.type} here`);
    }
  }

  authenticate(now: number): EnrollmentEntry | Refusal {
    return this.#exchange.authenticate(now);
  }

  #onSubscribe({ packetId, subscriptions }: SubscribePacket, now: number): void {
    const fault = this.#context.pick('subscribe');
    const returnCodes = subscriptions.map(({ topicFilter, qos }) => this.#subscribe(topicFilter, qos, fault));
    this.#send([{ type: SUBACK, packetId, returnCodes }], now, fault);
  }

  #subscribe(topicFilter: string, qos: 0 | 1 | 2, { subackCode }: Fault): 0 | 1 | 0x80 {
    const granted = subackCode === 0 || qos === 0 ? 0 : 1; // 2 is granted as 1
    if (topicFilter !== RESPONSE_FILTER || subackCode === 0x80) {
      const reason =
        subackCode === 0x80
          ? 'the scenario says so'
          : `only ${RESPONSE_FILTER} may be subscribed to, not ${topicFilter}`;
      this.#context.emit({ type: 'refused', stage: 'subscribe', reason, returnCode: 0x80 });
      return 0x80;
    }
    this.#grant(granted);
    this.#context.emit({ type: 'subscribed', topicFilter, qos: granted });
    return granted;
  }

  #grant(qos: 0 | 1 | undefined): void {
    this.#granted = qos;
    this.#context.service.rememberSubscription(this.registrationId, qos);
  }

  #onPublish(packet: PublishPacket, now: number): void {
    const { channel } = this.#context;
    const request = parseRequestTopic(packet.topicName);
    if (packet.qos === 2) channel.close('the service does not take QoS 2');
    else if (request === undefined) channel.close(`there is no topic ${packet.topicName}`);
    else this.#exchange.serve(request, packet, this.#granted, now);
  }

  #send(packets: readonly Packet[], now: number, fault: Fault): void {
    this.#context.channel.send(packets, now, fault, this.#context.random());
  }
}
