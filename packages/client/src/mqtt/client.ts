import type { ConnackPacket } from '@mote/codec';
import { Actions } from './actions.ts';
import type { Client, ClientAction, ClientOptions, ClientState } from './client-options.ts';
import { makeClientSession } from './client-session.ts';
import type { Connection } from './connection.ts';
import { errorOfDial, type LinkFailure, MqttError, type MqttStage } from './error.ts';
import { type Plan, PlannedLeave } from './planned-leave.ts';
import { Recovery } from './recovery.ts';
import { TimeLimit } from './time-limit.ts';

// The general client: which connection there is, and what comes next. What outlives connections is the Session's.

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
  /** Since `close`: for what is queued and under way. */
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
  /** When a dial, a pause or the wait for CONNACK is over by itself. */
  let dueAt = Infinity;

  /** Why it has ended, unless that was in good order. */
  const stoppedBy = (): unknown => (state as { readonly error?: unknown }).error;

  /** Lets something happen, and gives out what follows from it. */
  function turn(at: number, happen?: () => void): readonly ClientAction[] {
    now = at;
    if (!ended) {
      try {
        happen?.();
        // It may have ended just now.
        if (!ended) onTime();
      } catch (error) {
        // A mistake of ours, or no memory: it ends this client as what it is.
        stop(error);
      }
    }
    const dueNext = Math.min(recovery.deadline, dueAt, drain.at, leaving.at, session.wakeAt());
    return actions.take(ended ? Infinity : Math.min(dueNext, connection?.wakeAt() ?? Infinity));
  }

  function onTime(): void {
    const overdue = recovery.expired(now, state.type === 'connecting', stage);
    if (closing && (drain.over(now) || (loaded && outbound.empty())))
      end({ type: 'closed' }, new MqttError('closed', 'disconnect'));
    else if (overdue) stop(overdue);
    else go();
  }

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
    // CONNACK 3, "server unavailable", is the one refusal that time alone may mend [table 3.1].
    onLost(new MqttError(failure.code, stage, { ...failure, retryable: failure.returnCode === 3 || undefined }));
  }

  /** The dial or the connection is of no use any more. */
  function onLost(error: MqttError): void {
    const dialled = !connection;
    hangUp();
    const delayMs = recovery.after(error, dialled, now);
    if (delayMs === undefined) stop(error);
    else wait(delayMs, error);
  }

  function hangUp(): void {
    // CONNECT was not answered: the server may have begun a Session, and say that it is present next time.
    if (stage === 'connect') session.doubt();
    recovery.lost(now);
    detach();
    actions.push({ type: 'hang-up' });
  }

  function detach(): void {
    connection = undefined;
    session.detach();
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
    goodbye();
    tell(last);
    detach();
    session.close(error, stoppedBy());
    actions.push({ type: 'end' });
  }

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
        // There is room again for what was held up by what has just left.
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
  // Into the object that is there: a third one takes 0.7 KB more for each client.
  return Object.assign(session.calls, machine);
}
