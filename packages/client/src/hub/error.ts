import type { MqttErrorCode, MqttErrorFields, MqttStage } from '../mqtt/error.ts';
import { CodedError } from '../values.ts';

/** Every code has an entry in docs/errors.md. Match on `code`: `instanceof` fails when two copies of the package are loaded. */
export type HubErrorCode =
  | MqttErrorCode
  /** Over a limit of the hub, which would close the connection. Refused before it is sent; `limit` is the number. */
  | 'too-large'
  /** The hub answered 429. */
  | 'throttled'
  /** The connection is lost within seconds, again and again: another device uses this id, or the hub rejects what is sent. */
  | 'taken-over'
  /** The hub does not speak MQTT 3.1.1. */
  | 'unsupported-profile'
  /** From the status of the hub's answer (401 and 403, 404, other 4xx, 5xx), or from the provisioning. */
  | 'unauthorized'
  | 'not-found'
  | 'bad-request'
  | 'service-error'
  | 'registration-failed'
  | 'registration-disabled';

/** What was going on: a stage of the connection, the provisioning, or what the caller had asked for. */
export type HubStage = MqttStage | 'provision' | 'twin' | 'method' | 'credentials';

/** Fields of a HubError beside code and stage. Each is there only when something is known. */
export interface HubErrorFields extends MqttErrorFields {
  /** The hub's own error number, six digits. */
  readonly errorCode?: number | undefined;
  /** Identifies the request in the hub's logs. Azure support asks for it. */
  readonly trackingId?: string | undefined;
  /** The hub's own message. */
  readonly response?: unknown;
  /** Seconds that the provisioning service asked us to wait. */
  readonly retryAfter?: number | undefined;
  /** The limit that `size` exceeds. */
  readonly limit?: number | undefined;
  /** With `too-large`: bytes or levels, counted as the hub counts them. */
  readonly size?: number | undefined;
}

/**
 * The error with which promises of a device reject. Its `message` is code, reason and numbers; the full entry makes a sentence of it.
 *
 * @example
 * try {
 *   await device.send({ log: 'x'.repeat(300_000) });
 * } catch (error) {
 *   if (error instanceof HubError && error.code === 'too-large') console.log(error.size, error.limit);
 * }
 */
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

/** Makes a HubError of an MqttError or ProvisioningError. Anything else, such as the reason of a signal, is returned as it is. */
export function hubErrorOf(error: unknown): unknown {
  const { name, message, code, stage, cause, ...fields } = Object(error) as HubError;
  if (name === 'MqttError') return new HubError(code, stage, { ...fields, cause }, message);
  if (name !== 'ProvisioningError') return error;
  // All fields of the ProvisioningError stay readable in `cause`.
  return new HubError(code, code === 'invalid-options' ? 'options' : 'provision', { ...fields, cause: error }, message);
}

/** Throws `invalid-options`. The message never holds the value: it may be a secret that was put into the wrong option. */
export function refuseHub(option: string, wanted: string): never {
  throw new HubError('invalid-options', 'options', {}, `${option}: ${wanted}`);
}
