import { generate, type Packet, parser } from 'mqtt-packet';

/** A message that the server has for the client. */
interface Outgoing {
  readonly id: number;
  readonly payload: string;
  readonly qos: 1 | 2;
  state: 'publish' | 'pubrel';
  sent: boolean;
}

/** What the client has said of one of its messages, and what it has heard of it. */
interface Sent {
  readonly payload: string;
  readonly qos: number;
  /** `pubrec`: it has heard PUBREC. */
  state: 'publish' | 'pubrec';
}

/** MQTT's Session, as the server has it. */
class Session {
  readonly filters = new Map<string, number>();
  /** Identifiers of QoS 2 that were received and not released, with what they were. */
  readonly received = new Map<number, string>();
  readonly outgoing: Outgoing[] = [];
  readonly granted = new Set<string>();
}

interface Link {
  toServer: Packet[];
  toClient: Packet[];
  connected: boolean;
  /** Whether the client has heard CONNACK; undefined before its CONNECT. */
  accepted: boolean | undefined;
  over: boolean;
  /** Messages and releases that reached the client, and were not answered. */
  toAcknowledge: number[];
  toComplete: number[];
  released: number[];
  publishes: number[];
  lastSequence: Record<number, number>;
  requests: Map<number, string>;
  asked: string[];
}

/**
 * A server and a judge. It reads the client's bytes with a parser that is not ours, answers as the standard says, and notes
 * each packet that the client must not have sent. A message is told apart by its payload, `sequence:text`.
 */
export class ServerModel {
  readonly faults: string[] = [];
  /** What it has received for its other clients, in order. */
  readonly passedOn: { readonly payload: string; readonly qos: number }[] = [];
  session: Session | undefined;
  link: Link | undefined;
  /** How often it has begun a Session anew. */
  sessions = 0;
  #nextId = 1;
  /** Of this Session, as the client has to see it. */
  readonly #sent = new Map<number, Sent>();
  #clean = false;
  /** Whether a CONNECT went without an answer since the last one that did not. */
  #doubtful = false;
  /** Payloads that have left the client, whether they arrived or not. */
  readonly #left = new Set<string>();
  /** What the client has subscribed to, to its own knowledge: a set of the test's. */
  readonly #wanted: ReadonlySet<string>;
  readonly #window: number;
  readonly #passOnAtRelease: boolean;
  /** A client that has crashed may say DUP of what never left. */
  forgiving = false;
  #parser = parser({ protocolVersion: 4 });

  constructor({
    window,
    wanted,
    passOnAtRelease = false,
  }: { window: number; wanted: Set<string>; passOnAtRelease?: boolean }) {
    this.#window = window;
    this.#wanted = wanted;
    this.#passOnAtRelease = passOnAtRelease;
  }

