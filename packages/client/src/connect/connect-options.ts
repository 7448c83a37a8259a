import type { Packet, QoS } from '@mote/codec';
import type { ClientState } from '../mqtt/client-options.ts';
import type { WhenFull } from '../mqtt/outgoing.ts';
import type { SessionStore } from '../mqtt/store.ts';
import type { AckMode, WhenHeld } from '../mqtt/subscription.ts';
import type { TlsOptions } from '../tls-options.ts';
import type { Transport } from '../transport/transport.ts';

/** Options of `connect` and `createClient`. */
export interface ConnectOptions extends ConnectOptionsBase {
  /**
   * `tls` (the default), `websocket`, `auto` (TLS, or WebSocket if the way is blocked), `tcp` (without encryption), or a transport of
   * your own.
   */
  readonly transport?: 'tls' | 'websocket' | 'tcp' | 'auto' | Transport | undefined;
}

/** Options of `connect` in `@mote/client/lean`. There a transport is a value, not a name: so a bundle has only those that you import. */
export interface LeanConnectOptions extends ConnectOptionsBase {
  /** Default `tlsTransport`. Several are tried in turn until one connects. */
  readonly transport?: Transport | readonly Transport[] | undefined;
  /** There is none here: `throughProxy(transport, url)` is a transport with a proxy. */
  readonly proxy?: undefined;
}

/** Options of a connection that do not depend on how a transport is named. */
export interface ConnectOptionsBase {
  /** Host name or IP address, without a port. */
  readonly host: string;
  /** Default 8883 with TLS, 443 with WebSocket, 1883 with TCP. */
  readonly port?: number | undefined;
  /** Path of the WebSocket. Default `/mqtt`. */
  readonly path?: string | undefined;
  /** TLS options, with the names of Node, or a function that returns them. It is called before every dial. */
  readonly tls?: MqttTlsOptions | (() => MqttTlsOptions | Promise<MqttTlsOptions>) | undefined;
  /** URL of an HTTP proxy, `http://user:pass@host:port`. The connection goes through it in a tunnel (CONNECT). */
  readonly proxy?: string | undefined;
  /** The Client Identifier. The server disconnects a client when another one comes with the same. It may be empty with `cleanSession`. */
  readonly clientId: string;
  /** Whether the server forgets subscriptions and messages when the connection ends. Default true. */
  readonly cleanSession?: boolean | undefined;
  /** Seconds, 0 to 65,535. Default 60. With 0 the client sends no pings, and cannot notice that a connection is dead. */
  readonly keepAlive?: number | undefined;
  /** The message that the server publishes if the connection ends without `close`. */
  readonly will?: WillOptions | undefined;
  /** User name and password, or a function that returns them. It is called before every dial. */
  readonly credentials?: CredentialOptions | (() => CredentialOptions | Promise<CredentialOptions>) | undefined;
  /** Most PUBLISH packets of QoS 1 and 2 that may be unacknowledged at once. Default 16. */
  readonly window?: number | undefined;
  /** Limits for messages that wait to be sent. */
  readonly queue?: QueueOptions | undefined;
  /** Keeps messages of QoS 1 and 2 when the process ends. Default: in memory only. */
  readonly store?: SessionStore | undefined;
  /** When the client dials again. */
  readonly retry?: ReconnectRetryOptions | undefined;
  /**
   * If the server has lost the Session. `resume`, the default: unacknowledged messages are sent again in the new one. `fail`: the client
   * stops with `session-lost`.
   */
  readonly onSessionLost?: 'resume' | 'fail' | undefined;
  /** Most bytes of a packet from the server. Default 262,144. A larger one ends the connection. */
  readonly maxPacketSize?: number | undefined;
  /** Milliseconds that `connect` tries until the server has accepted it once. Default 120,000. */
  readonly timeoutMs?: number | undefined;
  /** With `connect` it aborts the attempt, with `createClient` it ends the client. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each change of the state. What it throws is ignored, here and in `onPacket`: an observer cannot end a client. */
  readonly onState?: ((state: ClientState) => unknown) | undefined;
  /** Called for each packet. Passwords in it are masked. */
  readonly onPacket?: ((direction: 'sent' | 'received', packet: Packet) => unknown) | undefined;
}

