// Packets written by hand, as an SDK writes them: what is read by our codec was not written by it.

const int16 = (value: number): Buffer => Buffer.of(value >> 8, value & 255);

/** A text or bytes behind their length. */
const field = (content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([int16(bytes.length), bytes]);
};

function packet(first: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.of(first, ...length), body]);
}

export interface HandConnect {
  readonly clientId: string;
  readonly userName: string;
  /** Undefined: the flag is not set, and nothing stands there. */
  readonly password?: string | Uint8Array | undefined;
  /** `MQTT`, 4 unless told. */
  readonly protocol?: readonly [name: string, level: number];
  readonly keepAlive?: number;
  readonly cleanSession?: boolean;
  readonly will?: { readonly topic: string; readonly message: string; readonly qos?: 0 | 1 | 2 };
}

/** The pieces of a CONNECT as MQTT.js writes them, one for each field. */
export function connectFields(connect: HandConnect): Buffer[] {
  const { clientId, userName, password, protocol = ['MQTT', 4], keepAlive = 180, cleanSession = false, will } = connect;
  const flags =
    0x80 |
    (password === undefined ? 0 : 0x40) |
    (will === undefined ? 0 : 0x04 | ((will.qos ?? 0) << 3)) |
    (cleanSession ? 2 : 0);
  const pieces = [int16(protocol[0].length), Buffer.from(protocol[0]), Buffer.of(protocol[1]), Buffer.of(flags)];
  pieces.push(int16(keepAlive));
  for (const content of [clientId, will?.topic, will?.message, userName, password]) {
    if (content === undefined) continue;
    const bytes = field(content);
    pieces.push(bytes.subarray(0, 2), bytes.subarray(2));
  }
  const whole = packet(0x10, ...pieces);
  const header = whole.length - Buffer.concat(pieces).length;
  return [whole.subarray(0, 1), whole.subarray(1, header), ...pieces];
}

export const connect = (fields: HandConnect): Buffer => Buffer.concat(connectFields(fields));

/** QoS 1 unless told. */
export function publish(
  topic: string,
  body: string | Uint8Array = '',
  { qos = 1, packetId = 7, dup = false, retain = false } = {},
): Buffer {
  const id = qos === 0 ? [] : [int16(packetId)];
  return packet(0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), field(topic), ...id, Buffer.from(body));
}

export const subscribe = (filter: string, qos = 1, packetId = 1): Buffer =>
  packet(0x82, int16(packetId), field(filter), Buffer.of(qos));

export const unsubscribe = (filter: string, packetId = 1): Buffer => packet(0xa2, int16(packetId), field(filter));

export const puback = (packetId: number): Buffer => packet(0x40, int16(packetId));

export const PINGREQ: Buffer = Buffer.of(0xc0, 0);
export const DISCONNECT: Buffer = Buffer.of(0xe0, 0);

// What a hub answers.

export const connack = (returnCode: number, sessionPresent = false): Buffer =>
  Buffer.of(0x20, 2, sessionPresent ? 1 : 0, returnCode);

export const suback = (returnCode: number, packetId = 1): Buffer =>
  packet(0x90, int16(packetId), Buffer.of(returnCode));

export const unsuback = (packetId = 1): Buffer => packet(0xb0, int16(packetId));

export const PINGRESP: Buffer = Buffer.of(0xd0, 0);
