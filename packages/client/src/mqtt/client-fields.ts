import { Actions } from './actions.ts';
import type { ClientAction, ClientOptions, ClientState } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import type { Connection } from './connection-options.ts';
import type { MqttStage } from './error.ts';
import type { PlannedReconnect } from './planned-reconnect.ts';
import { Recovery } from './recovery.ts';
import type { TimeLimit } from './time-limit.ts';

/**
 * What the machine of a client remembers from one event to the next. Its methods are in client.ts, and what they do in client-dial.ts and
 * client-end.ts. The interface `Client` shows none of these fields.
 */
export class ClientFields {
  declare readonly _options: ClientOptions;
  declare readonly _recovery: Recovery;
  readonly _actions: Actions<ClientAction> = new Actions();
  _state: ClientState = { type: 'connecting', attempt: 1 };
  _ended = false;
  _now = 0;
  /** Whether the store is read, or there is none. */
  _loaded = false;
  _attempt = 0;
  /** When the present dial, pause or wait for CONNACK ends by itself. */
  _dueAt: number = Infinity;
  _stage: MqttStage = 'options';
  _connection: Connection | undefined;
  /** Made when the first message, subscription or store needs it. An idle client has none, and so 8 KB less. */
  _session: ClientSession | undefined;
  /**
   * Whether we have a Session that the server should know, too. If it then says that it has none, the Session is lost. Known from `_loaded`
   * on.
   */
  _hasSession: boolean | undefined;
  /** The server may have another Session of ours by now, so Session Present in the next CONNACK does not prove that it is this one. */
  _doubtful = false;
  /** A planned reconnect. */
  _planned: PlannedReconnect | undefined;
  /** Set by `close`: how long to wait for queued and unacknowledged messages. */
  _drain: TimeLimit | undefined;

  constructor(options: ClientOptions) {
    this._options = options;
    this._recovery = new Recovery(options);
  }
}
