import { CONNACK, type ConnackPacket, type Packet, topicMatches } from '@mote/codec';
import { Actions } from './actions.ts';
import type { Client, ClientAction, ClientOptions, ClientState } from './client-options.ts';
import { type Connection, type ConnectionFailure, makeConnection } from './connection.ts';
import { DELIVERY_DECODERS, Delivery } from './delivery.ts';
import { errorOfDial, MqttError, type MqttStage } from './error.ts';
import { Reconnect } from './reconnect.ts';
import { slept } from './slept.ts';
import { answer } from './store-calls.ts';
import { type Held, ReceivedMessage, Subscription } from './subscription.ts';
import { makeSubscriptions, SUBSCRIPTION_DECODERS } from './subscriptions.ts';

const DECODERS = { ...DELIVERY_DECODERS, ...SUBSCRIPTION_DECODERS };
/** Milliseconds for which a message that nobody has subscribed to yet waits in a resumed Session. */
const CLAIM_MS = 10_000;
/** An attempt that the deadline cuts off sooner has not met silence. */
const QUIET_MS = 1000;
/** A planned reconnect waits so long for acknowledgements, so that nothing arrives twice that need not. */
const LEAVE_MS = 2000;
/** Errors of a path that another route may not have. A certificate that does not verify is none of these. */
const PATH_ERRORS = /^(connect|proxy|websocket|timed)/;

