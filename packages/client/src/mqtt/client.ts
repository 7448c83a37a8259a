import { CONNACK, type Packet } from '@mote/codec';
import { Actions } from './actions.ts';
import type { Client, ClientAction, ClientOptions, ClientState } from './client-options.ts';
import { type ClientSession, makeClientSession, SESSION_DECODERS } from './client-session.ts';
import { makeConnection } from './connection.ts';
import type { Connection } from './connection-options.ts';
import { errorOfDial, type LinkFailure, MqttError, type MqttStage } from './error.ts';
import { type Plan, PlannedLeave } from './planned-leave.ts';
import { Recovery } from './recovery.ts';
import { TimeLimit } from './time-limit.ts';

// The general client decides about connections: when to dial, when to give up, when to close. Everything that outlives a connection is
// in the Session.

/** Makes the machine of a client. It does nothing until `start`. */
export function makeClient(options: ClientOptions): Client {
  const { onWork, retry, store, timeoutMs = Infinity } = options;
  /** Made when the first message, subscription or store needs it. An idle client has none, and so 8 KB less. */
  let session: ClientSession | undefined;
  /** Whether we have a Session that the server should know, too. If it then says that it has none, the Session is lost. */
  let hasSession = false;
  /** The server may have another Session of ours by now, so Session Present in the next CONNACK does not prove that it is this one. */
  let doubtful = false;
  const recovery = new Recovery(options);
  let leaving = new PlannedLeave();
  /** Set by `close`: how long to wait for queued and unacknowledged messages. */
  const drain = new TimeLimit();
  let closing = false;
  let state: ClientState = { type: 'connecting', attempt: 1 };
  let ended = false;
  const actions = new Actions<ClientAction>();
  let now = 0;
  let loaded = false;
  let connection: Connection | undefined;
  let stage: MqttStage = 'options';
  let attempt = 0;
  /** When the present dial, pause or wait for CONNACK ends by itself. */
  let dueAt = Infinity;

  /** The error that has stopped the client. Undefined while it runs, and after `close`. */
  const stoppedBy = (): unknown => (state as { readonly error?: unknown }).error;

  /** Whether calls of the application are refused. If they are, `tell` gets the error. */
  function refuses(tell?: (error: unknown) => void): boolean {
    const over = ended || closing;
    if (over) tell?.(stoppedBy() ?? new MqttError('closed', 'publish'));
    return over;
  }

  /** Returns the Session, and makes it first if there is none. */
  function needed(): ClientSession {
    if (!session) {
      session = makeClientSession(options, (cause) =>
        stop(new MqttError('session-lost', 'store', { cause, reason: 'store-failed' })),
      );
      if (state.type === 'online') session.attach(connection!, false, false, now);
    }
    return session;
  }

  /** Runs one event, and returns the actions that follow from it. */
  function turn(at: number, happen?: () => void): readonly ClientAction[] {
    now = at;
    if (!ended) {
      try {
        happen?.();
        // `happen` may have ended the client.
        if (!ended) onTime();
      } catch (error) {
        // Mistakes of the peer never get here. It is a bug of ours, or there is no memory: the client ends with this error as it is.
        stop(error);
      }
    }
    const dueNext = Math.min(recovery.deadline, dueAt, drain.at, leaving.at, session?.wakeAt() ?? Infinity);
    return actions.take(ended ? Infinity : Math.min(dueNext, connection?.wakeAt() ?? Infinity));
  }

  /** What is due at this time: the end of `close`, the deadline of `connect`, or the next step. */
  function onTime(): void {
    const overdue = recovery.expired(now, state.type === 'connecting', stage);
    if (closing && (drain.over(now) || (loaded && session?.outbound.empty() !== false)))
      end({ type: 'closed' }, new MqttError('closed', 'disconnect'));
    else if (overdue) stop(overdue);
    else go();
  }

  /** The next step: a planned reconnect, a Session that needs a new connection, a ping, a dial that took too long, or the next dial. */
  function go(): void {
    const plan = loaded ? leaving.due(connection, session?.outbound, now) : undefined;
    if (plan) leave(plan);
    const trouble = session?.sweep(now);
    if (trouble) {
      if (trouble === 'passed-over') goodbye();
      else stage = 'subscribe';
      judge({ code: 'connection-lost', reason: trouble });
    } else if (now < dueAt) judge(connection?.wake(now));
    else if (state.type === 'connecting' && attempt) judge({ code: 'timed-out' });
    else if (loaded) dial();
    if (connection?.pending()) onWork();
  }

  /** Closes the connection in order for a planned reconnect. */
  function leave({ hold, elsewhere }: Plan): void {
    const cause = new MqttError('connection-lost', stage, { reason: 'planned' });
    leaving = new PlannedLeave();
    goodbye();
    hangUp();
    doubtful ||= elsewhere;
    wait(hold ? Infinity : 0, cause);
  }

  function wait(delayMs: number, cause: MqttError): void {
    dueAt = now + delayMs;
    tell({ type: 'waiting', delayMs, cause });
  }

  function dial(): void {
    stage = 'options';
    dueAt = recovery.dialling(now);
    tell({ type: 'connecting', attempt: ++attempt });
    actions.push({ type: 'dial', route: recovery.route });
  }

  function onPacket(packet: Packet): void {
    if (packet.type !== CONNACK) {
      needed().onPacket(packet);
      return;
    }
    const { sessionPresent } = packet;
    if (hasSession && !sessionPresent && options.onSessionLost === 'fail') {
      stop(new MqttError('session-lost', 'connect'));
      return;
    }
    // Messages that the server has kept for an earlier run may follow at once.
    (sessionPresent ? needed() : session)?.attach(connection!, sessionPresent, doubtful, now);
    hasSession = true;
    doubtful = false;
    dueAt = Infinity;
    stage = 'online';
    recovery.accepted(now);
    tell({ type: 'online', sessionPresent });
    session?.outbound.pump();
  }

  function judge(failure: LinkFailure | undefined): void {
    if (!failure) return;
    // CONNACK 3, "server unavailable", is the only refusal that may end without any change on our side [table 3.1].
    onLost(new MqttError(failure.code, stage, { ...failure, retryable: failure.returnCode === 3 || undefined }));
  }

  /** A dial has failed or a connection is lost: dial again after a delay, or stop. */
  function onLost(error: MqttError): void {
    const dialled = !connection;
    hangUp();
    const delayMs = recovery.after(error, dialled, now);
    if (delayMs === undefined) stop(error);
    else wait(delayMs, error);
  }

  /** Drops the connection or the dial. */
  function hangUp(): void {
    // CONNECT was not answered. The server may have made a new Session for it, and will say next time that this one is present.
    doubtful ||= stage === 'connect';
    recovery.lost(now);
    detach();
    actions.push({ type: 'hang-up' });
  }

  function detach(): void {
    connection = undefined;
    session?.detach();
  }

  /** Ends the client with an error. */
  function stop(error: unknown): void {
    if (ended) return;
    end({ type: 'stopped', error }, error);
    // A store may call this outside of every turn: then only a flush takes the actions.
    onWork();
  }

  /** Ends the client. If the connection is open, the packets that are written and DISCONNECT are sent first. */
  function end(last: ClientState, error: unknown): void {
    ended = true;
    goodbye();
    tell(last);
    detach();
    session?.close(error, stoppedBy());
    actions.push({ type: 'end' });
  }

  /** Writes DISCONNECT, if the connection is open, and sends everything that is written. */
  function goodbye(): void {
    if (connection?.phase() === 'open') connection.disconnect();
    send();
  }

  function send(): void {
    const bytes = connection?.flush(now);
    if (!bytes) return;
    actions.push({ type: 'send', bytes });
    session?.outbound.written();
  }

  function tell(next: ClientState): void {
    state = next;
    actions.push({ type: 'state', state });
  }

  const client: Client = {
    state: () => state,
    ended: () => ended,
    dropped: () => session?.outbound.dropped ?? 0,
    ready: () => !refuses() && needed().outbound.ready(),

    start: (at) =>
      turn(at, () => {
        const begin = (left = false): void => {
          hasSession = left;
          loaded = true;
          dueAt = 0;
          onWork();
        };
        recovery.deadline = at + timeoutMs;
        if (store) needed().load(begin, stop);
        else begin();
      }),

    dialling: (next, at) =>
      turn(at, () => {
        if (!connection) stage = next;
      }),

    connected: (credentials, at) =>
      turn(at, () => {
        if (connection || state.type !== 'connecting') return;
        recovery.connected();
        stage = 'connect';
        dueAt = at + retry.silenceMs;
        if (credentials.readdress) needed().outbound.readdress = credentials.readdress;
        connection = makeConnection({
          ...options,
          ...credentials,
          decoders: SESSION_DECODERS,
          onPacket,
        });
        connection.start();
        onWork();
      }),

    receive: (bytes, at) =>
      turn(at, () => {
        if (session) session.subscriptions.held.chunk++;
        if (connection) judge(connection.receive(bytes, at));
        else if (state.type === 'connecting') judge({ code: 'protocol-violation', reason: 'unexpected-packet' });
      }),

    blocked: (blocked, at) =>
      turn(at, () => {
        needed().outbound.blocked = blocked;
        if (!blocked) session!.outbound.pump();
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
        // The buffer is empty now, so there is room for messages that waited for it.
        session?.outbound.pump();
      }),

    publish(message, at) {
      if (refuses(message.settle)) return undefined;
      const outgoing = needed().outbound.publish(message, at);
      // The turn that follows sets a timer for the time at which the message expires.
      onWork();
      return outgoing;
    },

    post(message) {
      const takes = client.ready();
      if (takes) session!.outbound.post(message);
      return takes;
    },

    withdraw(outgoing, error) {
      session!.outbound.withdraw(outgoing, error);
      onWork();
    },

    subscribe(wanted) {
      if (refuses(wanted.onEnd)) return undefined;
      return needed().subscriptions.add(wanted);
    },

    unsubscribe: (subscription, gone) => session!.subscriptions.remove(subscription, gone),

    reconnect(hold = false, elsewhere = false) {
      leaving.plan = { hold, elsewhere };
      onWork();
    },

    close(ms) {
      closing = true;
      drain.set(ms);
      onWork();
    },

    abort: stop,
  };
  return client;
}
