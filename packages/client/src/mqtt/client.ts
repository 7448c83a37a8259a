import type { Packet } from '@mote/codec';
import { nextStep, onFailure, onLost, onPacket, sessionOf } from './client-dial.ts';
import { drained, refuses, send, stop } from './client-end.ts';
import { ClientFields } from './client-fields.ts';
import type { Client, ClientAction, ClientState, Credentials } from './client-options.ts';
import { SESSION_DECODERS } from './client-session.ts';
import { MqttConnection } from './connection.ts';
import { errorOfDial, type MqttStage } from './error.ts';
import type { Message, Outgoing, PublishParts } from './outgoing.ts';
import { PlannedReconnect } from './planned-reconnect.ts';
import type { Subscription, SubscriptionOptions } from './subscription.ts';
import { TimeLimit } from './time-limit.ts';

type Turn = readonly ClientAction[];

/**
 * The machine of a client. It does nothing until `start`.
 * - It decides about connections. Everything that outlives a connection is in the Session.
 * - It is a class, so that all clients of a process share its methods. As closures those of client and connection took 3.9 KB of each.
 */
export class GeneralClient extends ClientFields implements Client {
  state(): ClientState {
    return this._state;
  }

  ended(): boolean {
    return this._ended;
  }

  dropped(): number {
    return this._session?.outbound.dropped ?? 0;
  }

  ready(): boolean {
    return !refuses(this) && sessionOf(this).outbound.ready();
  }

  start(at: number): Turn {
    const { timeoutMs = Infinity, store, onWork } = this._options;
    const begin = (left = false): void => {
      this._hasSession = left;
      this._loaded = true;
      this._dueAt = 0;
      onWork();
    };
    return turn(this, at, () => {
      this._recovery.deadline = at + timeoutMs;
      if (store) sessionOf(this).load(begin, (error) => stop(this, error));
      else begin();
    });
  }

  dialling(next: MqttStage, at: number): Turn {
    return turn(this, at, () => {
      if (!this._connection) this._stage = next;
    });
  }

  connected(credentials: Credentials, at: number): Turn {
    return turn(this, at, () => {
      const { _options: options, _state: state } = this;
      if (this._connection || state.type !== 'connecting') return;
      this._recovery.connected();
      this._stage = 'connect';
      this._dueAt = at + options.retry.silenceMs;
      if (credentials.readdress) sessionOf(this).outbound.readdress = credentials.readdress;
      this._connection = new MqttConnection({
        ...options,
        ...credentials,
        decoders: SESSION_DECODERS,
        onPacket: packetsOf(this),
      });
      this._connection.start();
      options.onWork();
    });
  }

  receive(bytes: Uint8Array, at: number): Turn {
    return turn(this, at, () => {
      const { _session: session, _connection: connection, _state: state } = this;
      if (session) session.subscriptions.queues.chunk++;
      if (connection) onFailure(this, connection.receive(bytes, at));
      else if (state.type === 'connecting')
        onFailure(this, { code: 'protocol-violation', reason: 'unexpected-packet' });
    });
  }

  blocked(blocked: boolean, at: number): Turn {
    return turn(this, at, () => {
      const { outbound } = sessionOf(this);
      outbound.blocked = blocked;
      outbound.pump();
    });
  }

  lost(cause: unknown, at: number): Turn {
    return turn(this, at, () => {
      const { _connection: connection, _state: state } = this;
      if (connection || state.type === 'connecting')
        onLost(this, errorOfDial(cause, connection ? 'connection-lost' : 'connect-failed', this._stage));
    });
  }

  wake(at: number): Turn {
    this._actions.woken();
    return turn(this, at);
  }

  flush(at: number): Turn {
    return turn(this, at, () => {
      send(this);
      // The buffer is empty now, so there is room for messages that waited for it.
      this._session?.outbound.pump();
    });
  }

  publish(message: Message, at: number): Outgoing | undefined {
    if (refuses(this, message.settle)) return undefined;
    const outgoing = sessionOf(this).outbound.publish(message, at);
    // The turn that follows sets a timer for the time at which the message expires.
    this._options.onWork();
    return outgoing;
  }

  post(message: PublishParts): boolean {
    const takes = this.ready();
    if (takes) this._session!.outbound.post(message);
    return takes;
  }

  withdraw(outgoing: Outgoing, error: unknown): void {
    this._session!.outbound.withdraw(outgoing, error);
    this._options.onWork();
  }

  subscribe(wanted: SubscriptionOptions): Subscription | undefined {
    return refuses(this, wanted.onEnd) ? undefined : sessionOf(this).subscriptions.add(wanted);
  }

  unsubscribe(subscription: Subscription, gone: () => void): void {
    this._session!.subscriptions.remove(subscription, gone);
  }

  reconnect(hold = false, elsewhere = false): void {
    this._planned ??= new PlannedReconnect();
    this._planned.plan = { hold, elsewhere };
    this._options.onWork();
  }

  close(ms: number): void {
    this._drain ??= new TimeLimit();
    this._drain.set(ms);
    this._options.onWork();
  }

  abort(error: unknown): void {
    stop(this, error);
  }
}

/** Made here, where nothing else is in reach: the function lives as long as the connection, and credentials must not. */
function packetsOf(client: ClientFields): (packet: Packet) => void {
  return (packet) => onPacket(client, packet);
}

/** Runs one event, and returns the actions that follow from it. */
function turn(client: ClientFields, at: number, happen?: () => void): Turn {
  client._now = at;
  if (!client._ended) {
    try {
      happen?.();
      // `happen` may have ended the client.
      if (!client._ended) onTime(client);
    } catch (error) {
      // Mistakes of the peer never get here. It is a bug of ours, or there is no memory: the client ends with this error as it is.
      stop(client, error);
    }
  }
  const { _planned: planned, _drain: drain, _session: session, _connection: connection } = client;
  const dueNext = Math.min(
    client._recovery.deadline,
    client._dueAt,
    planned?.at ?? Infinity,
    drain?.at ?? Infinity,
    session?.wakeAt() ?? Infinity,
    connection?.wakeAt() ?? Infinity,
  );
  return client._actions.take(client._ended ? Infinity : dueNext);
}

/** What is due at this time: the end of `close`, the deadline of `connect`, or the next step. */
function onTime(client: ClientFields): void {
  const overdue = client._recovery.expired(client._now, client._state.type === 'connecting', client._stage);
  if (drained(client)) return;
  if (overdue) stop(client, overdue);
  else nextStep(client);
}
