import { CodedError } from '../values.ts';
import type { ConnectionFailure } from './connection.ts';
import { dialCodeOf } from './dial-codes.ts';

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

/** Fields of an MqttError beside code and stage. Each is there only when something is known. */
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

/** Why a dial or a connection is of no use any more, before it is known what was going on. */
export interface LinkFailure extends MqttErrorFields {
  readonly code: MqttErrorCode;
}

/** What may be over by the next call, whatever the reason. Of the other codes `retryable` says so. */
const PASSING = /^(connection-lost|timed-out|queue-full)$/;

/**
 * What a promise of the client rejects with. `message` is made of code, reason and numbers; the full entry makes a sentence of them.
 *
 * @example
 * try {
 *   await client.publish('sensor-17/temperature', '21.5', { qos: 1, timeoutMs: 5000 });
 * } catch (error) {
 *   if (error instanceof MqttError && error.code === 'timed-out') console.log(error.stage, error.hint);
 * }
 */
export class MqttError extends CodedError implements MqttErrorFields {
  override readonly name: string = 'MqttError';
  declare readonly code: MqttErrorCode;
  declare readonly stage: MqttStage;
  declare readonly retryable: boolean;
  declare readonly cause?: unknown;
  declare readonly hint?: string;
  declare readonly reason?: string;
  declare readonly returnCode?: number;
  declare readonly statusCode?: number;
  declare readonly packetType?: number;
  declare readonly packetId?: number;

  constructor(code: MqttErrorCode, stage: MqttStage, fields: MqttErrorFields = {}, message?: string) {
    const { retryable = PASSING.test(code), reason, returnCode, statusCode, packetType, packetId } = fields;
    super(message ?? [code, reason, returnCode ?? statusCode ?? packetType, packetId], {
      ...fields,
      retryable,
      code,
      stage,
    });
  }
}

/** Of what was thrown or said at an end: our own error as it is, and around anything else one of these. */
export function errorOfDial(cause: unknown, code: MqttErrorCode, stage: MqttStage): MqttError {
  if (cause instanceof MqttError) return cause;
  const known = dialCodeOf(cause);
  const { retryable, reason, statusCode } = Object(cause) as MqttErrorFields;
  return new MqttError(known ?? code, stage, { cause, reason, statusCode, retryable: known ? retryable : true });
}
