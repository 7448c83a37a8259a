import type { ConnectionFailure } from '../mqtt/connection-options.ts';
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

/** Fields of a ProvisioningError besides code and stage. Each is there only if something is known. */
export interface ProvisioningErrorFields {
  /** True when the same call, with the same options, may succeed later. */
  readonly retryable?: boolean | undefined;
  /** The error from which this one was made: one of Node, of a transport, or of a function of the application. */
  readonly cause?: unknown;
  /** The likely cause, and what to do. Undefined when no cause is likelier than others. */
  readonly hint?: string | undefined;
  /** A short word for programs that says more than `code`, such as `no-pingresp`. */
  readonly reason?: string | undefined;
  /** True when the service asked to wait `retryAfter` seconds, and that is longer than the time left before the deadline. */
  readonly overdue?: boolean | undefined;
  /** Authentication schemes that the proxy offers, such as `Basic`. */
  readonly schemes?: readonly string[] | undefined;
  /** Type of the packet that the peer should not have sent, 1 to 14. */
  readonly packetType?: number | undefined;
  /** Packet Identifier of that packet. */
  readonly packetId?: number | undefined;
  /** The return code of CONNACK, 1 to 5. */
  readonly returnCode?: number | undefined;
  /** The HTTP status of a WebSocket upgrade or of a proxy, or the status in the topic of the service's answer. */
  readonly statusCode?: number | undefined;
  /** The service's own error number, six digits. */
  readonly errorCode?: number | undefined;
  /** Identifies the request in the service's logs. Azure support asks for it. */
  readonly trackingId?: string | undefined;
  /** Seconds that the service asked us to wait. */
  readonly retryAfter?: number | undefined;
  /** The registration status in the answer: `failed`, `disabled`, ... */
  readonly status?: string | undefined;
  /** The body of the service's answer, secrets masked: parsed JSON, or its first 2,048 characters when it is not JSON. */
  readonly response?: unknown;
}

/** The fields of a TransportError that are read here. A transport throws one, or closes with one. */
type DialError = ProvisioningErrorFields & { readonly name?: string; readonly stage: DialStage };

/**
 * Without a `message` of its own it gets one made of code, reason and numbers. The full entry puts a sentence in its place.
 *
 * @example
 * try {
 *   await provision({ idScope: '0ne00ABCDEF', registrationId: 'sensor-18', attestation: symmetricKey(key) });
 * } catch (error) {
 *   if (!(error instanceof ProvisioningError)) throw error;
 *   console.log(error.code, error.stage, error.hint, error.retryable);
 * }
 */
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
}

/**
 * The ProvisioningError for the end of a dial or connection. An error of ours is returned as it is; anything else becomes the
 * cause of a new one. `stands` says whether MQTT was already spoken, which the transport cannot know.
 */
export function errorFrom(cause: unknown, stage: Stage, stands: boolean): ProvisioningError {
  const known = dialCodeOf(cause);
  const { name, stage: at, retryable, reason, statusCode, schemes, cause: inner = cause } = Object(cause) as DialError;
  // Not by its class: each entry that is loaded has one of its own.
  if (name === 'ProvisioningError') return cause as ProvisioningError;
  const code = known ?? (stands ? 'connection-lost' : 'connect-failed');
  const fields = known ? { retryable, reason, statusCode, schemes, cause: inner } : { retryable: true, cause };
  const place = known && !(stands && known === 'protocol-violation') ? at : stage;
  return new ProvisioningError(code, place, messageOf(cause) ?? 'closed by the peer', fields);
}

/** A ProvisioningError of this code and stage, for this reason. */
export function errorOf(
  code: ProvisioningErrorCode,
  stage: Stage,
  reason: string,
  fields?: ProvisioningErrorFields,
): ProvisioningError {
  return new ProvisioningError(code, stage, undefined, { ...fields, reason });
}

/** The ProvisioningError for the failure of an MQTT connection. */
export function errorOfConnection(failure: ConnectionFailure, stage: Stage): ProvisioningError {
  const { code, reason, returnCode } = failure;
  return errorOf(code, stage, reason, { ...failure, retryable: code === 'connection-lost' || returnCode === 3 });
}

/** Throws `invalid-options`. The message never holds the value: it may be a secret that was put into the wrong option. */
export function refuse(option: string, wanted: string): never {
  throw new ProvisioningError('invalid-options', 'options', `${option}: ${wanted}`);
}
