import { GeneralClient } from '../../../packages/client/src/mqtt/client.ts';
import type { Client, ClientAction, ClientOptions } from '../../../packages/client/src/mqtt/client-options.ts';
import type { MqttError } from '../../../packages/client/src/mqtt/error.ts';
import type { Outgoing } from '../../../packages/client/src/mqtt/outgoing.ts';
import { memoryStore } from '../../../packages/client/src/mqtt/store.ts';
import type { ReceivedMessage, Subscription } from '../../../packages/client/src/mqtt/subscription.ts';
import { ServerModel } from './server-model.ts';

export interface Publication {
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  /** undefined: not settled; true: acknowledged; otherwise the code. */
  outcome: true | string | undefined;
  /** Settled because its process is gone. */
  lost: boolean;
  outgoing: Outgoing | undefined;
  readonly expires: boolean;
}

/** One device through all its processes, its server, and everything that may happen to them, in virtual time. */
export class Life {
  readonly server: ServerModel;
  readonly published: Publication[] = [];
  /** What the server was given for the device, and how often the application got each of them and finished it. */
  readonly given = new Map<string, { readonly qos: 1 | 2; got: number; finished: boolean; lost: boolean }>();
  client!: Client;
  now = 0;
  crashes = 0;
  /** Whether a dial waits for its outcome. */
  dialling = false;
  connected = false;
  over = false;
  readonly #store = memoryStore();
  readonly #wanted = new Set(['in/#']);
  readonly #options: Partial<ClientOptions>;
  #unfinished: ReceivedMessage[] = [];
  /** What the server had accepted and lost with its Session. */
  readonly #lostByServer = new Set<string>();
  #timer = Infinity;
  #work = false;
  #sequence = 0;
  #subscription: Subscription | undefined;

  constructor(options: Partial<ClientOptions> & { passOnAtRelease?: boolean } = {}) {
    this.#options = options;
    this.server = new ServerModel({
      window: options.window ?? 2,
      wanted: this.#wanted,
      passOnAtRelease: options.passOnAtRelease ?? false,
    });
    this.#boot();
  }

