import { messageOf } from '../values.ts';
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
  readonly retryable?: boolean;
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

/** `message` is made of code, reason and numbers where none is given; the full entry makes a sentence of them. */
export class ProvisioningError extends Error implements ProvisioningErrorFields {
  override readonly name: string = 'ProvisioningError';
  declare readonly code: ProvisioningErrorCode;
  declare readonly stage: Stage;
  readonly retryable: boolean = false;
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
    const { reason, returnCode, statusCode, errorCode } = fields;
    super(
      message ?? [code, reason, returnCode ?? statusCode, errorCode].filter((part) => part !== undefined).join(' '),
    );
    for (const [name, value] of Object.entries({ ...fields, code, stage }))
      if (value !== undefined) Object.assign(this, { [name]: value });
  }

  /** Plain data for logs: Error hides its own name and message from JSON.stringify. */
  toJSON(): object {
    return { ...this, message: this.message, cause: plain(this.cause) };
  }
}

/** What a transport throws or closes with, as far as we look at it: a TransportError. */
interface DialError {
  readonly kind: keyof typeof CODES;
  readonly stage: DialStage;
  readonly message: string;
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

/**
 * Of what was thrown or said at the end of a dial or connection: our own error as it is, and around anything else one of these.
 * A transport knows what broke the rules of its own protocol, but not how far the talk above it had come: `stands`.
 */
export function errorFrom(cause: unknown, stage: Stage, stands: boolean): ProvisioningError {
  if (cause instanceof ProvisioningError) return cause;
  const { kind, stage: at, ...fields } = Object(cause) as DialError & ProvisioningErrorFields;
  if (!Object.keys(CODES).includes(kind)) {
    const message = messageOf(cause) ?? 'closed by the peer';
    return new ProvisioningError(stands ? 'connection-lost' : 'connect-failed', stage, message, {
      retryable: true,
      cause,
    });
  }
  const { retryable = false, reason, statusCode, schemes } = fields;
  const message = (cause as DialError).message;
  const own = { retryable, reason, statusCode, schemes, cause: fields.cause ?? cause };
  return new ProvisioningError(CODES[kind], stands && kind === 'violation' ? stage : at, message, own);
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
