import { CONNACK, type ConnackPacket, type Packet, type PublishPacket, topicMatches } from '@mote/codec';
import type { ClientAction, ClientOptions, ClientState, Credentials } from './client-options.ts';
import { Connection, type ConnectionFailure } from './connection.ts';
import { DELIVERY_DECODERS, Delivery } from './delivery.ts';
import { errorOfDial, MqttError, type MqttErrorCode, type MqttStage } from './error.ts';
import type { Received } from './inbound.ts';
import type { Message, Outgoing } from './outgoing.ts';
import { Reconnect } from './reconnect.ts';
import { StoreCalls } from './store.ts';
import { type Held, ReceivedMessage, Subscription, type SubscriptionOptions } from './subscription.ts';
import { SUBSCRIPTION_DECODERS, Subscriptions } from './subscriptions.ts';

// The general client: connections one after the other, and over them one Session.
// - Events, bytes and time come in, actions go out. Times are milliseconds of one clock that never steps back.
// - What the application asks for (`publish`, `subscribe`, `close`) changes the state at once; `flush` sends it, which the
//   driver calls once in a turn of its event loop after `onWork`.
// - It ends once, closed or stopped. Then every promise is settled, and no event has an effect any more.

const DECODERS = { ...DELIVERY_DECODERS, ...SUBSCRIPTION_DECODERS };
/** Milliseconds for which a message that nobody has subscribed to yet waits in a resumed Session. */
const CLAIM_MS = 10_000;
/** An attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;
/** A planned reconnect waits so long for acknowledgements, so that nothing arrives twice that need not. */
const LEAVE_MS = 2000;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS: readonly MqttErrorCode[] = [
  'connect-failed',
  'proxy-failed',
  'websocket-failed',
  'connection-lost',
  'timed-out',
];

