// What must hold of the client of any broker, whatever the application, the link, the clock and the server do, in whichever order. An
// input is a script: each byte is an event, and the bytes behind it say which. What the client sends is read by mqtt-packet.

import { parser } from 'mqtt-packet';

export const CLIENT_MODULES = `import { GeneralClient } from './client/dist/mqtt/client.js';
export const makeClient = (options) => new GeneralClient(options);`;

/** Events by number. Beginnings that get far: the fuzzer goes on from there. */
export const clientSeeds = [
  // Online, a message of each QoS, their acknowledgements.
  '00020105010501050205030c000308000008010109010209020208ff',
  // A Session that is resumed: cut while messages are under way.
  '0002010501050203000002010400000109000109000209020208',
  // Subscribed, messages taken and left, unsubscribed.
  '0002010607000a00000a01010a0202070b0b0b060c',
  // Silence: pings, dials given up, a planned reconnect, the end.
  '0002010dff0dff0dff030d10000d0e0f',
];

const ANSWERS = { 0: 'puback', 1: 'pubrec', 2: 'pubrel', 3: 'pubcomp', 4: 'suback', 5: 'unsuback', 6: 'pingresp' };
const TOPICS = ['a', 'a/b', '$c', 'räume/1'];
const FILTERS = ['a', '+/b', '#', 'räume/+'];
/** One turn never leads to more; a client that goes round in circles does. */
const MOST_ACTIONS = 200;

export function clientTarget({ makeClient }) {
  return (input) => new Life(makeClient, input).run();
}

class Life {
  #bytes;
  #at = 0;
  #now = 0;
  #wakeAt = Infinity;
  #work = false;
  #client;
  #wire;
  #messages = [];
  #subscriptions = [];
  #open = false;
  #ended = false;

