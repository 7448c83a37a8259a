import type { ConnectionOptions } from 'node:tls';
import type { DialStage } from '../core/stage.ts';
import { observe } from '../observe.ts';

/** How bytes reach the service: `tlsTransport`, `webSocketTransport`, or one of your own. */
export interface Transport {
  readonly name: string;
  /** Taken when the endpoint names none; 8883 unless told. */
  readonly defaultPort?: number;
  /** Returns at once; the outcome comes through `events`. What it throws counts as a failed dial. */
  dial(target: DialTarget, events: TransportEvents): Connection;
}

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** URL with credentials, if traffic goes through an HTTP proxy. */
  readonly proxy?: string | undefined;
  /** TLS options of the caller and the client certificate, in Node's names. */
  readonly tls: ConnectionOptions;
}

export interface TransportEvents {
  /** The dial has come this far. A transport of your own may leave it out. */
  stage(stage: DialStage): void;
  /** Bytes can be sent. `protocol` is for people, such as `TLSv1.3`. */
  connected(protocol?: string): void;
  /** The bytes are not kept beyond the call. */
  data(bytes: Uint8Array): void;
  /** There is room again, after a `send` that returned false. */
  drained?(): void;
  /** Nothing more will come: the dial failed, the peer ended it, or we did. */
  closed(error?: unknown): void;
}

export interface Connection {
  /** Takes the bytes over. Calls `written` when it needs them no more, if it can tell. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a transport of the first version returns nothing
  send(bytes: Uint8Array, written?: () => void): boolean | void;
  /** Ends it in good order after what was sent; aborts a dial. */
  close(): void;
  /** Frees everything at once. `close` is called where there is none. */
  abort?(): void;
}

/** Frees everything at once. What a connection throws then, or rejects with, is of no use to anybody. */
export function abort(connection: Connection): void {
  observe(() => (connection.abort ? connection.abort() : connection.close()));
}
