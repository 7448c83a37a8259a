import type { PacketType } from './packet-type.ts';

/** Every code that the codec can give to an error. Match on these, not on messages. */
export type CodecErrorCode =
  /** An empty Client Identifier together with CleanSession 0. A server answers CONNACK 2 [MQTT-3.1.3-8]. */
  | 'bad-client-id'
  /** Flags that the standard forbids, alone or together: in a fixed header, in CONNECT or in CONNACK. */
  | 'bad-flags'
  /** A Keep Alive that is no whole number from 0 to 65,535. Encoder only. */
  | 'bad-keep-alive'
  /** A Packet Identifier that is 0, no whole number up to 65,535, missing, or given for QoS 0. */
  | 'bad-packet-id'
  /** Packet type 0 or 15, or a frame that was given to the decoder of another type. */
  | 'bad-packet-type'
  /** A CONNECT for another protocol [MQTT-3.1.2-1] or another protocol level [MQTT-3.1.2-2]. */
  | 'bad-protocol'
  /** A QoS other than 0, 1 and 2. */
  | 'bad-qos'
  /** A return code that the standard reserves. */
  | 'bad-return-code'
  /** Text that is not well-formed Unicode or has U+0000 in it, or a field of more than 65,535 bytes. */
  | 'bad-string'
  /** A Topic Name or Topic Filter that is empty, or has a wildcard where none is allowed. */
  | 'bad-topic'
  /** A SUBSCRIBE, SUBACK or UNSUBSCRIBE with an empty list. */
  | 'empty-payload'
  /** A Remaining Length of more than four bytes. */
  | 'malformed-length'
  /** The target is too small; `needed` says how many bytes the packet takes. Encoder only. */
  | 'no-room'
  /** A packet larger than `maxPacketSize`, or than the 268,435,455 bytes a Remaining Length can state. */
  | 'packet-too-large'
  /** Bytes after the last field of the packet. */
  | 'trailing-bytes'
  /** A field that goes past the end of its packet. */
  | 'truncated';

/** The bytes of the peer break the standard: close the connection [MQTT-4.8.0-1]. */
export interface DecodeError extends Error {
  readonly name: 'DecodeError';
  /** What is wrong, for programs. */
  readonly code: CodecErrorCode;
  /** Offset of the first byte at fault, counted from the first byte of its packet. */
  readonly offset: number;
  /** The statement that is broken, such as `MQTT-3.3.1-4`. */
  readonly statement: string;
  /** The packet type in the first byte, 0 to 15. */
  readonly packetType: PacketType | 0 | 15;
}

/** The caller asked for a packet that MQTT forbids. It is thrown before a byte is written. */
export interface EncodeError extends Error {
  readonly name: 'EncodeError';
  /** What is wrong, for programs. The message names the field and its value. */
  readonly code: CodecErrorCode;
  /** The statement that the packet would break, such as `MQTT-2.3.1-1`, if it is a numbered one. */
  readonly statement: string | undefined;
  /** Only with `no-room`: bytes that the packet takes. */
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
 * Makes an error class. `class … extends Error` compiled to ES5 loses its prototype and needs a helper, so the prototypes are set here.
 * The object is made by Error(): only so it has a stack on every engine.
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
