import type { ClientFields } from './client-fields.ts';
import type { ClientState } from './client-options.ts';
import { MqttError } from './error.ts';

// How the general client sends and how it ends: by `close` when everything is acknowledged, or by an error at once.

/** Whether calls of the application are refused. If they are, `tell` gets the error. */
export function refuses(client: ClientFields, tell?: (error: unknown) => void): boolean {
  const over = client._ended || !!client._drain;
  if (over) tell?.(stoppedBy(client) ?? new MqttError('closed', 'publish'));
  return over;
}

/** The error that has stopped the client. Undefined while it runs, and after `close`. */
function stoppedBy({ _state: state }: ClientFields): unknown {
  return (state as { readonly error?: unknown }).error;
}

/** Ends the client if it is closed and nothing is left to wait for. Returns whether it did. */
export function drained(client: ClientFields): boolean {
  const { _drain: drain, _loaded: loaded, _session: session } = client;
  const done = !!drain && (drain.over(client._now) || (loaded && session?.outbound.empty() !== false));
  if (done) end(client, { type: 'closed' }, new MqttError('closed', 'disconnect'));
  return done;
}

/** Ends the client with an error. */
export function stop(client: ClientFields, error: unknown): void {
  if (client._ended) return;
  end(client, { type: 'stopped', error }, error);
  // A store may call this outside of every turn: then only a flush takes the actions.
  client._options.onWork();
}

/** Ends the client. If the connection is open, the packets that are written and DISCONNECT are sent first. */
function end(client: ClientFields, last: ClientState, error: unknown): void {
  client._ended = true;
  disconnect(client);
  setState(client, last);
  detach(client);
  client._session?.close(error, stoppedBy(client));
  client._actions.push({ type: 'end' });
}

/** Writes DISCONNECT, if the connection is open, and sends everything that is written. */
export function disconnect(client: ClientFields): void {
  const { _connection: connection } = client;
  if (connection?.phase() === 'open') connection.disconnect();
  send(client);
}

/** Sends what was written in this turn. Messages of QoS 0 in it count as sent from now on. */
export function send({ _connection: connection, _session: session, _actions: actions, _now: now }: ClientFields): void {
  const bytes = connection?.flush(now);
  if (!bytes) return;
  actions.push({ type: 'send', bytes });
  session?.outbound.written();
}

/** Forgets the connection. The Session keeps what is under way for the next one. */
export function detach(client: ClientFields): void {
  client._connection = undefined;
  client._session?.detach();
}

/** Sets the state, and tells it to the driver. */
export function setState(client: ClientFields, state: ClientState): void {
  client._state = state;
  client._actions.push({ type: 'state', state });
}
