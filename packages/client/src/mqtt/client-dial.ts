import { CONNACK, type Packet } from '@mote/codec';
import { detach, disconnect, setState, stop } from './client-end.ts';
import type { ClientFields } from './client-fields.ts';
import { type ClientSession, makeClientSession } from './client-session.ts';
import { type LinkFailure, MqttError } from './error.ts';
import type { Plan } from './planned-reconnect.ts';

// How the general client gets its connections and loses them: when to dial, when to give up, when to close one that still works.

/** The next step: a planned reconnect, a Session that needs a new connection, a ping, a dial that took too long, or the next dial. */
export function nextStep(client: ClientFields): void {
  const { _session: session, _now: now } = client;
  const plan = client._loaded ? client._planned?.due(client._connection, session?.outbound, now) : undefined;
  if (plan) closeForReconnect(client, plan);
  const reason = session?.sweep(now);
  if (reason) {
    if (reason === 'passed-over') disconnect(client);
    else client._stage = 'subscribe';
    onFailure(client, { code: 'connection-lost', reason });
  } else if (now < client._dueAt) onFailure(client, client._connection?.wake(now));
  else if (client._state.type === 'connecting' && client._attempt) onFailure(client, { code: 'timed-out' });
  else dial(client);
  if (client._connection?.pending()) client._options.onWork();
}

/** Closes the connection in order for a planned reconnect. */
function closeForReconnect(client: ClientFields, { hold, elsewhere }: Plan): void {
  const cause = new MqttError('connection-lost', client._stage, { reason: 'planned' });
  client._planned = undefined;
  disconnect(client);
  hangUp(client);
  client._doubtful ||= elsewhere;
  wait(client, hold ? Infinity : 0, cause);
}

function wait(client: ClientFields, delayMs: number, cause: MqttError): void {
  client._dueAt = client._now + delayMs;
  setState(client, { type: 'waiting', delayMs, cause });
}

function dial(client: ClientFields): void {
  const { _recovery: recovery } = client;
  client._stage = 'options';
  client._dueAt = recovery.dialling(client._now);
  setState(client, { type: 'connecting', attempt: ++client._attempt });
  client._actions.push({ type: 'dial', route: recovery.route });
}

/** Handles CONNACK, if it accepts the connection, and all packets after it. */
export function onPacket(client: ClientFields, packet: Packet): void {
  if (packet.type !== CONNACK) {
    sessionOf(client).onPacket(packet);
    return;
  }
  const { sessionPresent } = packet;
  const { _now: now } = client;
  if (client._hasSession && !sessionPresent && client._options.onSessionLost === 'fail') {
    stop(client, new MqttError('session-lost', 'connect'));
    return;
  }
  // Messages that the server has kept for an earlier run may follow at once.
  (sessionPresent ? sessionOf(client) : client._session)?.attach(
    client._connection!,
    sessionPresent,
    client._doubtful,
    now,
  );
  client._hasSession = true;
  client._doubtful = false;
  client._dueAt = Infinity;
  client._stage = 'online';
  client._recovery.accepted(now);
  setState(client, { type: 'online', sessionPresent });
  client._session?.outbound.pump();
}

/** Returns the Session, and makes it first if there is none. */
export function sessionOf(client: ClientFields): ClientSession {
  if (!client._session) {
    client._session = makeClientSession(client._options, (error) => stop(client, error));
    if (client._state.type === 'online') client._session.attach(client._connection!, false, false, client._now);
  }
  return client._session;
}

/** Ends the connection, if it has failed. */
export function onFailure(client: ClientFields, failure: LinkFailure | undefined): void {
  // CONNACK 3, "server unavailable", is the only refusal that may end without any change on our side [table 3.1].
  const retryable = failure?.returnCode === 3 || undefined;
  if (failure) onLost(client, new MqttError(failure.code, client._stage, { ...failure, retryable }));
}

/** A dial has failed or a connection is lost: dial again after a delay, or stop. */
export function onLost(client: ClientFields, error: MqttError): void {
  const dialled = !client._connection;
  hangUp(client);
  const delayMs = client._recovery.delayAfter(error, dialled, client._now);
  if (delayMs === undefined) stop(client, error);
  else wait(client, delayMs, error);
}

/** Drops the connection or the dial. */
function hangUp(client: ClientFields): void {
  // CONNECT was not answered. The server may have made a new Session for it, and will say next time that this one is present.
  client._doubtful ||= client._stage === 'connect';
  client._recovery.lost(client._now);
  detach(client);
  client._actions.push({ type: 'hang-up' });
}
