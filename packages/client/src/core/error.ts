import type { Stage } from './stage.ts';
import { messageOf } from './values.ts';

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
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** What is likely wrong, and what to do. */
  readonly hint?: string | undefined;
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

export class ProvisioningError extends Error implements ProvisioningErrorFields {
  override readonly name: string = 'ProvisioningError';
  declare readonly code: ProvisioningErrorCode;
  declare readonly stage: Stage;
  readonly retryable: boolean = false;
  declare readonly cause?: unknown;
  declare readonly hint?: string;
  declare readonly returnCode?: number;
  declare readonly statusCode?: number;
  declare readonly errorCode?: number;
  declare readonly trackingId?: string;
  declare readonly retryAfter?: number;
  declare readonly status?: string;
  declare readonly response?: unknown;

  constructor(code: ProvisioningErrorCode, stage: Stage, message: string, fields?: ProvisioningErrorFields) {
    super(message);
    for (const [name, value] of Object.entries({ ...fields, code, stage }))
      if (value !== undefined) Object.assign(this, { [name]: value });
  }

  /** Plain data for logs: Error hides its own name and message from JSON.stringify. */
  toJSON(): object {
    return { ...this, message: this.message, cause: plain(this.cause) };
  }
}

/** Of what was thrown or said at an end: our own error as it is, and around anything else one of these. */
export function errorFrom(
  cause: unknown,
  code: ProvisioningErrorCode,
  stage: Stage,
  fields?: ProvisioningErrorFields,
  silence = 'closed by the peer',
): ProvisioningError {
  if (cause instanceof ProvisioningError) return cause;
  return new ProvisioningError(code, stage, messageOf(cause) ?? silence, { cause, ...fields });
}

function plain(cause: unknown): unknown {
  const message = messageOf(cause);
  const { name, code, toJSON } = Object(cause) as Record<string, unknown>;
  return message === undefined || toJSON ? cause : { name, code, message };
}
