import { CodedError } from '../values.ts';
import type { ConnectionFailure } from './connection-options.ts';
import { dialCodeOf } from './dial-codes.ts';

/** Each code has an entry in docs/errors.md. Compare `code`, since `instanceof` fails if two copies of the package are loaded. */
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
  /** There was no room for the message, or it was dropped for a newer one. */
  | 'queue-full'
  /** The message was not sent within `expiresAfterMs`. */
  | 'expired'
  /** The server has lost the Session, or the store could not keep it. Unacknowledged messages may have arrived or not. */
  | 'session-lost'
  /** The client was closed. */
  | 'closed';

/** What the client was doing: a stage of the dial, the wait for CONNACK (`connect`), or what the caller had asked for. */
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

/** Fields of an MqttError besides code and stage. Unknown ones are left out. */
export interface MqttErrorFields {
  /** Whether the same call may succeed later without any change to its options. */
  readonly retryable?: boolean | undefined;
  /** The error from which this one was made: one of Node, of a transport, or of a function of the application. */
  readonly cause?: unknown;
  /** What is likely wrong, and what to do. */
  readonly hint?: string | undefined;
  /** More exactly than the code what happened, in a word for programs, such as `no-pingresp`. */
  readonly reason?: string | undefined;
  /** The return code of CONNACK. */
  readonly returnCode?: number | undefined;
  /** HTTP status of a proxy or a WebSocket upgrade. */
  readonly statusCode?: number | undefined;
  /** Type of the packet that the peer should not have sent, 1 to 14. */
  readonly packetType?: number | undefined;
  /** Packet Identifier of that packet. */
  readonly packetId?: number | undefined;
}

/** Why a dial or a connection has failed. The client adds the stage, and makes an MqttError of it. */
export interface LinkFailure extends MqttErrorFields {
  readonly code: MqttErrorCode;
}

/** Codes that are retryable by default: the same call may succeed later. For other codes the fields say so. No code contains another. */
const PASSING = /connection-lost|timed-out|queue-full/;

/**
 * The error with which promises of the client reject. In the full entry of the package `message` is a sentence, in the lean entry it is
 * code, reason and numbers.
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

/** An MqttError for any value that a dial or a connection ended with. An MqttError is returned as it is. */
export function errorOfDial(cause: unknown, code: MqttErrorCode, stage: MqttStage): MqttError {
  const known = dialCodeOf(cause);
  const { name, retryable, reason, statusCode, message } = Object(cause) as Partial<MqttError>;
  // Not by its class: each entry that is loaded has one of its own.
  if (name === 'MqttError') return cause as MqttError;
  const fields = { cause, reason, statusCode, retryable: !known || retryable };
  // Only the message of a wrong option names it.
  return new MqttError(known ?? code, stage, fields, known === 'invalid-options' ? message : undefined);
}