  #boot(): void {
    this.over = false;
    this.#timer = Infinity;
    this.#unfinished = [];
    const client: Client = new GeneralClient({
      clientId: 'device',
      cleanSession: false,
      keepAlive: 60,
      window: 2,
      queue: { maxMessages: 100, maxBytes: 10_000, whenFull: 'reject' },
      store: this.#store,
      routes: 1,
      random: () => 0.5,
      retry: { attempts: Infinity, baseMs: 1000, capMs: 60_000, standMs: 30_000, silenceMs: 30_000 },
      freshCredentials: false,
      onSessionLost: 'resume',
      onWork: () => {
        if (this.client === client) this.#work = true;
      },
      ...this.#options,
    });
    this.client = client;
    this.#work = true;
    this.#run(client.start(this.now));
    this.#subscription = client.subscribe({
      topicFilter: 'in/#',
      qos: 2,
      highWater: 50,
      whenFull: 'hold',
      onMessage: () => this.#take(),
      onGranted: () => {},
      onEnd: () => {},
    });
    this.#settleTurn();
  }

  publish(qos: 0 | 1 | 2, fields: { readonly expiresInMs?: number; readonly timeoutInMs?: number } = {}): boolean {
    const payload = `${++this.#sequence}:${'x'.repeat(this.#sequence % 5)}`;
    const publication: Publication = {
      payload,
      qos,
      outcome: undefined,
      lost: false,
      outgoing: undefined,
      expires: fields.expiresInMs !== undefined,
    };
    this.published.push(publication);
    const { expiresInMs, timeoutInMs } = fields;
    publication.outgoing = this.client.publish(
      {
        topicName: 'out',
        payload: Buffer.from(payload),
        qos,
        retain: false,
        expiresAt: expiresInMs && this.now + expiresInMs,
        timeoutAt: timeoutInMs && this.now + timeoutInMs,
        settle: (error) => {
          holds(publication.outcome === undefined, 'settled twice');
          publication.outcome = error === undefined || (error as MqttError).code;
        },
      },
      this.now,
    );
    this.#settleTurn();
    return true;
  }

  /** The caller of the oldest unsettled `publish` gives up. */
  abort(): boolean {
    const publication = this.published.find(({ outcome, lost }) => outcome === undefined && !lost);
    if (!publication?.outgoing) return false;
    this.client.withdraw(publication.outgoing, { code: 'aborted' });
    this.#settleTurn();
    return true;
  }

  /** The dial succeeds: CONNECT is on its way. */
  connect(): boolean {
    if (!this.dialling) return false;
    this.dialling = false;
    this.connected = true;
    this.server.open();
    this.#run(this.client.connected({}, this.now));
    this.#settleTurn();
    return true;
  }

  cut(): boolean {
    if (!this.connected && !this.dialling) return false;
    this.server.cut();
    this.connected = false;
    this.dialling = false;
    this.#run(this.client.lost(undefined, this.now));
    this.#settleTurn();
    return true;
  }

  /** One packet reaches the server. */
  toServer(): boolean {
    return this.server.step();
  }

  /** One packet reaches the client. */
  toClient(): boolean {
    // Whoever has closed the connection hears nothing more.
    if (this.over) return false;
    const bytes = this.server.take();
    if (bytes) this.#run(this.client.receive(bytes, this.now));
    this.#settleTurn();
    return bytes !== undefined;
  }

  /** Both directions until nothing is on its way. */
  exchange(): boolean {
    let moved = false;
    while (this.toServer() || this.toClient()) moved = true;
    return moved;
  }

  give(qos: 1 | 2): boolean {
    if (!this.server.session?.filters.has('in/#')) return false;
    const payload = `${this.given.size + 1}:in`;
    this.given.set(payload, { qos, got: 0, finished: false, lost: false });
    this.server.publish(payload, qos);
    return true;
  }

  /** The application finishes with the newest message that it has, or with the oldest. */
  finish(newest: boolean): boolean {
    const message = newest ? this.#unfinished.pop() : this.#unfinished.shift();
    if (!message) return false;
    this.given.get(String(Buffer.from(message.payload)))!.finished = true;
    message.ack();
    this.#settleTurn();
    return true;
  }

  forget(): boolean {
    if (!this.server.session || this.connected) return false;
    for (const [payload, given] of this.given)
      if (this.server.session.outgoing.some((message) => message.payload === payload)) given.lost = true;
    for (const payload of this.server.forget()) this.#lostByServer.add(payload);
    return true;
  }

  /** The process is killed, and a new one takes its store over. */
  crash(): boolean {
    this.crashes++;
    this.server.forgiving = true;
    // What was granted the new process cannot know.
    this.server.session?.granted.clear();
    this.server.cut();
    this.connected = false;
    this.dialling = false;
    for (const publication of this.published) publication.lost ||= publication.outcome === undefined;
    this.#boot();
    return true;
  }

  close(drainMs: number): boolean {
    if (this.client.ended()) return false;
    this.client.close(drainMs);
    this.#settleTurn();
    return true;
  }

  advance(ms: number): boolean {
    const end = this.now + ms;
    for (let turns = 0; this.#timer <= end; turns++) {
      holds(turns < 1000, 'woken without end');
      this.now = Math.max(this.now, this.#timer);
      this.#timer = Infinity;
      this.#run(this.client.wake(this.now));
      this.#settleTurn();
    }
    this.now = end;
    return true;
  }

  /**
   * Everything gets better: a connection, all packets, an application that finishes. One message is finished in a round, so the
   * rounds that finish one are as many as there are messages; those that do not must be few.
   */
  heal(): void {
    for (let idle = 0; idle < 20; ) {
      if (this.client.ended()) return;
      if (!this.connected && !this.dialling) this.advance(70_000);
      this.connect();
      const moved = this.exchange();
      if (this.finish(false)) continue;
      if (!moved && this.connected) return;
      idle++;
    }
    holds(false, 'does not come to rest');
  }

  /** What must hold at any time. */
  check(): void {
    holds(!this.server.faults.length, this.server.faults.join());
    if (this.client.ended())
      for (const { outcome, lost, payload } of this.published)
        holds(outcome !== undefined || lost, `${payload} is not settled`);
    const lossy = this.server.sessions > 1;
    const count = (payload: string): number =>
      this.server.passedOn.filter((message) => message.payload === payload).length;
    for (const { payload, qos, outcome } of this.published) {
      if (this.#lostByServer.has(payload)) continue;
      const times = count(payload);
      if (outcome === true && qos > 0) holds(times > 0, `${payload} was acknowledged`);
      if (outcome === 'expired' || outcome === 'queue-full') holds(times === 0, `${payload} is ${outcome}`);
      if (qos === 0) holds(times < 2, `${payload} at QoS 0`);
      if (qos === 2 && !lossy) holds(times < 2, `${payload} at QoS 2`);
    }
    if (!lossy)
      for (const [payload, { qos, got }] of this.given)
        if (qos === 2 && this.crashes === 0) holds(got < 2, `${payload} at QoS 2 to the application`);
  }

  /** What must hold when everything is well again. */
  checkHealed(): void {
    this.check();
    if (this.client.ended()) return;
    const lossy = this.server.sessions > 1;
    const passedOn = this.server.passedOn.map(({ payload }) => payload);
    for (const { payload, outcome, lost, qos } of this.published) {
      if (this.#lostByServer.has(payload)) continue;
      if (!lost) holds(outcome !== undefined, `${payload} is settled`);
      const given = outcome === true || (lost && qos > 0);
      if (given && qos > 0) holds(passedOn.includes(payload), `${payload} has arrived`);
      if (given && qos === 2 && !lossy)
        holds(passedOn.filter((other) => other === payload).length === 1, `${payload} has arrived once`);
    }
    if (!lossy) {
      const order = passedOn.filter((payload, i) => passedOn.indexOf(payload) === i);
      for (const qos of [1, 2]) {
        const sequence = order
          .filter((payload) => this.published.some((other) => other.payload === payload && other.qos === qos))
          .map((payload) => Number.parseInt(payload, 10));
        holds(`${sequence}` === `${[...sequence].sort((one, other) => one - other)}`, `arrived as ${sequence}`);
      }
    }
    // With CleanSession 1 each cut ends the Session, with all that was in it.
    for (const [payload, { got, lost }] of this.given)
      if (!lost && !this.#options.cleanSession) holds(got > 0, `${payload} has reached the application`);
    if (this.connected) {
      holds(!this.server.link?.asked.length, 'a filter was not asked for');
      // What the client has of a Session that is lost may stay: the PUBREL that ends it does not come any more.
      const left = [...(this.#store.load() as Iterable<readonly [string, Uint8Array]>)];
      holds(!left.some(([key]) => !lossy || key.startsWith('out-')), 'a record is left in the store');
    }
  }

  #take(): void {
    for (let message = this.#subscription?.take(); message; message = this.#subscription?.take()) {
      const given = this.given.get(String(Buffer.from(message.payload)))!;
      holds(!(given.finished && given.qos === 2), 'given again after it was finished');
      given.got++;
      this.#unfinished.push(message);
    }
  }

  #settleTurn(): void {
    for (let turns = 0; this.#work; turns++) {
      holds(turns < 100, 'work without end');
      this.#work = false;
      this.#run(this.client.flush(this.now));
    }
  }

  #run(actions: readonly ClientAction[]): void {
    for (const action of actions) {
      if (action.type === 'send') this.server.bytes(action.bytes);
      else if (action.type === 'dial') this.dialling = true;
      else if (action.type === 'hang-up') {
        this.server.cut();
        this.connected = false;
        this.dialling = false;
      } else if (action.type === 'wait') this.#timer = action.until;
      else if (action.type === 'end') this.over = true;
      else if (action.state.type === 'stopped') throw action.state.error;
    }
  }
}

/** A model checks this a million times, which `expect` is too slow for. */
function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
