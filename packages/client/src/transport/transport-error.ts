import { messageOf } from '../values.ts';
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
export class TransportError extends Error implements TransportErrorFields {
  override readonly name: string = 'TransportError';
  readonly kind: TransportErrorKind;
  readonly stage: DialStage;
  readonly retryable: boolean = false;
  declare readonly reason?: string;
  declare readonly statusCode?: number;
  declare readonly schemes?: readonly string[];
  declare readonly cause?: unknown;

  /** `about` stands in front of the reason: the address, where it helps. */
  constructor(kind: TransportErrorKind, stage: DialStage, fields: TransportErrorFields = {}, about?: string) {
    const { reason, statusCode } = fields;
    super(
      [about ?? kind, reason ?? messageOf(fields.cause), statusCode].filter((part) => part !== undefined).join(' '),
    );
    this.kind = kind;
    this.stage = stage;
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) Object.assign(this, { [name]: value });
  }
}