export function makeClient(options: ClientOptions): Client {
  const { cleanSession, freshCredentials, onRefused, onSessionLost, onWork, retry, store, timeoutMs } = options;
  const reconnect = new Reconnect({ ...options, ...retry });
  const delivery = new Delivery({
    ...options,
    onStoreFailure: (cause) => stop(new MqttError('session-lost', 'store', { cause, reason: 'store-failed' })),
    onMessage(packet, received) {
      if (subscriptions.deliver(packet, received) || !received) return;
      // Nobody has subscribed to it. In a Session of an earlier run somebody may be about to.
      const message = new ReceivedMessage(packet, { held, received, takers: 1 });
      if (now < claimUntil) unclaimed.offer(message);
      else message.ack();
    },
  });
  const { inbound, outbound, ids } = delivery;
  const held: Held = {
    ...inbound,
    bytes: 0,
    chunk: 0,
    passedOver: false,
    onEmpty() {
      // What a full subscription passed over comes again on a new connection, now that there is room.
      if (cleanSession || !connection) return;
      reopen = true;
      onWork();
    },
  };
  const subscriptions = makeSubscriptions(ids, held, onWork);
  const ignore = (): void => {};
  /** Messages of a resumed Session that nobody has subscribed to yet, and how long they may wait. */
  const unclaimed = new Subscription(
    { topicFilter: '#', qos: 2, highWater: 100, whenFull: 'hold', onMessage: ignore, onGranted: ignore, onEnd: ignore },
    held,
  );
  let claimUntil = 0;
  let reopen = false;
  /** A planned reconnect, and until when it waits for what is under way. */
  let planned: { readonly hold: boolean; readonly elsewhere: boolean } | undefined;
  let leaveAt = Infinity;
  let state: ClientState = { type: 'connecting', attempt: 1 };
  let ended = false;
  const actions = new Actions<ClientAction>();
  let now = 0;
  /** When the first CONNACK has to be there. */
  let deadline = Infinity;
  let loaded = false;
  let connection: Connection | undefined;
  let stage: MqttStage = 'options';
  let attempt = 0;
  let dialledAt = 0;
  /** When a dial, a pause or the wait for CONNACK is over by itself. */
  let dueAt = Infinity;
  /** Milliseconds for what is under way, once `close` was called; and when they are over. */
  let drainMs = Infinity;
  let drainedAt = Infinity;
  /** The SUBSCRIBE or UNSUBSCRIBE that the server is to answer next, and by when. */
  let unanswered: object | undefined;
  let answerBy = Infinity;
  let wasOnline = false;
  let lastError: MqttError | undefined;
  /** The server has refused the credentials, and they were asked for anew. */
  let asked = false;
  /** Whether the server may have a Session of ours: what is in it is lost when it has none. */
  let hasSession = false;
  /** A CONNECT was not answered: the Session that is present may be one that it has begun, in place of ours. */
  let doubtful = false;

  /** Lets something happen, and gives out what follows from it. */
  function turn(at: number, happen: () => void = ignore): readonly ClientAction[] {
    now = at;
    if (!ended) {
      try {
        happen();
        // It may have ended just now.
        if (!ended) onTime();
      } catch (error) {
        // A mistake of ours, or no memory: it ends this client as what it is.
        stop(error);
      }
    }
    const oldest = subscriptions.oldest();
    if (oldest !== unanswered) {
      unanswered = oldest;
      answerBy = oldest ? now + retry.silenceMs : Infinity;
    }
    const wakeAt = Math.min(
      deadline,
      dueAt,
      drainedAt,
      leaveAt,
      answerBy,
      outbound.sweepAt,
      connection?.wakeAt() ?? Infinity,
      unclaimed.size ? claimUntil : Infinity,
    );
    return actions.take(ended ? Infinity : wakeAt);
  }

  function onTime(): void {
    if (ended) return;
    if (drainMs < Infinity) {
      drainedAt = Math.min(drainedAt, now + drainMs);
      if ((loaded && outbound.empty()) || now >= drainedAt) {
        end({ type: 'closed' }, new MqttError('closed', 'disconnect'));
        return;
      }
    }
    if (now >= deadline) {
      // The error of the last attempt is the answer; `timed-out` is for silence.
      const silent = state.type === 'connecting' && now - dialledAt >= QUIET_MS;
      stop((!silent && lastError) || new MqttError('timed-out', stage, { retryable: true, cause: lastError }));
      return;
    }
    outbound.sweep(now);
    if (now >= claimUntil) for (let left = unclaimed.take(); left; left = unclaimed.take()) left.ack();
    if (planned && loaded && hasLeft()) leave(planned);
    if (reopen) {
      connection?.disconnect();
      send();
      onLost(new MqttError('connection-lost', 'online', { reason: 'passed-over', retryable: true }));
    } else if (connection && slept(now - answerBy)) {
      answerBy = now + retry.silenceMs;
    } else if (connection && now >= answerBy) {
      // It may answer pings for ever: who waits for the answer is not to wait as long.
      onLost(new MqttError('connection-lost', 'subscribe', { reason: 'no-suback', retryable: true }));
    } else if (now < dueAt) judge(connection?.wake(now));
    else if (state.type === 'connecting' && attempt) onLost(new MqttError('timed-out', stage, { retryable: true }));
    else if (loaded) dial();
    if (connection?.pending()) onWork();
  }

  /** Whether nothing is under way any more, or it has been waited for. */
  function hasLeft(): boolean {
    if (connection?.phase() !== 'open') return true;
    leaveAt = Math.min(leaveAt, now + LEAVE_MS);
    outbound.blocked = true;
    return outbound.idle() || now >= leaveAt;
  }

  function leave({ hold, elsewhere }: { readonly hold: boolean; readonly elsewhere: boolean }): void {
    const cause = new MqttError('connection-lost', stage, { reason: 'planned', retryable: true });
    planned = undefined;
    leaveAt = Infinity;
    if (connection?.phase() === 'open') connection.disconnect();
    send();
    hangUp(cause);
    doubtful ||= elsewhere;
    wait(hold ? Infinity : 0, cause);
  }

  function wait(delayMs: number, cause: MqttError): void {
    dueAt = now + delayMs;
    tell({ type: 'waiting', delayMs, cause });
  }

  function dial(): void {
    dialledAt = now;
    stage = 'options';
    dueAt = now + reconnect.patience(deadline - now);
    tell({ type: 'connecting', attempt: ++attempt });
    actions.push({ type: 'dial', route: reconnect.route });
  }

  function onConnack(opened: Connection, { sessionPresent }: ConnackPacket): void {
    if (hasSession && !sessionPresent && onSessionLost === 'fail') {
      stop(new MqttError('session-lost', 'connect'));
      return;
    }
    // Another run has left a Session behind, with messages for subscriptions that are to be made yet.
    if (sessionPresent && !wasOnline) subscriptions.resumed();
    claimUntil = sessionPresent ? now + CLAIM_MS : 0;
    wasOnline = true;
    hasSession = true;
    asked = false;
    deadline = dueAt = Infinity;
    stage = 'online';
    reconnect.accepted(now);
    // Who has kept his part of the Session may proceed with it though the server has lost its own [3.2.2.2]: nothing is sent in
    // another way than before, so nothing arrives twice that would not have. With CleanSession 1 we have ended it ourselves.
    delivery.attach(opened, sessionPresent, !cleanSession, doubtful);
    subscriptions.attach(opened, sessionPresent && !doubtful, cleanSession);
    doubtful = false;
    tell({ type: 'online', sessionPresent });
    outbound.pump();
  }

  function judge(failure: ConnectionFailure | undefined): void {
    if (!failure) return;
    const { code, returnCode } = failure;
    onLost(new MqttError(code, stage, { ...failure, retryable: code === 'connection-lost' || returnCode === 3 }));
  }

  /** The dial or the connection is of no use any more. */
  function onLost(error: MqttError): void {
    const { code, returnCode = 0, retryable } = error;
    const dialled = !connection;
    hangUp(error);
    const impatient = timeoutMs !== undefined && !wasOnline;
    // Refused for what we are or have. Other credentials may be there by now: they are asked for, once.
    const refused = code === 'connection-refused' && returnCode !== 3;
    const stays = onRefused === 'retry' && returnCode !== 1 && !impatient;
    const again = refused && (returnCode > 3 || stays) && freshCredentials && !asked;
    asked ||= again;
    const hopeless = (refused && !stays) || code === 'invalid-options' || (impatient && !retryable);
    const delayMs =
      hopeless && !again
        ? undefined
        : again || (dialled && reconnect.failed(PATH_ERRORS.test(code)))
          ? 0
          : reconnect.delay(0, deadline - now);
    if (delayMs === undefined) stop(error);
    else wait(delayMs, error);
  }

  function hangUp(error: MqttError): void {
    lastError = error;
    doubtful ||= stage === 'connect';
    reconnect.lost(now);
    detach();
    unclaimed.clear();
    held.passedOver = false;
    reopen = false;
    actions.push({ type: 'hang-up' });
  }

  function detach(): void {
    connection = undefined;
    delivery.detach();
    subscriptions.detach();
  }

  function stop(error: unknown): void {
    if (ended) return;
    end({ type: 'stopped', error }, error);
    // It may be a store that says so, outside of every turn.
    onWork();
  }

  /** In good order if it can be: what is queued and DISCONNECT go out first. */
  function end(last: ClientState, error: unknown): void {
    ended = true;
    if (connection?.phase() === 'open') connection.disconnect();
    send();
    tell(last);
    detach();
    outbound.close(error);
    subscriptions.close(last.type === 'closed' ? undefined : error);
    actions.push({ type: 'end' });
  }

  function send(): void {
    const bytes = connection?.flush(now);
    if (!bytes) return;
    actions.push({ type: 'send', bytes });
    outbound.written();
  }

  function tell(next: ClientState): void {
    state = next;
    actions.push({ type: 'state', state });
  }

  const refuses = (): boolean => ended || drainMs < Infinity;
  const ready = (): boolean => outbound.ready() && !refuses();
  const endError = (): unknown => (state.type === 'stopped' ? state.error : new MqttError('closed', 'publish'));

  return {
    state: () => state,
    ended: () => ended,
    dropped: () => outbound.dropped,
    ready,

    start: (at) =>
      turn(at, () => {
        deadline = at + (timeoutMs ?? Infinity);
        answer(
          () => store?.load() ?? [],
          (records) => {
            try {
              delivery.load(records);
              hasSession = !outbound.empty();
              loaded = true;
              dueAt = 0;
              onWork();
            } catch (error) {
              stop(error);
            }
          },
          stop,
        );
      }),

    dialling: (next, at) =>
      turn(at, () => {
        if (!connection) stage = next;
      }),

    connected: (credentials, at) =>
      turn(at, () => {
        if (connection || state.type !== 'connecting') return;
        const opened: Connection = makeConnection({
          ...options,
          ...credentials,
          clientId: credentials.clientId ?? options.clientId,
          decoders: DECODERS,
          onPacket(packet: Packet) {
            if (packet.type === CONNACK) return onConnack(opened, packet);
            delivery.onPacket(packet);
            subscriptions.onPacket(packet);
          },
        });
        reconnect.connected();
        outbound.readdress = credentials.readdress;
        connection = opened;
        stage = 'connect';
        dueAt = at + retry.silenceMs;
        opened.start();
        onWork();
      }),

    receive: (bytes, at) =>
      turn(at, () => {
        held.chunk++;
        if (connection) judge(connection.receive(bytes, at));
        else if (state.type === 'connecting')
          onLost(new MqttError('protocol-violation', stage, { reason: 'unexpected-packet' }));
      }),

    blocked: (blocked, at) =>
      turn(at, () => {
        outbound.blocked = blocked;
        if (!blocked) outbound.pump();
      }),

    lost: (cause, at) =>
      turn(at, () => {
        if (connection || state.type === 'connecting')
          onLost(errorOfDial(cause, connection ? 'connection-lost' : 'connect-failed', stage));
      }),

    wake(at) {
      actions.woken();
      return turn(at);
    },

    flush: (at) =>
      turn(at, () => {
        send();
        // There is room again for what was held up by what has just left.
        outbound.pump();
      }),

    publish(message, at) {
      if (refuses()) {
        message.settle(endError());
        return undefined;
      }
      const outgoing = outbound.publish(message, at);
      // So that the time at which it expires gets a timer.
      onWork();
      return outgoing;
    },

    post(message) {
      const takes = ready();
      if (takes) outbound.post(message);
      return takes;
    },

    withdraw(outgoing, error) {
      outbound.withdraw(outgoing, error);
      onWork();
    },

    subscribe(wanted) {
      if (refuses()) {
        wanted.onEnd(endError());
        return undefined;
      }
      const subscription = subscriptions.add(wanted);
      for (let left = unclaimed.size; left > 0; left--) {
        const message = unclaimed.take()!;
        (topicMatches(wanted.topicFilter, message.topicName) ? subscription : unclaimed).offer(message);
      }
      return subscription;
    },

    unsubscribe: subscriptions.remove,

    reconnect(hold = false, elsewhere = false) {
      planned = { hold, elsewhere };
      onWork();
    },

    close(ms) {
      drainMs = Math.min(ms, drainMs);
      onWork();
    },

    abort: stop,
  };
}
