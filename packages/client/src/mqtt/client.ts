import type { ConnackPacket } from '@mote/codec';
import { Actions } from './actions.ts';
import type { Client, ClientAction, ClientOptions, ClientState } from './client-options.ts';
import { makeClientSession } from './client-session.ts';
import type { Connection } from './connection-options.ts';
import { errorOfDial, type LinkFailure, MqttError, type MqttStage } from './error.ts';
import { type Plan, PlannedLeave } from './planned-leave.ts';
import { Recovery } from './recovery.ts';
import { TimeLimit } from './time-limit.ts';

// The general client decides about connections: when to dial, when to give up, when to close. Everything that outlives a connection is
// in the Session.

/** Makes the machine of a client. It does nothing until `start`. */
export function makeClient(options: ClientOptions): Client {
  const { onWork, retry, timeoutMs = Infinity } = options;
  const session = makeClientSession(
    options,
    (cause) => stop(new MqttError('session-lost', 'store', { cause, reason: 'store-failed' })),
    () => (ended || closing ? (stoppedBy() ?? new MqttError('closed', 'publish')) : undefined),
  );
  const { outbound, held } = session;
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
    const dueNext = Math.min(recovery.deadline, dueAt, drain.at, leaving.at, session.wakeAt());
    return actions.take(ended ? Infinity : Math.min(dueNext, connection?.wakeAt() ?? Infinity));
  }

  /** What is due at this time: the end of `close`, the deadline of `connect`, or the next step. */
  function onTime(): void {
    const overdue = recovery.expired(now, state.type === 'connecting', stage);
    if (closing && (drain.over(now) || (loaded && outbound.empty())))
      end({ type: 'closed' }, new MqttError('closed', 'disconnect'));
    else if (overdue) stop(overdue);
    else go();
  }

  /** The next step: a planned reconnect, a Session that needs a new connection, a ping, a dial that took too long, or the next dial. */
  function go(): void {
    const plan = loaded ? leaving.due(connection, outbound, now) : undefined;
    if (plan) leave(plan);
    const trouble = session.sweep(now);
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
    if (elsewhere) session.doubt();
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

  function onConnack({ sessionPresent }: ConnackPacket): void {
    if (!session.attach(sessionPresent, now)) {
      stop(new MqttError('session-lost', 'connect'));
      return;
    }
    dueAt = Infinity;
    stage = 'online';
    recovery.accepted(now);
    tell({ type: 'online', sessionPresent });
    outbound.pump();
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
    if (stage === 'connect') session.doubt();
    recovery.lost(now);
    detach();
    actions.push({ type: 'hang-up' });
  }

  function detach(): void {
    connection = undefined;
    session.detach();
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
    session.close(error, stoppedBy());
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
    outbound.written();
  }

  function tell(next: ClientState): void {
    state = next;
    actions.push({ type: 'state', state });
  }

  const machine: Omit<Client, keyof typeof session.calls> = {
    state: () => state,
    ended: () => ended,

    start: (at) =>
      turn(at, () => {
        recovery.deadline = at + timeoutMs;
        session.load(() => {
          loaded = true;
          dueAt = 0;
          onWork();
        }, stop);
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
        connection = session.open(credentials, onConnack);
        connection.start();
        onWork();
      }),

    receive: (bytes, at) =>
      turn(at, () => {
        held.chunk++;
        if (connection) judge(connection.receive(bytes, at));
        else if (state.type === 'connecting') judge({ code: 'protocol-violation', reason: 'unexpected-packet' });
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
        // The buffer is empty now, so there is room for messages that waited for it.
        outbound.pump();
      }),

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
  // Assigned to the object of the Session, not to a new one: that would take 0.7 KB more for each client.
  return Object.assign(session.calls, machine);
}
