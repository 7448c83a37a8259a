import type { PacketType } from './packet-type.ts';

/** Every code that the codec can give to an error. Match on these, not on messages. */
export type CodecErrorCode =
  /** An empty Client Identifier together with CleanSession 0. A server answers CONNACK 2 [MQTT-3.1.3-8]. */
  | 'bad-client-id'
  /** Flags of a fixed header, of CONNECT or of CONNACK that the standard forbids, alone or together. */
  | 'bad-flags'
  /** A Keep Alive that is no whole number from 0 to 65,535. Encoder only. */
  | 'bad-keep-alive'
  /** A Packet Identifier of zero, one that is no whole number up to 65,535, a missing one, or one on QoS 0. */
  | 'bad-packet-id'
  /** Packet type 0 or 15, or a frame handed to the decoder of another type. */
  | 'bad-packet-type'
  /** A CONNECT for another protocol [MQTT-3.1.2-1] or another protocol level [MQTT-3.1.2-2]. */
  | 'bad-protocol'
  /** A QoS other than 0, 1 and 2. */
  | 'bad-qos'
  /** A return code that the standard reserves. */
  | 'bad-return-code'
  /** Text that is not well-formed Unicode or holds U+0000, or a field of more than 65,535 bytes. */
  | 'bad-string'
  /** A Topic Name or Topic Filter that is empty or has a wildcard where none may be. */
  | 'bad-topic'
  /** A SUBSCRIBE, SUBACK or UNSUBSCRIBE with an empty list. */
  | 'empty-payload'
  /** A Remaining Length of more than four bytes. */
  | 'malformed-length'
  /** The target is too small; `needed` says how many bytes the packet takes. Encoder only. */
  | 'no-room'
  /** A packet larger than `maxPacketSize`, or than the 268,435,455 bytes a Remaining Length can state. */
  | 'packet-too-large'
  /** Bytes behind the last field of the packet. */
  | 'trailing-bytes'
  /** A field that reaches past the end of its packet. */
  | 'truncated';

/** The peer's bytes break the standard: close the connection [MQTT-4.8.0-1]. */
export interface DecodeError extends Error {
  readonly name: 'DecodeError';
  /** What is wrong, for programs. */
  readonly code: CodecErrorCode;
  /** The first offending byte, counted from the first byte of its packet. */
  readonly offset: number;
  /** The statement that is broken, such as `MQTT-3.3.1-4`. */
  readonly statement: string;
  /** As the first byte states it: 0 to 15. */
  readonly packetType: PacketType | 0 | 15;
}

/** Our own caller asked for a packet that must not exist. Thrown before a byte is written. */
export interface EncodeError extends Error {
  readonly name: 'EncodeError';
  /** What is wrong, for programs; the message names the field and what it was. */
  readonly code: CodecErrorCode;
  /** The statement that the packet would break, such as `MQTT-2.3.1-1`, if it is a numbered one. */
  readonly statement: string | undefined;
  /** With `no-room`: bytes that the packet takes. */
  readonly needed?: number | undefined;
}

interface ErrorClass<Kind extends Error, Fields> {
  new (code: CodecErrorCode, detail: string, statement: string | undefined, fields?: Fields): Kind;
  readonly prototype: Kind;
}

export const DecodeError: ErrorClass<
  DecodeError,
  Pick<DecodeError, 'offset' | 'packetType'>
> = /* @__PURE__ */ errorClass('DecodeError');

export const EncodeError: ErrorClass<EncodeError, Pick<EncodeError, 'needed'>> = /* @__PURE__ */ errorClass(
  'EncodeError',
);

/**
 * `class … extends Error` compiled to ES5 loses its prototype and needs a helper library, so the chain is tied by hand.
 * The object itself is made by Error(): only that gives it a stack on every engine.
 */
function errorClass<Kind extends Error, Fields>(name: string): ErrorClass<Kind, Fields> {
  function MoteError(code: CodecErrorCode, detail: string, section: string | undefined, fields: Fields): Kind {
    const statement = section && `MQTT-${section}`;
    const error = Object.setPrototypeOf(Error(code + detail + (section ? ` [${statement}]` : '')), MoteError.prototype);
    error.code = code;
    error.statement = statement;
    for (const field in fields) error[field] = fields[field];
    return error;
  }
  Object.setPrototypeOf(MoteError.prototype, Error.prototype).name = name;
  return MoteError as unknown as ErrorClass<Kind, Fields>;
}
