import type { ConnectionFailure } from './connection.ts';

/** Every code has an entry in docs/errors.md. Match on `code`: `instanceof` fails when two copies of the package are loaded. */
export type MqttErrorCode =
  | 'invalid-options'
  | 'connect-failed'
  | 'proxy-failed'
  | 'tls-failed'
  | 'client-certificate-rejected'
  | 'websocket-failed'
  | ConnectionFailure['code']
  | 'subscribe-refused'
  | 'timed-out'
  /** There is no room for the message, or it was dropped for a newer one. */
  | 'queue-full'
  /** The message was not sent within `expiresAfterMs`. */
  | 'expired'
  /** The server has forgotten the Session, or the store could not keep it: what was under way may have arrived or not. */
  | 'session-lost'
  /** The client was closed. */
  | 'closed';

/** What was going on: a stage of the dial, waiting for CONNACK, or what the caller had asked for. */
export type MqttStage =
  | 'options'
  | 'dns'
  | 'tcp'
  | 'proxy'
  | 'tls'
  | 'upgrade'
  | 'connect'
  | 'online'
  | 'publish'
  | 'subscribe'
  | 'store'
  | 'disconnect';

export interface MqttErrorFields {
  /** Whether the same call may succeed later without any change to its options. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
  /** What is likely wrong, and what to do. */
  readonly hint?: string | undefined;
  /** A short word for programs: what exactly was met, such as `no-pingresp`. */
  readonly reason?: string | undefined;
  /** Of CONNACK. */
  readonly returnCode?: number | undefined;
  /** HTTP status of a proxy or a WebSocket upgrade. */
  readonly statusCode?: number | undefined;
  readonly packetType?: number | undefined;
  readonly packetId?: number | undefined;
}

/** What a promise of the client rejects with. `message` is made of code, reason and numbers; the full entry makes a sentence of them. */
export class MqttError extends Error implements MqttErrorFields {
  override readonly name: string = 'MqttError';
  readonly code: MqttErrorCode;
  readonly stage: MqttStage;
  readonly retryable: boolean = false;
  declare readonly cause?: unknown;
  declare readonly hint?: string;
  declare readonly reason?: string;
  declare readonly returnCode?: number;
  declare readonly statusCode?: number;
  declare readonly packetType?: number;
  declare readonly packetId?: number;

  constructor(code: MqttErrorCode, stage: MqttStage, fields: MqttErrorFields = {}, message?: string) {
    const { reason, returnCode, statusCode, packetType, packetId } = fields;
    super(
      message ??
        [code, reason, returnCode ?? statusCode ?? packetType, packetId].filter((part) => part !== undefined).join(' '),
    );
    this.code = code;
    this.stage = stage;
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) Object.assign(this, { [name]: value });
  }
}

/** What a transport rejects or closes with, as far as we look at it: a TransportError. */
export interface DialError {
  readonly kind: keyof typeof CODES;
  readonly retryable?: boolean;
  readonly reason?: string;
  readonly statusCode?: number;
}

const CODES = {
  dns: 'connect-failed',
  tcp: 'connect-failed',
  proxy: 'proxy-failed',
  tls: 'tls-failed',
  'client-certificate': 'client-certificate-rejected',
  upgrade: 'websocket-failed',
  closed: 'connection-lost',
  violation: 'protocol-violation',
  options: 'invalid-options',
} as const;

/** Of what was thrown or said at an end: our own error as it is, and around anything else one of these. */
export function errorOfDial(cause: unknown, code: MqttErrorCode, stage: MqttStage): MqttError {
  if (cause instanceof MqttError) return cause;
  const { kind, retryable, reason, statusCode } = (cause ?? {}) as Partial<DialError>;
  const known = kind !== undefined && Object.keys(CODES).includes(kind);
  return new MqttError(known ? CODES[kind] : code, stage, {
    cause,
    reason,
    statusCode,
    retryable: known ? retryable : true,
  });
}