export class Client {
  readonly #options: ClientOptions;
  readonly #delivery: Delivery;
  readonly #subscriptions: Subscriptions;
  readonly #reconnect: Reconnect;
  #state: ClientState = { type: 'connecting', attempt: 1 };
  #actions: ClientAction[] = [];
  #now = 0;
  #startedAt: number | undefined;
  #loaded = false;
  #connection: Connection | undefined;
  #stage: MqttStage = 'options';
  #attempt = 0;
  #dialledAt = 0;
  /** When a dial, a pause or the wait for CONNACK is over by itself. */
  #dueAt = Infinity;
  /** The timer that the driver has. */
  #timerAt = Infinity;
  /** Milliseconds for what is under way, once `close` was called; and when they are over. */
  #drainMs: number | undefined;
  #drainedAt = Infinity;
  #wasOnline = false;
  #lastError: MqttError | undefined;
  /** The server has refused the credentials, and they were asked for anew. */
  #asked = false;
  /** Whether the server may have a Session of ours: what is in it is lost when it has none. */
  #hasSession = false;
  /** A CONNECT was not answered: the Session that is present may be one that it has begun, in place of ours. */
  #doubtful = false;
  readonly #held: Held;
  /** Messages of a resumed Session that nobody has subscribed to yet, and how long they may wait. */
  readonly #unclaimed: Subscription;
  #claimUntil = 0;
  #reopen = false;
  /** A planned reconnect, and until when it waits for what is under way. */
  #planned: { readonly hold: boolean; readonly elsewhere: boolean } | undefined;
  #leaveAt = Infinity;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { onWork, routes, random, retry } = options;
    this.#reconnect = new Reconnect({ ...retry, routes, random });
    this.#delivery = new Delivery({
      ...options,
      onStoreFailure: (cause) => this.#stop(new MqttError('session-lost', 'store', { cause, reason: 'store-failed' })),
      onMessage: (packet, received) => this.#onMessage(packet, received),
    });
    const { inbound, ids } = this.#delivery;
    this.#held = {
      bytes: 0,
      passedOver: false,
      acknowledge: (received: Received) => inbound.acknowledge(received),
      skip: (received: Received) => inbound.skip(received),
      onEmpty: () => this.#onEmpty(),
    };
    this.#subscriptions = new Subscriptions(ids, this.#held, onWork);
    const nobody = { onMessage: () => {}, onGranted: () => {}, onEnd: () => {} };
    this.#unclaimed = new Subscription(
      { topicFilter: '#', qos: 2, highWater: 100, whenFull: 'hold', ...nobody },
      this.#held,
    );
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Messages that were dropped because the queue was full. */
  get dropped(): number {
    return this.#delivery.outbound.dropped;
  }

  /** Whether `post` would take a message. */
  get ready(): boolean {
    return this.#delivery.outbound.ready && this.#drainMs === undefined;
  }

  /** Whether it is over. */
  get ended(): boolean {
    return this.#state.type === 'closed' || this.#state.type === 'stopped';
  }

  start(now: number): readonly ClientAction[] {
    const { store, onWork } = this.#options;
    this.#startedAt = now;
    const loaded = (records: Iterable<readonly [string, Uint8Array]>): void => {
      this.#delivery.load(records);
      this.#hasSession = !this.#delivery.outbound.empty;
      this.#loaded = true;
      this.#dueAt = 0;
      onWork();
    };
    const failed = (error: unknown): void => this.#stop(error);
    if (store)
      new StoreCalls().run(
        () => store.load(),
        (records) => {
          try {
            loaded(records);
          } catch (error) {
            failed(error);
          }
        },
        failed,
      );
    else loaded([]);
    return this.#turn(now, () => {});
  }

  /** The dial has come this far. */
  dialling(stage: MqttStage, now: number): readonly ClientAction[] {
    return this.#turn(now, () => {
      if (!this.#connection) this.#stage = stage;
    });
  }

  /** A connection stands; it is opened with these. */
  connected(credentials: Credentials, now: number): readonly ClientAction[] {
    return this.#turn(now, () => {
      if (this.#connection || this.#state.type !== 'connecting') return;
      const { cleanSession, keepAlive, will, maxPacketSize, trace, retry } = this.#options;
      const { userName, password, clientId = this.#options.clientId } = credentials;
      const connection = new Connection({
        clientId,
        cleanSession,
        keepAlive,
        will,
        maxPacketSize,
        trace,
        userName,
        password,
        decoders: DECODERS,
        onPacket: (packet) => this.#onPacket(connection, packet),
      });
      this.#reconnect.connected();
      this.#connection = connection;
      this.#stage = 'connect';
      this.#dueAt = now + retry.silenceMs;
      connection.start();
      this.#options.onWork();
    });
  }

  receive(bytes: Uint8Array, now: number): readonly ClientAction[] {
    return this.#turn(now, () => {
      if (this.#connection) this.#judge(this.#connection.receive(bytes, now));
      else if (this.#state.type === 'connecting')
        this.#onLost(new MqttError('protocol-violation', this.#stage, { reason: 'unexpected-packet' }));
    });
  }

  /** Whether the transport takes nothing for now: `post` and `publish` are held up until it does. */
  blocked(blocked: boolean, now: number): readonly ClientAction[] {
    return this.#turn(now, () => {
      this.#delivery.outbound.blocked = blocked;
      if (!blocked) this.#delivery.outbound.pump();
    });
  }

  /** The dial failed, or the connection ended, with the reason if there is one. */
  lost(cause: unknown, now: number): readonly ClientAction[] {
    return this.#turn(now, () => {
      if (this.#connection || this.#state.type === 'connecting')
        this.#onLost(errorOfDial(cause, this.#connection ? 'connection-lost' : 'connect-failed', this.#stage));
    });
  }

  /** Time has passed. A call too many does no harm. */
  wake(now: number): readonly ClientAction[] {
    this.#timerAt = Infinity;
    return this.#turn(now, () => {});
  }

  /** Sends what there is to send, in one piece. */
  flush(now: number): readonly ClientAction[] {
    return this.#turn(now, () => {
      this.#send();
      // There is room again for what was held up by what has just left.
      this.#delivery.outbound.pump();
    });
  }

  /** Throws an EncodeError; everything else is told to `message.settle`. */
  publish(message: Message, now: number): Outgoing | undefined {
    if (this.#refuses()) {
      message.settle(this.#endError());
      return undefined;
    }
    const outgoing = this.#delivery.outbound.publish(message, now);
    // So that the time at which it expires gets a timer.
    this.#options.onWork();
    return outgoing;
  }

  /** Writes a message of QoS 0 at once, or says that there is no room. Throws an EncodeError. */
  post(topicName: string, payload: Uint8Array, retain: boolean): boolean {
    const { ready } = this;
    if (ready) this.#delivery.outbound.post(topicName, payload, retain);
    return ready;
  }

  /** The caller of `publish` gives it up. */
  withdraw(outgoing: Outgoing, error: unknown): void {
    this.#delivery.outbound.withdraw(outgoing, error);
    this.#options.onWork();
  }

  /** Undefined when it is over: `onEnd` has been told. */
  subscribe(options: SubscriptionOptions): Subscription | undefined {
    if (this.#refuses()) {
      options.onEnd(this.#endError());
      return undefined;
    }
    const subscription = this.#subscriptions.add(options);
    for (let left = this.#unclaimed.size; left > 0; left--) {
      const message = this.#unclaimed.take()!;
      (topicMatches(options.topicFilter, message.topicName) ? subscription : this.#unclaimed).offer(message);
    }
    return subscription;
  }

  unsubscribe(subscription: Subscription, gone: () => void): void {
    this.#subscriptions.remove(subscription, gone);
  }

  /**
   * Leaves this connection in good order for a new one, without back-off: the Session goes on, and nothing under way is lost.
   * `hold`: the dial waits until this is called again. `elsewhere`: what answers may know another Session of ours.
   */
  reconnect(hold: boolean = false, elsewhere: boolean = false): void {
    this.#planned = { hold, elsewhere };
    this.#options.onWork();
  }

  /** Ends it when everything is sent and acknowledged, or after `drainMs`. */
  close(drainMs: number): void {
    this.#drainMs = Math.min(drainMs, this.#drainMs ?? Infinity);
    this.#options.onWork();
  }

  /** Ends it now, with this error for everybody. */
  abort(error: unknown): void {
    this.#stop(error);
  }

  /** Lets something happen, and gives out what follows from it. */
  #turn(now: number, happen: () => void): readonly ClientAction[] {
    this.#now = now;
    if (!this.ended) {
      try {
        happen();
        this.#onTime();
      } catch (error) {
        // A mistake of ours, or no memory: it ends this client as what it is.
        this.#stop(error);
      }
      this.#schedule();
    }
    const actions = this.#actions;
    this.#actions = [];
    return actions;
  }

  #onTime(): void {
    const now = this.#now;
    if (this.#drainMs !== undefined) {
      if (this.#drainedAt === Infinity) this.#drainedAt = now + this.#drainMs;
      if ((this.#loaded && this.#delivery.outbound.empty) || now >= this.#drainedAt) {
        this.#end({ type: 'closed' }, new MqttError('closed', 'disconnect'));
        return;
      }
    }
    if (now >= this.#deadline) {
      // The error of the last attempt is the answer; `timed-out` is for silence.
      const silent = this.#state.type === 'connecting' && now - this.#dialledAt >= QUIET_MS;
      const silence = new MqttError('timed-out', this.#stage, { retryable: true, cause: this.#lastError });
      this.#stop((silent ? undefined : this.#lastError) ?? silence);
      return;
    }
    this.#delivery.outbound.sweep(now);
    if (now >= this.#claimUntil)
      for (let left = this.#unclaimed.take(); left; left = this.#unclaimed.take()) left.ack();
    if (this.#planned && this.#loaded && this.#hasLeft()) this.#leave(this.#planned);
    if (this.#reopen) {
      this.#connection?.disconnect();
      this.#send();
      this.#onLost(new MqttError('connection-lost', 'online', { reason: 'passed-over', retryable: true }));
    } else if (now >= this.#dueAt) {
      if (this.#state.type === 'connecting' && this.#attempt > 0)
        this.#onLost(new MqttError('timed-out', this.#stage, { retryable: true }));
      else if (this.#loaded) this.#dial();
    } else if (this.#connection) this.#judge(this.#connection.wake(now));
    if (this.#connection?.pending) this.#options.onWork();
  }

  /** Whether nothing is under way any more, or it has been waited for. */
  #hasLeft(): boolean {
    const { outbound } = this.#delivery;
    if (this.#connection?.phase !== 'open') return true;
    this.#leaveAt = Math.min(this.#leaveAt, this.#now + LEAVE_MS);
    outbound.blocked = true;
    return outbound.idle || this.#now >= this.#leaveAt;
  }

  #leave({ hold, elsewhere }: { readonly hold: boolean; readonly elsewhere: boolean }): void {
    this.#planned = undefined;
    this.#leaveAt = Infinity;
    if (this.#connection?.phase === 'open') this.#connection.disconnect();
    this.#send();
    const cause = new MqttError('connection-lost', this.#stage, { reason: 'planned', retryable: true });
    this.#hangUp(cause);
    this.#doubtful ||= elsewhere;
    this.#dueAt = hold ? Infinity : this.#now;
    this.#tell({ type: 'waiting', delayMs: hold ? Infinity : 0, cause });
  }

  get #deadline(): number {
    const { timeoutMs = Infinity } = this.#options;
    return this.#wasOnline ? Infinity : this.#startedAt! + timeoutMs;
  }

  #dial(): void {
    this.#attempt++;
    this.#dialledAt = this.#now;
    this.#stage = 'options';
    this.#dueAt = this.#now + this.#reconnect.patience(this.#deadline - this.#now);
    this.#tell({ type: 'connecting', attempt: this.#attempt });
    this.#actions.push({ type: 'dial', route: this.#reconnect.route });
  }

  #onPacket(connection: Connection, packet: Packet): void {
    if (packet.type === CONNACK) this.#onConnack(connection, packet);
    else {
      this.#delivery.onPacket(packet);
      this.#subscriptions.onPacket(packet);
    }
  }

  #onConnack(connection: Connection, { sessionPresent }: ConnackPacket): void {
    const { onSessionLost, cleanSession } = this.#options;
    if (this.#hasSession && !sessionPresent && onSessionLost === 'fail') {
      this.#stop(new MqttError('session-lost', 'connect'));
      return;
    }
    // Another run has left a Session behind, with messages for subscriptions that are to be made yet.
    if (sessionPresent && !this.#wasOnline) this.#subscriptions.resumed();
    this.#claimUntil = sessionPresent ? this.#now + CLAIM_MS : 0;
    this.#wasOnline = true;
    this.#hasSession = true;
    this.#asked = false;
    this.#dueAt = Infinity;
    this.#stage = 'online';
    this.#reconnect.accepted(this.#now);
    // Who has kept his part of the Session may proceed with it though the server has lost its own [3.2.2.2]: nothing is sent in
    // another way than before, so nothing arrives twice that would not have. With CleanSession 1 we have ended it ourselves.
    this.#delivery.attach(connection, sessionPresent, !cleanSession, this.#doubtful);
    this.#subscriptions.attach(connection, sessionPresent && !this.#doubtful, cleanSession);
    this.#doubtful = false;
    this.#tell({ type: 'online', sessionPresent });
    this.#delivery.outbound.pump();
  }

  #onMessage(packet: PublishPacket, received: Received | undefined): void {
    if (this.#subscriptions.deliver(packet, received) || !received) return;
    // Nobody has subscribed to it. In a Session of an earlier run somebody may be about to.
    const message = new ReceivedMessage(packet, { held: this.#held, received, takers: 1 });
    if (this.#now < this.#claimUntil) this.#unclaimed.offer(message);
    else message.ack();
  }

  /** What a full subscription passed over comes again on a new connection, now that there is room. */
  #onEmpty(): void {
    if (this.#options.cleanSession || !this.#connection) return;
    this.#reopen = true;
    this.#options.onWork();
  }

  #judge(failure: ConnectionFailure | undefined): void {
    if (!failure) return;
    const { code, returnCode } = failure;
    const retryable = code === 'connection-lost' || returnCode === 3;
    this.#onLost(new MqttError(code, this.#stage, { ...failure, retryable }));
  }

  /** The dial or the connection is of no use any more. */
  #onLost(error: MqttError): void {
    const { code, returnCode = 0, retryable } = error;
    const { freshCredentials, timeoutMs, onRefused } = this.#options;
    const dialled = !this.#connection;
    this.#hangUp(error);
    const impatient = timeoutMs !== undefined && !this.#wasOnline;
    // Refused for what we are or have. Other credentials may be there by now: they are asked for, once.
    const refused = code === 'connection-refused' && returnCode !== 3;
    const stays = onRefused === 'retry' && returnCode !== 1 && !impatient;
    const again = refused && (returnCode > 3 || stays) && freshCredentials && !this.#asked;
    if (again) this.#asked = true;
    if ((refused && !again && !stays) || code === 'invalid-options' || (impatient && !retryable && !again)) {
      this.#stop(error);
      return;
    }
    const other = dialled && this.#reconnect.failed(PATH_ERRORS.includes(code));
    const delayMs = other || again ? 0 : this.#reconnect.delay(0, this.#deadline - this.#now);
    if (delayMs === undefined) {
      this.#stop(error);
      return;
    }
    this.#dueAt = this.#now + delayMs;
    this.#tell({ type: 'waiting', delayMs, cause: error });
  }

  #hangUp(error: MqttError): void {
    this.#lastError = error;
    this.#doubtful ||= this.#stage === 'connect';
    this.#reconnect.lost(this.#now);
    this.#connection = undefined;
    this.#delivery.detach();
    this.#subscriptions.detach();
    this.#unclaimed.clear();
    this.#held.passedOver = false;
    this.#reopen = false;
    this.#actions.push({ type: 'hang-up' });
  }

  #stop(error: unknown): void {
    if (this.ended) return;
    this.#end({ type: 'stopped', error }, error);
    // It may be a store that says so, outside of every turn.
    this.#options.onWork();
  }

  /** In good order if it can be: what is queued and DISCONNECT go out first. */
  #end(state: ClientState, error: unknown): void {
    const connection = this.#connection;
    if (connection?.phase === 'open') connection.disconnect();
    this.#send();
    this.#connection = undefined;
    this.#tell(state);
    this.#delivery.detach();
    this.#delivery.outbound.close(error);
    this.#subscriptions.close(state.type === 'closed' ? undefined : error);
    this.#actions.push({ type: 'end' });
  }

  #send(): void {
    const bytes = this.#connection?.flush(this.#now);
    if (!bytes) return;
    this.#actions.push({ type: 'send', bytes });
    this.#delivery.outbound.written();
  }

  #tell(state: ClientState): void {
    this.#state = state;
    this.#actions.push({ type: 'state', state });
  }

  #refuses(): boolean {
    return this.ended || this.#drainMs !== undefined;
  }

  #endError(): unknown {
    return this.#state.type === 'stopped' ? this.#state.error : new MqttError('closed', 'publish');
  }

  #schedule(): void {
    if (this.ended) return;
    const until = Math.min(
      this.#deadline,
      this.#dueAt,
      this.#drainedAt,
      this.#leaveAt,
      this.#delivery.outbound.sweepAt,
      this.#connection?.wakeAt ?? Infinity,
      this.#unclaimed.size ? this.#claimUntil : Infinity,
    );
    // A timer that comes too early does no harm, and most of them are put off with each write: it is left as it is.
    if (until < this.#timerAt) {
      this.#timerAt = until;
      this.#actions.push({ type: 'wait', until });
    }
  }
}
