import { CodedError, messageOf } from '../values.ts';
import type { DialStage } from './transport.ts';

/** What a transport met. `options`: what it was given cannot be right, told before it dials. `violation`: of its own protocol. */
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

export interface TransportErrorFields {
  /** Whether the same dial may succeed later. False by default. */
  readonly retryable?: boolean | undefined;
  /** A short word for programs: Node's code, or what a proxy or upgrade did. */
  readonly reason?: string | undefined;
  /** HTTP status of a proxy or an upgrade. */
  readonly statusCode?: number | undefined;
  /** Authentication schemes that a proxy asks for. */
  readonly schemes?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** Why a dial failed or a connection ended. It says nothing of what was talked about over it. */
export class TransportError extends CodedError implements TransportErrorFields {
  override readonly name: string = 'TransportError';
  declare readonly kind: TransportErrorKind;
  declare readonly stage: DialStage;
  declare readonly retryable: boolean;
  declare readonly reason?: string;
  declare readonly statusCode?: number;
  declare readonly schemes?: readonly string[];
  declare readonly cause?: unknown;

  /** `about` stands in front of the reason: the address, where it helps. */
  constructor(kind: TransportErrorKind, stage: DialStage, fields: TransportErrorFields = {}, about?: string) {
    const { retryable = false, reason, statusCode } = fields;
    super([about ?? kind, reason ?? messageOf(fields.cause), statusCode], { ...fields, retryable, kind, stage });
  }
}
