import { type Packet, type Parser, parser } from 'mqtt-packet';

/**
 * Judges what a client sends on one connection, from the standard and the service's rules, with a parser that is not ours.
 * Its state is what the server has sent and the client has said, nothing of the client's own.
 */
export class WireChecker {
  readonly #parser: Parser = parser({ protocolVersion: 4 });
  readonly packets: Packet[] = [];
  readonly faults: string[] = [];
  /** Request ids over all connections of a provisioning: none is used twice. */
  readonly #requestIds: Set<string>;
  readonly #inFlight = new Set<number>();
  #toAcknowledge: number[] = [];
  #accepted = false;
  #granted = false;
  #over = false;
  #clientId = '';

  constructor(requestIds: Set<string> = new Set()) {
    this.#requestIds = requestIds;
    this.#parser.on('packet', (packet: Packet) => this.#onPacket(packet));
    this.#parser.on('error', (error: Error) => this.faults.push(`malformed: ${error.message}`));
  }

  /** Bytes of the client. */
  sent(bytes: Uint8Array): void {
    this.#parser.parse(Buffer.from(bytes));
  }

  /** A well-formed packet of the server, as far as it changes what the client may do. */
  received(packet: Packet): void {
    if (packet.cmd === 'connack' && packet.returnCode === 0) this.#accepted = true;
    if (packet.cmd === 'suback') {
      this.#granted = true;
      this.#inFlight.delete(packet.messageId ?? 0);
    }
    if (packet.cmd === 'puback') this.#inFlight.delete(packet.messageId ?? 0);
    if (packet.cmd === 'publish' && packet.qos === 1) this.#toAcknowledge.push(packet.messageId ?? 0);
  }

  #onPacket(packet: Packet): void {
    this.packets.push(packet);
    if (this.#over) this.#fault(packet, 'after DISCONNECT [MQTT-3.14.4-2]');
    switch (packet.cmd) {
      case 'connect':
        this.#clientId = packet.clientId;
        if (this.packets.length > 1) this.#fault(packet, 'twice [MQTT-3.1.0-2]');
        if (packet.protocolVersion !== 4 || !packet.clean || packet.will) this.#fault(packet, 'fields');
        return;
      case 'subscribe':
        this.#requireAccepted(packet);
        this.#take(packet);
        if (packet.subscriptions.length !== 1 || packet.subscriptions[0]?.topic !== '$dps/registrations/res/#')
          this.#fault(packet, 'filter');
        return;
      case 'publish':
        this.#requireAccepted(packet);
        if (!this.#granted) this.#fault(packet, 'before SUBACK');
        if (packet.qos !== 1 || packet.retain || packet.dup) this.#fault(packet, 'flags');
        this.#take(packet);
        this.#onRequest(packet.topic, String(packet.payload));
        return;
      case 'puback':
        // In the order in which they were received [MQTT-4.6.0-2].
        if (this.#toAcknowledge.shift() !== packet.messageId)
          this.#fault(packet, `of ${packet.messageId}, which was not asked for or is out of turn`);
        return;
      case 'pingreq':
        this.#requireAccepted(packet);
        return;
      case 'disconnect':
        this.#requireAccepted(packet);
        this.#over = true;
        return;
      default:
        this.#fault(packet, 'is not for a client to send here');
    }
  }

  #onRequest(topic: string, payload: string): void {
    const match =
      /^\$dps\/registrations\/(?:PUT\/iotdps-register|GET\/iotdps-get-operationstatus)\/\?\$rid=([A-Za-z0-9-]{1,36})(&operationId=[^&]+)?$/.exec(
        topic,
      );
    if (match === null) this.faults.push(`request topic ${topic}`);
    const requestId = match?.[1] ?? '';
    const key = `${this.#clientId} ${requestId}`;
    if (this.#requestIds.has(key)) this.faults.push(`request id ${requestId} used twice`);
    this.#requestIds.add(key);
    if (topic.includes('/PUT/') ? JSON.parse(payload).registrationId === undefined : payload !== '')
      this.faults.push(`payload of ${topic}`);
  }

  #take(packet: Packet): void {
    const id = packet.messageId ?? 0;
    if (id === 0 || this.#inFlight.has(id)) this.#fault(packet, `identifier ${id} is in flight [MQTT-2.3.1-2]`);
    this.#inFlight.add(id);
  }

  #requireAccepted(packet: Packet): void {
    if (!this.#accepted) this.#fault(packet, 'before CONNACK');
  }

  #fault(packet: Packet, reason: string): void {
    this.faults.push(`${packet.cmd} ${reason}`);
  }
}