  open(): void {
    this.link = {
      toServer: [],
      toClient: [],
      connected: false,
      accepted: undefined,
      over: false,
      toAcknowledge: [],
      toComplete: [],
      released: [],
      publishes: [],
      lastSequence: { 1: 0, 2: 0 },
      requests: new Map(),
      asked: [],
    };
    this.#parser = parser({ protocolVersion: 4 });
    this.#parser.on('packet', (packet: Packet) => {
      this.#judge(packet);
      this.link?.toServer.push(packet);
    });
    this.#parser.on('error', (error: Error) => this.faults.push(`malformed: ${error.message}`));
  }

  /** Everything that is on its way is lost. */
  cut(): void {
    this.#doubtful ||= this.link?.accepted === false;
    this.link = undefined;
  }

  /** Loses the Session. What it had received and not passed on is lost with it: those payloads. */
  forget(): readonly string[] {
    const lost = this.#passOnAtRelease ? [...(this.session?.received.values() ?? [])] : [];
    this.session = undefined;
    return lost;
  }

  /** Bytes leave the client. */
  bytes(bytes: Uint8Array): void {
    if (this.link) this.#parser.parse(Buffer.from(bytes));
    else this.faults.push('bytes without a connection');
  }

  /** The oldest packet on its way reaches the server. */
  step(): boolean {
    const packet = this.link?.toServer.shift();
    if (packet) this.#answer(packet);
    return packet !== undefined;
  }

  /** The oldest packet on its way to the client, to be given to it. */
  take(): Uint8Array | undefined {
    const packet = this.link?.toClient.shift();
    if (!packet) return undefined;
    this.#delivered(packet);
    return generate(packet);
  }

  /** Somebody publishes to the client. */
  publish(payload: string, qos: 1 | 2): void {
    const id = this.#nextId++;
    const message: Outgoing = { id, payload, qos, state: 'publish', sent: false };
    this.session?.outgoing.push(message);
    if (this.link?.connected) this.#send(message);
  }

  #send(message: Outgoing): void {
    const { id, payload, qos, state, sent } = message;
    message.sent = true;
    this.#say(
      state === 'pubrel'
        ? { cmd: 'pubrel', messageId: id }
        : { cmd: 'publish', topic: 'in/a', payload, qos, messageId: id, dup: sent, retain: false },
    );
  }

  #say(packet: Packet): void {
    this.link?.toClient.push(packet);
  }

  #answer(packet: Packet): void {
    const link = this.link!;
    if (packet.cmd === 'connect') {
      const sessionPresent = !packet.clean && this.session !== undefined;
      if (!sessionPresent) {
        this.session = new Session();
        this.sessions++;
      }
      link.connected = true;
      this.#say({ cmd: 'connack', returnCode: 0, sessionPresent });
      for (const message of this.session!.outgoing) this.#send(message);
      return;
    }
    const { filters, received, outgoing } = this.session!;
    const messageId = packet.messageId!;
    if (packet.cmd === 'subscribe') {
      for (const { topic, qos } of packet.subscriptions) filters.set(topic, qos);
      this.#say({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
    } else if (packet.cmd === 'unsubscribe') {
      for (const topic of packet.unsubscriptions) filters.delete(topic);
      this.#say({ cmd: 'unsuback', messageId, granted: [] });
    } else if (packet.cmd === 'publish') {
      const message = { payload: String(packet.payload), qos: packet.qos };
      if (packet.qos === 2) {
        if (!received.has(messageId)) {
          received.set(messageId, message.payload);
          if (!this.#passOnAtRelease) this.passedOn.push(message);
        }
        this.#say({ cmd: 'pubrec', messageId });
      } else {
        this.passedOn.push(message);
        if (packet.qos) this.#say({ cmd: 'puback', messageId });
      }
    } else if (packet.cmd === 'pubrel') {
      const payload = received.get(messageId);
      if (payload !== undefined && this.#passOnAtRelease) this.passedOn.push({ payload, qos: 2 });
      received.delete(messageId);
      this.#say({ cmd: 'pubcomp', messageId });
    } else if (packet.cmd === 'puback' || packet.cmd === 'pubcomp') {
      const index = outgoing.findIndex(({ id }) => id === messageId);
      if (index >= 0) outgoing.splice(index, 1);
    } else if (packet.cmd === 'pubrec') {
      const message = outgoing.find(({ id }) => id === messageId);
      if (message) {
        message.state = 'pubrel';
        this.#send(message);
      }
    } else if (packet.cmd === 'pingreq') this.#say({ cmd: 'pingresp' });
  }

  /** What reaches the client changes what it may do. */
  #delivered(packet: Packet): void {
    const link = this.link!;
    const session = this.session!;
    const id = packet.messageId!;
    if (packet.cmd === 'connack') {
      // With CleanSession 1 the client has ended its Session; otherwise it proceeds with it.
      if (this.#clean) this.#sent.clear();
      // The Session may have been begun by a CONNECT whose answer was lost: the client asks for everything again.
      if (!packet.sessionPresent || this.#doubtful) session.granted.clear();
      this.#doubtful = false;
      link.accepted = true;
      link.asked = [...this.#wanted].filter((filter) => !session.granted.has(filter));
    } else if (packet.cmd === 'puback' || packet.cmd === 'pubcomp') {
      this.#sent.delete(id);
      link.publishes = link.publishes.filter((other) => other !== id);
    } else if (packet.cmd === 'pubrec') {
      const sent = this.#sent.get(id);
      if (sent) sent.state = 'pubrec';
      link.released.push(id);
    } else if (packet.cmd === 'suback') {
      session.granted.add(link.requests.get(id)!);
      link.requests.delete(id);
    } else if (packet.cmd === 'unsuback') link.requests.delete(id);
    else if (packet.cmd === 'publish' && packet.qos) link.toAcknowledge.push(id);
    else if (packet.cmd === 'pubrel') link.toComplete.push(id);
  }

  #judge(packet: Packet): void {
    const link = this.link!;
    const fault = (text: string): void => void this.faults.push(`${packet.cmd} ${packet.messageId ?? ''} ${text}`);
    const id = packet.messageId!;
    if (link.over) fault('after DISCONNECT [MQTT-3.14.4-2]');
    if (packet.cmd === 'connect') {
      if (link.accepted !== undefined) fault('twice [MQTT-3.1.0-2]');
      link.accepted = false;
      this.#clean = packet.clean ?? false;
      return;
    }
    if (!link.connected) {
      fault('before CONNACK');
      return;
    }
    const session = this.session!;
    if (packet.cmd === 'publish') {
      const payload = String(packet.payload);
      const [sequence] = payload.split(':').map(Number);
      const left = this.#left.has(payload);
      this.#left.add(payload);
      if (packet.qos === 0) return;
      if (packet.dup !== left && !(this.forgiving && packet.dup)) fault(`DUP is ${packet.dup} [MQTT-3.3.1-1]`);
      const known = this.#sent.get(id);
      if (known && (known.payload !== payload || known.qos !== packet.qos))
        fault('takes an identifier in use [MQTT-2.3.1-2]');
      if (known?.state === 'pubrec') fault('after PUBREC [MQTT-4.3.3-1]');
      if (link.publishes.includes(id)) fault('twice on one connection');
      if (link.requests.has(id)) fault('takes the identifier of a request');
      if (sequence! <= link.lastSequence[packet.qos]!) fault('out of order [MQTT-4.6.0-1]');
      link.lastSequence[packet.qos] = sequence!;
      this.#sent.set(id, { payload, qos: packet.qos, state: 'publish' });
      link.publishes.push(id);
      if (link.publishes.length > this.#window) fault(`beyond the window: ${link.publishes.length}`);
    } else if (packet.cmd === 'pubrel') {
      if (this.#sent.get(id)?.state !== 'pubrec') fault('without PUBREC');
      const turn = link.released.indexOf(id);
      if (turn > 0) fault('out of order [MQTT-4.6.0-4]');
      if (turn >= 0) link.released.splice(turn, 1);
      if (!link.publishes.includes(id)) link.publishes.push(id);
    } else if (packet.cmd === 'puback' || packet.cmd === 'pubrec') {
      if (link.toAcknowledge.shift() !== id) fault('out of turn [MQTT-4.6.0-2, MQTT-4.6.0-3]');
    } else if (packet.cmd === 'pubcomp') {
      if (link.toComplete.shift() !== id) fault('out of turn');
    } else if (packet.cmd === 'subscribe') {
      const { topic } = packet.subscriptions[0]!;
      if (this.#sent.has(id) || link.requests.has(id)) fault('takes an identifier in use [MQTT-2.3.1-2]');
      if (session.granted.has(topic)) fault('of what was granted');
      link.requests.set(id, topic);
      link.asked = link.asked.filter((other) => other !== topic);
    } else if (packet.cmd === 'disconnect') link.over = true;
    else if (packet.cmd !== 'pingreq' && packet.cmd !== 'unsubscribe') fault('is not for a client to send');
  }
}
