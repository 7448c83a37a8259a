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
   * `tls` (the default), `websocket`, `auto` (TLS, and WebSocket where the path is blocked), `tcp` without encryption, or one
   * of your own.
   */
  readonly transport?: 'tls' | 'websocket' | 'tcp' | 'auto' | Transport | undefined;
}

/** Those of `connect` in `@mote/client/lean`, where transports are values, so that a bundler takes only what is named. */
export interface LeanConnectOptions extends ConnectOptionsBase {
  /** `tlsTransport` by default, or several that are tried in turn until one stands. */
  readonly transport?: Transport | readonly Transport[] | undefined;
}

/** Options of a connection, whatever its transport. */
export interface ConnectOptionsBase {
  readonly host: string;
  /** 8883 with TLS, 443 with WebSocket, 1883 with TCP by default. */
  readonly port?: number | undefined;
  /** Of the WebSocket; `/mqtt` by default. */
  readonly path?: string | undefined;
  /** TLS options in Node's names, or a function that is asked for them before every dial. */
  readonly tls?: MqttTlsOptions | (() => MqttTlsOptions | Promise<MqttTlsOptions>) | undefined;
  /** `http://user:pass@host:port`, tunnelled through with CONNECT. */
  readonly proxy?: string | undefined;
  /** What the server knows this client by: no two may have the same. May be empty with `cleanSession`. */
  readonly clientId: string;
  /** Whether the server forgets the client with each connection; true by default. */
  readonly cleanSession?: boolean | undefined;
  /** Seconds, 0 to 65,535; 60 by default. 0: never ping, and so never notice a link that is dead. */
  readonly keepAlive?: number | undefined;
  /** What the server publishes for us when the connection is lost without `close`. */
  readonly will?: WillOptions | undefined;
  /** Or a function that is asked for them before every dial. */
  readonly credentials?: CredentialOptions | (() => CredentialOptions | Promise<CredentialOptions>) | undefined;
  /** PUBLISH packets of QoS 1 and 2 under way at once; 16 by default. */
  readonly window?: number | undefined;
  /** Bounds for messages that wait to be sent. */
  readonly queue?: QueueOptions | undefined;
  /** Keeps messages of QoS 1 and 2 over the end of the process. Memory by default. */
  readonly store?: SessionStore | undefined;
  readonly retry?: ReconnectRetryOptions | undefined;
  /** `resume`, the default: what was under way is sent again in the new Session. `fail`: the client stops with `session-lost`. */
  readonly onSessionLost?: 'resume' | 'fail' | undefined;
  /** Bytes; 262,144 by default. A larger packet of the server ends the connection. */
  readonly maxPacketSize?: number | undefined;
  /** Milliseconds that `connect` tries until it is accepted for the first time; 120,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** Given to `connect` it ends the attempt, given to `createClient` the client. */
  readonly signal?: AbortSignal | undefined;
  /** What these two throw is dropped: an observer cannot end a client. */
  readonly onState?: ((state: ClientState) => unknown) | undefined;
  /** Every packet, the password masked. */
  readonly onPacket?: ((direction: 'sent' | 'received', packet: Packet) => unknown) | undefined;
}

/** Those of `provision`, and a client certificate with its key. */
export type MqttTlsOptions = TlsOptions & {
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  readonly passphrase?: string | undefined;
};

/** The message that the server publishes when the connection is lost without `close` [MQTT-3.1.2-8]. */
export interface WillOptions {
  readonly topicName: string;
  readonly payload: Uint8Array | string;
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
}

/** User name and password of CONNECT. A password needs a user name [MQTT-3.1.2-22]. */
export interface CredentialOptions {
  readonly userName?: string | undefined;
  readonly password?: string | Uint8Array | undefined;
}

/** Bounds for messages that wait to be sent. */
export interface QueueOptions {
  /** 1000 by default. */
  readonly maxMessages?: number | undefined;
  /** 1,048,576 by default. */
  readonly maxBytes?: number | undefined;
  /** Which message gives way; `reject`, the default, refuses the new one. Whoever published it is told `queue-full`. */
  readonly whenFull?: WhenFull | undefined;
}

/** When a client dials again after a link was lost or a dial failed. */
export interface ReconnectRetryOptions {
  /** Milliseconds of the first back-off, before jitter; it doubles each time. 1000 by default. */
  readonly baseMs?: number | undefined;
  /** Ceiling of a back-off in milliseconds, before jitter; 60,000 by default. */
  readonly capMs?: number | undefined;
  /** Retries in a row; without end by default. */
  readonly attempts?: number | undefined;
  /** Milliseconds for which a link must have stood to begin the ladder anew; 30,000 by default. */
  readonly standMs?: number | undefined;
  /** Milliseconds of silence after which a dial or a CONNECT without answer is given up; 30,000 by default. */
  readonly silenceMs?: number | undefined;
}

/** How one message is published. */
export interface PublishOptions {
  /** 0 by default. */
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
  /** The promise rejects with its reason. What was sent already may still arrive. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the promise: it rejects with `timed-out` when the message is not acknowledged by then. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds after which a message that was not sent yet is not worth sending: `expired`. */
  readonly expiresAfterMs?: number | undefined;
}

/** How the messages of one Topic Filter come. */
export interface SubscribeOptions {
  /** 1 by default. */
  readonly qos?: QoS | undefined;
  /** Messages that are held for a loop or handler that is busy; 100 by default. */
  readonly highWater?: number | undefined;
  /**
   * What happens to more than that. `hold`, the default: they are not acknowledged, and QoS 0 is dropped. The other two drop and
   * acknowledge. What is dropped is counted in `dropped`.
   */
  readonly whenFull?: WhenHeld | undefined;
  /** `after`, the default: when the loop body or handler is done. `auto`: before. `manual`: with `message.ack()`. */
  readonly ack?: AckMode | undefined;
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
}

/** How long `close` waits. */
export interface CloseOptions {
  /** Milliseconds for what is queued and under way; 5000 by default. */
  readonly drainMs?: number | undefined;
}
