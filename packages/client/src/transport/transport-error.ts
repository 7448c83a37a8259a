import { CodedError, messageOf } from '../values.ts';
import type { DialStage } from './transport.ts';

/**
 * The kind of failure. `options`: the transport was given something wrong, found before it dials. `violation`: the peer broke the
 * transport's own protocol.
 */
export type TransportErrorKind =
  | 'options'
  | 'dns'
  | 'tcp'
  | 'proxy'
  | 'tls'
  | 'client-certificate'
  | 'upgrade'
  | 'closed'
  | 'violation';

/** Fields of a TransportError beside kind and stage. Each is there only when something is known. */
export interface TransportErrorFields {
  /** True when the same dial may succeed later. Default: false. */
  readonly retryable?: boolean | undefined;
  /** A short word for programs: Node's code, or one for what a proxy or upgrade did. */
  readonly reason?: string | undefined;
  /** The HTTP status of a proxy or an upgrade. */
  readonly statusCode?: number | undefined;
  /** Authentication schemes that the proxy offers. */
  readonly schemes?: readonly string[] | undefined;
  /** The error of Node, or of another layer. */
  readonly cause?: unknown;
}

/**
 * Why a dial failed or a connection ended. It knows nothing of MQTT.
 *
 * @example
 * const error = new TransportError('tcp', 'tcp', { reason: 'ECONNREFUSED', retryable: true });
 * error.message; // 'tcp ECONNREFUSED'
 */
export class TransportError extends CodedError implements TransportErrorFields {
  override readonly name: string = 'TransportError';
  declare readonly kind: TransportErrorKind;
  declare readonly stage: DialStage;
  declare readonly retryable: boolean;
  declare readonly reason?: string;
  declare readonly statusCode?: number;
  declare readonly schemes?: readonly string[];
  declare readonly cause?: unknown;

  /** `about` is put in front of the reason, for example the address. */
  constructor(kind: TransportErrorKind, stage: DialStage, fields: TransportErrorFields = {}, about?: string) {
    const { retryable = false, reason, statusCode } = fields;
    super([about ?? kind, reason ?? messageOf(fields.cause), statusCode], { ...fields, retryable, kind, stage });
  }
}
