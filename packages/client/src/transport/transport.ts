import { observe } from '../values.ts';

/** How bytes reach the service: `tlsTransport`, `webSocketTransport`, or one of your own. */
export interface Transport {
  readonly name: string;
  /** Taken when the endpoint names none; 8883 unless told. */
  readonly defaultPort?: number;
  /** Returns at once; the outcome comes through `events`. What it throws counts as a failed dial. */
  dial(target: DialTarget, events: TransportEvents): NetworkConnection;
}

/** The stages of a dial; `options` while it is made up. */
export type DialStage = 'options' | 'dns' | 'tcp' | 'proxy' | 'tls' | 'upgrade';

/** PEM, or what Node takes for it; several of them where that makes sense. */
type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** What TLS is to use, in Node's names but as plain data: a transport of another platform reads what it knows of it. */
export interface TlsTarget {
  readonly ca?: Pem | undefined;
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  readonly passphrase?: string | undefined;
  readonly ciphers?: string | undefined;
  readonly crl?: Pem | undefined;
  readonly ecdhCurve?: string | undefined;
  readonly sigalgs?: string | undefined;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Checked against the certificate in place of the host. */
  readonly servername?: string | undefined;
  readonly lookup?: Lookup | undefined;
  /** 4 or 6 to leave the other addresses out. */
  readonly family?: 0 | 4 | 6 | undefined;
  readonly rejectUnauthorized?: true | undefined;
}

/** Instead of the resolver of the operating system; it is asked for all addresses. */
export type Lookup = (
  host: string,
  options: { readonly all?: boolean | undefined; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  done: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => unknown;

export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** URL with credentials, if traffic goes through an HTTP proxy. */
  readonly proxy?: string | undefined;
  readonly tls?: TlsTarget | undefined;
  /** Of a WebSocket; `/` by default. */
  readonly path?: string | undefined;
  /** Sub-protocols of a WebSocket, the one of which the server has to take; none by default. */
  readonly protocols?: readonly string[] | undefined;
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

export interface NetworkConnection {
  /**
   * Takes the bytes over. Calls `written` when it needs them no more, if it can tell. False: the peer does not keep up, and
   * `drained` will say when there is room again; what is sent before is kept all the same.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a transport of the first version returns nothing
  send(bytes: Uint8Array, written?: () => void): boolean | void;
  /** Ends it in good order after what was sent; aborts a dial. */
  close(): void;
  /** Frees everything at once. `close` is called where there is none. */
  abort?(): void;
}

/** Frees everything at once. What a connection throws then, or rejects with, is of no use to anybody. */
export function abort(connection: NetworkConnection): void {
  observe(() => (connection.abort ? connection.abort() : connection.close()));
}