/** The TLS options of `provision`, and a client certificate with its private key. */
export type MqttTlsOptions = TlsOptions & {
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  readonly passphrase?: string | undefined;
};

/** The message that the server publishes when the connection is lost without `close` [MQTT-3.1.2-8]. */
export interface WillOptions {
  readonly topicName: string;
  /** Text is sent as UTF-8. */
  readonly payload: Uint8Array | string;
  /** Default 0. */
  readonly qos?: QoS | undefined;
  /** Whether the server keeps it for later subscribers. Default false. */
  readonly retain?: boolean | undefined;
}

/** User name and password of CONNECT. A password needs a user name [MQTT-3.1.2-22]. */
export interface CredentialOptions {
  readonly userName?: string | undefined;
  /** Text is sent as UTF-8. */
  readonly password?: string | Uint8Array | undefined;
}

/** Limits for messages that wait to be sent. */
export interface QueueOptions {
  /** Default 1000. */
  readonly maxMessages?: number | undefined;
  /** Most bytes of their packets. Default 1,048,576. */
  readonly maxBytes?: number | undefined;
  /** Which message is dropped. `reject`, the default, refuses the new one. Its `publish` rejects with `queue-full`. */
  readonly whenFull?: WhenFull | undefined;
}

/** When a client dials again after a connection was lost or a dial failed. */
export interface ReconnectRetryOptions {
  /** Milliseconds of the first delay, before jitter. It doubles with each failure. Default 1000. */
  readonly baseMs?: number | undefined;
  /** Milliseconds of the longest delay, before jitter. Default 60,000. */
  readonly capMs?: number | undefined;
  /** Most retries in a row. Default: no limit. */
  readonly attempts?: number | undefined;
  /** Milliseconds that a connection must last before the delays begin again at `baseMs`. Default 30,000. */
  readonly standMs?: number | undefined;
  /** Milliseconds after which a dial, or a CONNECT without an answer, is given up. Default 30,000. */
  readonly silenceMs?: number | undefined;
}

/** How one message is published. */
export interface PublishOptions {
  /** Default 0. */
  readonly qos?: QoS | undefined;
  /** Whether the server keeps it for later subscribers. Default false. */
  readonly retain?: boolean | undefined;
  /**
   * When it aborts, the promise rejects with its reason. A message that was already sent may still arrive: with a connection and room in
   * the window it counts as sent when `publish` returns, so an abort in the same turn does not hold it back.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the promise rejects with `timed-out`, if the message is not acknowledged. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds after which a message that was not sent yet is dropped, with `expired`. Default: no limit. */
  readonly expiresAfterMs?: number | undefined;
}

/** How the messages of one Topic Filter are delivered. */
export interface SubscribeOptions {
  /** The QoS to ask for. Default 1. */
  readonly qos?: QoS | undefined;
  /** Most messages that wait while the loop or handler is busy. Default 100. */
  readonly highWater?: number | undefined;
  /**
   * What happens to more messages. `hold`, the default: QoS 1 and 2 are not acknowledged, so the server keeps them; QoS 0 is dropped. The
   * other two drop one message and acknowledge it. `dropped` counts them.
   */
  readonly whenFull?: WhenHeld | undefined;
  /** When a message is acknowledged. `after`, the default: after loop body or handler. `auto`: before. `manual`: by `message.ack()`. */
  readonly ack?: AckMode | undefined;
  /**
   * When it aborts, the subscription ends. If the server has not answered yet, `granted` rejects with its reason. An abort in the same turn
   * as `subscribe` may come after SUBSCRIBE is written: then UNSUBSCRIBE follows.
   */
  readonly signal?: AbortSignal | undefined;
}

/** How long `close` waits. */
export interface CloseOptions {
  /** Milliseconds to wait for messages that are queued or unacknowledged. Default 5000. */
  readonly drainMs?: number | undefined;
}
