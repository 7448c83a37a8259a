import type { MqttErrorCode, MqttErrorFields, MqttStage } from '../mqtt/error.ts';
import { CodedError } from '../values.ts';

/** Every code has an entry in docs/errors.md. Match on `code`: `instanceof` fails when two copies of the package are loaded. */
export type HubErrorCode =
  | MqttErrorCode
  /** Over a limit of the hub, which would close the link: refused here. `limit` says which number. */
  | 'too-large'
  /** The hub answered 429. */
  | 'throttled'
  /** The link ends within seconds, again and again: another device has this id, or the hub does not take what is sent. */
  | 'taken-over'
  /** The hub speaks MQTT 5 alone, or something not known here. */
  | 'unsupported-profile'
  /** Of an answer of the hub (401 and 403, 404, other 4xx, 5xx), or of the provisioning. */
  | 'unauthorized'
  | 'not-found'
  | 'bad-request'
  | 'service-error'
  | 'registration-failed'
  | 'registration-disabled';

export type HubStage = MqttStage | 'provision' | 'twin' | 'method' | 'credentials';

export interface HubErrorFields extends MqttErrorFields {
  /** Six digits, of the hub. */
  readonly errorCode?: number | undefined;
  /** What Azure support asks for. */
  readonly trackingId?: string | undefined;
  /** What the hub said of it. */
  readonly response?: unknown;
  /** Seconds that the provisioning service asked us to wait. */
  readonly retryAfter?: number | undefined;
  /** What `size` is over. */
  readonly limit?: number | undefined;
  readonly size?: number | undefined;
}

/** What a promise of a device rejects with. `message` is made of code, reason and numbers; the full entry makes a sentence of them. */
export class HubError extends CodedError implements HubErrorFields {
  override readonly name: string = 'HubError';
  declare readonly code: HubErrorCode;
  declare readonly stage: HubStage;
  declare readonly retryable: boolean;
  declare readonly cause?: unknown;
  declare readonly hint?: string;
  declare readonly reason?: string;
  declare readonly returnCode?: number;
  declare readonly statusCode?: number;
  declare readonly packetType?: number;
  declare readonly packetId?: number;
  declare readonly errorCode?: number;
  declare readonly trackingId?: string;
  declare readonly response?: unknown;
  declare readonly retryAfter?: number;
  declare readonly limit?: number;
  declare readonly size?: number;

  constructor(code: HubErrorCode, stage: HubStage, fields: HubErrorFields = {}, message?: string) {
    const { retryable = false, reason, returnCode, statusCode, errorCode } = fields;
    super(message ?? [code, reason, returnCode ?? statusCode, errorCode], { ...fields, retryable, code, stage });
  }
}

/** Of an error of the MQTT client or of the provisioning. What is neither, such as the reason of a signal, stays what it is. */
export function hubErrorOf(error: unknown): unknown {
  const { name, message, code, stage, cause, ...fields } = Object(error) as HubError;
  if (name === 'MqttError') return new HubError(code, stage, { ...fields, cause }, message);
  if (name !== 'ProvisioningError') return error;
  // The whole of it is in `cause`.
  return new HubError(code, code === 'invalid-options' ? 'options' : 'provision', { ...fields, cause: error }, message);
}

/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export function refuseHub(option: string, wanted: string): never {
  throw new HubError('invalid-options', 'options', {}, `${option}: ${wanted}`);
}
