import type { ConnectionFailure } from '../mqtt/connection.ts';
import { dialCodeOf } from '../mqtt/dial-codes.ts';
import { CodedError, messageOf } from '../values.ts';
import type { DialStage, Stage } from './stage.ts';

/** Every code has an entry in docs/errors.md. Match on `code`: `instanceof` fails when two copies of the package are loaded. */
export type ProvisioningErrorCode =
  | 'invalid-options'
  | 'connect-failed'
  | 'proxy-failed'
  | 'tls-failed'
  | 'client-certificate-rejected'
  | 'websocket-failed'
  | 'connection-refused'
  | 'connection-lost'
  | 'protocol-violation'
  | 'subscribe-refused'
  | 'unauthorized'
  | 'not-found'
  | 'throttled'
  | 'service-error'
  | 'registration-failed'
  | 'registration-disabled'
  | 'bad-request'
  | 'timed-out';

export interface ProvisioningErrorFields {
  /** Whether the same call may succeed later without any change to its options. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
  /** What is likely wrong, and what to do. */
  readonly hint?: string | undefined;
  /** A short word for programs: what exactly was met, such as `no-pingresp`. */
  readonly reason?: string | undefined;
  /** True when the service asks to wait `retryAfter` seconds, which do not fit the deadline. */
  readonly overdue?: boolean | undefined;
  /** Authentication schemes that a proxy asks for. */
  readonly schemes?: readonly string[] | undefined;
  readonly packetType?: number | undefined;
  readonly packetId?: number | undefined;
  /** Of CONNACK. */
  readonly returnCode?: number | undefined;
  /** HTTP status of a WebSocket upgrade or proxy, or the status in the service's answer topic. */
  readonly statusCode?: number | undefined;
  /** Six digits, from the service. */
  readonly errorCode?: number | undefined;
  /** What Azure support asks for. */
  readonly trackingId?: string | undefined;
  /** Seconds the service asked us to wait. */
  readonly retryAfter?: number | undefined;
  /** Of the registration: `failed`, `disabled`, ... */
  readonly status?: string | undefined;
  /** The service's answer: parsed JSON, or its text when it is none. */
  readonly response?: unknown;
}

/** What a transport throws or closes with, as far as we look at it: a TransportError. */
type DialError = ProvisioningErrorFields & { readonly stage: DialStage };

/** `message` is made of code, reason and numbers where none is given; the full entry makes a sentence of them. */
export class ProvisioningError extends CodedError implements ProvisioningErrorFields {
  override readonly name: string = 'ProvisioningError';
  declare readonly code: ProvisioningErrorCode;
  declare readonly stage: Stage;
  declare readonly retryable: boolean;
  declare readonly cause?: unknown;
  declare readonly hint?: string;
  declare readonly reason?: string;
  declare readonly overdue?: boolean;
  declare readonly schemes?: readonly string[];
  declare readonly packetType?: number;
  declare readonly packetId?: number;
  declare readonly returnCode?: number;
  declare readonly statusCode?: number;
  declare readonly errorCode?: number;
  declare readonly trackingId?: string;
  declare readonly retryAfter?: number;
  declare readonly status?: string;
  declare readonly response?: unknown;

  constructor(code: ProvisioningErrorCode, stage: Stage, message?: string, fields: ProvisioningErrorFields = {}) {
    const { retryable = false, reason, returnCode, statusCode, errorCode } = fields;
    super(message ?? [code, reason, returnCode ?? statusCode, errorCode], { ...fields, retryable, code, stage });
  }

  /** Plain data for logs: Error hides its own name and message from JSON.stringify. */
  toJSON(): object {
    return { ...this, message: this.message, cause: plain(this.cause) };
  }
}

/**
 * Of what was thrown or said at the end of a dial or connection: our own error as it is, and around anything else one of these.
 * A transport knows what broke the rules of its own protocol, but not how far the talk above it had come: `stands`.
 */
export function errorFrom(cause: unknown, stage: Stage, stands: boolean): ProvisioningError {
  if (cause instanceof ProvisioningError) return cause;
  const known = dialCodeOf(cause);
  const { stage: at, retryable, reason, statusCode, schemes, cause: inner = cause } = Object(cause) as DialError;
  const code = known ?? (stands ? 'connection-lost' : 'connect-failed');
  const fields = known ? { retryable, reason, statusCode, schemes, cause: inner } : { retryable: true, cause };
  const place = known && !(stands && known === 'protocol-violation') ? at : stage;
  return new ProvisioningError(code, place, messageOf(cause) ?? 'closed by the peer', fields);
}

/** Made of code, reason and numbers. */
export function errorOf(
  code: ProvisioningErrorCode,
  stage: Stage,
  reason: string,
  fields?: ProvisioningErrorFields,
): ProvisioningError {
  return new ProvisioningError(code, stage, undefined, { ...fields, reason });
}

/** Of a connection that is of no use any more. */
export function errorOfConnection(failure: ConnectionFailure, stage: Stage): ProvisioningError {
  const { code, reason, returnCode } = failure;
  return errorOf(code, stage, reason, { ...failure, retryable: code === 'connection-lost' || returnCode === 3 });
}

/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export function refuse(option: string, wanted: string): never {
  throw new ProvisioningError('invalid-options', 'options', `${option}: ${wanted}`);
}

function plain(cause: unknown): unknown {
  const message = messageOf(cause);
  const { name, code, toJSON } = Object(cause) as Record<string, unknown>;
  return message === undefined || toJSON ? cause : { name, code, message };
}
