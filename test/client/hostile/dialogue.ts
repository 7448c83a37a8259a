import { generate, type Packet, type Parser, parser } from 'mqtt-packet';
import { WireChecker } from '../wire-checker.ts';
import type { Script, Step } from './script.ts';

/** Where a dialogue says what it has to say. */
export interface Link {
  write(bytes: Uint8Array): void;
  end(): void;
  /** Bytes came that are no MQTT. */
  broken(): void;
}

/** An answer of the service that differs from the good one in what is named here. */
export interface Reply {
  readonly status?: number | string;
  readonly body?: unknown;
  readonly properties?: string;
  readonly requestId?: string;
  /** The whole of it, in place of what status, request id and properties make. */
  readonly topic?: string;
  readonly qos?: 0 | 1 | 2;
  readonly dup?: boolean;
  readonly retain?: boolean;
  readonly messageId?: number;
}

/** MQTT and DPS of one connection, seen from the server: each step is put before the script. */
export class Dialogue<P> {
  readonly wire: WireChecker;
  readonly #script: Script<P>;
  readonly #peer: P;
  readonly #link: Link;
  readonly #mqtt: Parser = parser({ protocolVersion: 4 });
  readonly #said: Parser = parser({ protocolVersion: 4 });
  #lastAnswer = 0;
  #messageId = 100;
  /** Of the request that came last. */
  requestId = '';

  constructor(script: Script<P>, peer: P, link: Link) {
    this.#script = script;
    this.#peer = peer;
    this.#link = link;
    this.wire = new WireChecker(script.requestIds);
    this.#mqtt.on('packet', (packet) => this.#onPacket(packet));
    this.#mqtt.on('error', () => link.broken());
    this.#said.on('packet', (packet) => this.wire.received(packet));
    // What we say need not be MQTT.
    this.#said.on('error', () => {});
  }

  /** Bytes of the client. */
  parse(bytes: Uint8Array): void {
    this.wire.sent(bytes);
    this.#mqtt.parse(Buffer.from(bytes));
  }

  /** Bytes that went to the client: they change what it may do. */
  said(bytes: Uint8Array): void {
    this.#said.parse(Buffer.from(bytes));
  }

  send(packet: Packet): void {
    this.#link.write(generate(packet));
  }

  /** The bytes of an answer, to be written. */
  reply({ status = 200, body, properties = '', requestId = this.requestId, ...rest }: Reply): Buffer {
    const { topic = `$dps/registrations/res/${status}/?$rid=${requestId}${properties}`, qos = 1 } = rest;
    return generate({
      cmd: 'publish',
      topic,
      payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      qos,
      dup: rest.dup ?? false,
      retain: rest.retain ?? false,
      ...(qos > 0 && { messageId: rest.messageId ?? ++this.#messageId }),
    } as Packet);
  }

  #onPacket(packet: Packet): void {
    if (packet.cmd === 'connect') this.#due('connect', { cmd: 'connack', returnCode: 0, sessionPresent: false });
    else if (packet.cmd === 'subscribe')
      this.#due('subscribe', { cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] });
    else if (packet.cmd === 'publish') this.#onRequest(packet.topic, packet.messageId ?? 0);
    else if (packet.cmd === 'pingreq') this.send({ cmd: 'pingresp' });
    else if (packet.cmd === 'puback' && packet.messageId === this.#lastAnswer) this.#step('final-ack');
    else if (packet.cmd === 'disconnect') this.#step('disconnect', () => this.#step('close', () => this.#link.end()));
  }

  #onRequest(topic: string, messageId: number): void {
    this.requestId = /\$rid=([^&]+)/.exec(topic)?.[1] ?? '';
    const request = topic.includes('/PUT/') ? 'register' : 'poll';
    const { status, body, properties = '' } = this.#script.answerTo(request, this.requestId);
    const puback: Packet = { cmd: 'puback', messageId };
    const answer = {
      cmd: 'publish',
      topic: `$dps/registrations/res/${status}/?$rid=${this.requestId}${properties}`,
      payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      qos: 1,
      messageId: ++this.#messageId,
      dup: false,
      retain: false,
    } as Packet;
    if (request === 'poll') {
      this.#lastAnswer = this.#messageId;
      this.#due('poll', puback, answer);
      return;
    }
    this.#due('register', puback);
    this.#due('register-answer', answer);
    this.#step('wait');
  }

  #due(step: Step, ...packets: Packet[]): void {
    const good = Buffer.concat(packets.map((packet) => generate(packet)));
    this.#script.due(step, this.#peer, good, () => this.#link.write(good));
  }

  #step(step: Step, next: () => void = () => {}): void {
    this.#script.due(step, this.#peer, Buffer.alloc(0), next);
  }
}
