import { observe } from '../values.ts';

/** A way to carry bytes: `tlsTransport`, `webSocketTransport`, or one of your own. */
export interface Transport {
  /** Shown to people, and in progress events. */
  readonly name: string;
  /** The port when the endpoint names none. Default: 8883. */
  readonly defaultPort?: number | undefined;
  /** Starts a dial and returns at once. The outcome comes through `events`. An error that it throws counts as a failed dial. */
  dial(target: DialTarget, events: TransportEvents): NetworkConnection;
}

/** The stages of a dial. `options`: credentials and target are being made. */
export type DialStage = 'options' | 'dns' | 'tcp' | 'proxy' | 'tls' | 'upgrade';

/** PEM, or another form that Node takes. Several of them where that makes sense. */
type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS options under Node's names, as plain data. A transport of another platform uses those that it knows. */
export interface TlsTarget {
  /** Trusted in place of the system's authorities. */
  readonly ca?: Pem | undefined;
  /** Client certificate with its chain. */
  readonly cert?: Pem | undefined;
  /** Private key of the client certificate. */
  readonly key?: Pem | undefined;
  /** Of an encrypted `key`. */
  readonly passphrase?: string | undefined;
  /** A cipher list of OpenSSL, for TLS 1.2 and 1.3. */
  readonly ciphers?: string | undefined;
  /** Lists of revoked certificates. */
  readonly crl?: Pem | undefined;
  /** Groups for the key exchange, with a colon between them. */
  readonly ecdhCurve?: string | undefined;
  /** Signature algorithms that the server may use, with a colon between them. */
  readonly sigalgs?: string | undefined;
  /** Default: TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** The name that the certificate is checked against, in place of the host. */
  readonly servername?: string | undefined;
  /** Used in place of the resolver of the operating system. */
  readonly lookup?: Lookup | undefined;
  /** 4 or 6 uses only addresses of this family. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** Only true is possible: the server's certificate is always checked. */
  readonly rejectUnauthorized?: true | undefined;
}

/** Used in place of the resolver of the operating system. It is asked for all addresses. */
export type Lookup = (
  host: string,
  options: { readonly all?: boolean | undefined; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  done: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => unknown;

/** Where a transport connects, and with what. */
export interface DialTarget {
  /** Host name or IP address. */
  readonly host: string;
  /** 1 to 65,535. */
  readonly port: number;
  /** URL of an HTTP proxy, with its credentials. */
  readonly proxy?: string | undefined;
  /** A transport without TLS ignores it. */
  readonly tls?: TlsTarget | undefined;
  /** Path of the WebSocket. Default: `/`. */
  readonly path?: string | undefined;
  /** Sub-protocols of the WebSocket. The server has to choose one of them. Default: none. */
  readonly protocols?: readonly string[] | undefined;
}

/** What a transport tells of a connection. */
export interface TransportEvents {
  /** The dial has reached this stage. A transport of your own need not call it. */
  stage(stage: DialStage): void;
  /** The connection is open. `protocol` is shown to people, for example `TLSv1.3`. */
  connected(protocol?: string): void;
  /** Bytes have come. The client may change them during the call; they may be reused after it. */
  data(bytes: Uint8Array): void;
  /** There is room again after a `send` that returned false. */
  drained?(): void;
  /** The end: the dial failed, or the peer or we closed the connection. */
  closed(error?: unknown): void;
}

/** One connection of a transport. */
export interface NetworkConnection {
  /**
   * Sends bytes, which belong to the transport until it calls `written`, if it does. Returns false when the peer reads too slowly;
   * `drained` is then called when there is room again. Bytes that are sent before that are kept all the same.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a transport of the first version returns nothing
  send(bytes: Uint8Array, written?: () => void): boolean | void;
  /** Closes the connection after what was sent. Cancels a dial. */
  close(): void;
  /** Frees everything at once. Without this function `close` is called. */
  abort?(): void;
}

/** Frees a connection at once. Errors and rejections of it are dropped. */
export function abort(connection: NetworkConnection): void {
  observe(() => (connection.abort ? connection.abort() : connection.close()));
}