  constructor(makeClient, bytes) {
    this.#bytes = bytes;
    const flags = this.#byte();
    this.#client = makeClient({
      clientId: 'c',
      cleanSession: (flags & 1) === 1,
      keepAlive: flags & 2 ? 0 : 20,
      window: flags & 4 ? 1 : 3,
      onSessionLost: flags & 8 ? 'fail' : 'resume',
      queue: { maxMessages: 4, maxBytes: 2000, whenFull: ['reject', 'drop-oldest', 'drop-newest'][(flags >> 4) % 3] },
      retry: { attempts: Infinity, baseMs: 100, capMs: 5000, standMs: 3000, silenceMs: 3000 },
      routes: flags & 64 ? 2 : 1,
      random: () => 0.5,
      timeoutMs: flags & 128 ? 60_000 : undefined,
      freshCredentials: (flags & 128) === 0,
      onWork: () => {
        this.#work = true;
      },
    });
  }

  run() {
    this.#do(() => this.#client.start(this.#now));
    while (this.#at < this.#bytes.length && !this.#ended) this.#event(this.#byte() % 16);
    this.#do(() => this.#client.abort(new Error('over')) ?? []);
    this.#do(() => []);
    for (const { settled } of this.#messages)
      if (settled !== 1) throw new Error(`a caller of publish was told ${settled} times`);
    for (const { ends } of this.#subscriptions)
      if (ends !== 1) throw new Error(`a subscription has ended ${ends} times`);
  }

  #event(event) {
    const client = this.#client;
    switch (event) {
      case 0:
        return this.#do(() => client.dialling('tcp', this.#now));
      case 1:
        return this.#receive({ cmd: 'connack', sessionPresent: this.#byte() % 2 === 1 }, this.#byte() % 8);
      case 2: {
        if (!this.#open) {
          this.#open = true;
          this.#wire = new Wire();
        }
        return this.#do(() => client.connected({}, this.#now));
      }
      case 3:
      case 4:
        this.#open = false;
        return this.#do(() => client.lost(event === 3 ? undefined : new Error('cut'), this.#now));
      case 5:
        return this.#publish(this.#byte());
      case 6:
        return this.#subscribe(this.#byte());
      case 7: {
        const message = this.#subscriptions[this.#byte() % 4]?.subscription?.take();
        return this.#do(() => (this.#byte() % 4 ? message?.ack() : message?.skip()) ?? []);
      }
      case 8:
      case 9: {
        const answer = ANSWERS[this.#byte() % 7];
        return this.#receive({ cmd: answer, messageId: this.#byte() }, this.#byte());
      }
      case 10: {
        const [qos, messageId] = [this.#byte() % 3, this.#byte()];
        return this.#receive({ cmd: 'publish', qos, messageId, dup: this.#byte() % 2 === 1 }, this.#byte());
      }
      case 11: {
        const length = this.#byte() % 32;
        const bytes = this.#bytes.slice(this.#at, this.#at + length);
        this.#at += length;
        return this.#do(() => client.receive(bytes, this.#now));
      }
      case 12:
        return this.#do(() => client.blocked(this.#byte() % 2 === 1, this.#now));
      case 13:
        return this.#advance(2 ** (this.#byte() % 18));
      case 14:
        return this.#do(() => client.reconnect(this.#byte() % 2 === 1, this.#byte() % 2 === 1) ?? []);
      default: {
        const what = this.#byte();
        const { outgoing } = this.#messages[what % 8] ?? {};
        if (what < 128) return outgoing && this.#do(() => client.withdraw(outgoing, new Error('withdrawn')) ?? []);
        if (what < 200) {
          const { subscription } = this.#subscriptions[what % 4] ?? {};
          return subscription && this.#do(() => client.unsubscribe(subscription, () => {}) ?? []);
        }
        return this.#do(() => client.close(what * 10) ?? []);
      }
    }
  }

  #publish(what) {
    const message = { settled: 0, outgoing: undefined };
    const topicName = TOPICS[what % 4];
    const payload = new Uint8Array((what >> 4) * 40);
    if (what === 0xff) return this.#do(() => this.#client.post({ topicName, payload, retain: false }) && []);
    this.#messages.push(message);
    return this.#do(() => {
      message.outgoing = this.#client.publish(
        {
          topicName,
          payload,
          qos: (what >> 2) % 3,
          retain: what > 200,
          expiresAt: what % 5 ? undefined : this.#now + 500,
          timeoutAt: what % 7 ? undefined : this.#now + 900,
          settle: () => message.settled++,
        },
        this.#now,
      );
      return [];
    });
  }

  #subscribe(what) {
    const entry = { ends: 0, subscription: undefined };
    this.#subscriptions.push(entry);
    return this.#do(() => {
      entry.subscription = this.#client.subscribe({
        topicFilter: FILTERS[what % 4],
        qos: (what >> 2) % 3,
        highWater: 1 + ((what >> 4) & 3),
        whenFull: ['hold', 'drop-oldest', 'drop-newest'][(what >> 6) % 3],
        onMessage: () => what > 240,
        onGranted() {},
        onEnd: () => entry.ends++,
      });
      return [];
    });
  }

  /** A packet of the server, in bytes of our own. */
  #receive({ cmd, messageId = 0, qos = 0, dup, sessionPresent }, last) {
    const id = [0, messageId];
    const topic = TOPICS[last % 4];
    const name = Buffer.from(topic);
    const body = [0, name.length, ...name, ...(qos ? id : []), ...Buffer.alloc(last % 50)];
    const packet = {
      connack: () => [0x20, 2, sessionPresent ? 1 : 0, last > 5 ? 0 : last],
      puback: () => [0x40, 2, ...id],
      pubrec: () => [0x50, 2, ...id],
      pubrel: () => [0x62, 2, ...id],
      pubcomp: () => [0x70, 2, ...id],
      suback: () => [0x90, 3, ...id, [0, 1, 2, 0x80][last % 4]],
      unsuback: () => [0xb0, 2, ...id],
      pingresp: () => [0xd0, 0],
      publish: () => [0x30 | (qos << 1) | (dup && qos ? 8 : 0), body.length, ...body],
    }[cmd]();
    const bytes = Uint8Array.from(packet);
    // Cut in two now and then.
    const cut = last % 9 ? bytes.length : 1;
    this.#do(() => this.#client.receive(bytes.slice(0, cut), this.#now));
    if (cut < bytes.length) this.#do(() => this.#client.receive(bytes.slice(cut), this.#now));
  }

  #advance(ms) {
    const end = this.#now + ms;
    for (let n = 0; this.#wakeAt <= end && !this.#ended; n++) {
      if (n > 500_000) throw new Error('woken without end');
      this.#now = Math.max(this.#now, this.#wakeAt);
      this.#wakeAt = Infinity;
      this.#do(() => this.#client.wake(this.#now));
    }
    this.#now = end;
  }

  #do(react) {
    this.#perform(react());
    for (let turns = 0; this.#work; turns++) {
      if (turns > MOST_ACTIONS) throw new Error('work without end');
      this.#work = false;
      this.#perform(this.#client.flush(this.#now));
    }
  }

  #perform(actions) {
    if (!Array.isArray(actions)) return;
    if (actions.length > MOST_ACTIONS) throw new Error(`${actions.length} actions in one turn`);
    for (const action of actions) {
      if (this.#ended) throw new Error(`${action.type} after the end`);
      if (action.type === 'wait') this.#wakeAt = action.until;
      else if (action.type === 'send') {
        if (!this.#open) throw new Error('sent without a connection');
        this.#wire.sent(action.bytes);
      } else if (action.type === 'hang-up' || action.type === 'dial') this.#open = false;
      else if (action.type === 'end') this.#ended = true;
      else if (action.state.type === 'stopped' && !['MqttError', 'Error'].includes(action.state.error?.name))
        throw action.state.error;
    }
  }

  #byte() {
    return this.#bytes[this.#at++] ?? 0;
  }
}

/** What a client may send on one connection, as far as it can be told from its own packets alone. */
class Wire {
  #parser = parser({ protocolVersion: 4 });
  #count = 0;
  #over = false;

  constructor() {
    this.#parser.on('packet', (packet) => this.#onPacket(packet));
    this.#parser.on('error', (error) => {
      throw new Error(`sent what is malformed: ${error.message}`);
    });
  }

  sent(bytes) {
    if (bytes.length === 0) throw new Error('sent nothing');
    this.#parser.parse(Buffer.from(bytes));
  }

  #onPacket({ cmd, qos, dup, messageId, topic }) {
    if (this.#over) throw new Error(`${cmd} after DISCONNECT [MQTT-3.14.4-2]`);
    if ((this.#count++ === 0) !== (cmd === 'connect'))
      throw new Error(`${cmd} in place ${this.#count} [MQTT-3.1.0-1, 2]`);
    if (cmd === 'disconnect') this.#over = true;
    if (cmd === 'publish' && ((dup && !qos) || /[+#]/.test(topic) || (qos > 0 && !messageId)))
      throw new Error('a PUBLISH that may not be');
    if (['connack', 'suback', 'unsuback', 'pingresp'].includes(cmd)) throw new Error(`${cmd} is the server's`);
  }
}
