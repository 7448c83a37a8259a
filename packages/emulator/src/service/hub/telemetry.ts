import type { MessageProperties } from '@mote/client/azure';
import { utf8Length } from '../values/bytes.ts';
import type { Link } from './link.ts';

/** A telemetry message as the hub passes it on. */
export interface Telemetry {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
  readonly body: Uint8Array;
  /** Null for a name without `=`. */
  readonly properties: Readonly<Record<string, string | null>>;
  /** `messageId`, `contentType`, `contentEncoding`, `correlationId`, … */
  readonly systemProperties: Readonly<Record<string, string | null>>;
  /** Milliseconds since 1970, from the emulator's clock. */
  readonly enqueuedTime: number;
}

// Limit of the service for body and properties of a message: iot-hub-devguide-messages-construct.md.
const LARGEST_MESSAGE = 262_144;

/** Reads a telemetry message. A text is the reason why the connection is closed: MQTT 3.1.1 has no other way to refuse a PUBLISH. */
export function takeTelemetry(
  { connection, hub, identity }: Link,
  message: MessageProperties,
  body: Uint8Array,
  more: Readonly<Record<string, string>>,
  now: number,
): string | undefined {
  const bytes = messageBytes(body, message.properties, message.system);
  if (bytes > LARGEST_MESSAGE) return `a message of ${bytes} bytes; ${LARGEST_MESSAGE} are allowed`;
  const { deviceId, moduleId } = identity;
  connection.emit({ type: 'telemetry', bytes: body.length });
  hub.receiveTelemetry({
    deviceId,
    ...(moduleId !== undefined && { moduleId }),
    // A copy: the bytes of a packet belong to the Framer.
    body: body.slice(),
    properties: Object.fromEntries([...message.properties, ...Object.entries(more)]),
    systemProperties: message.system as Telemetry['systemProperties'], // those that are there
    enqueuedTime: now,
  });
  return undefined;
}

/** Size as the service counts it: the body, names and values of the application's properties, values of system properties. */
export function messageBytes(
  body: Uint8Array,
  properties: Iterable<readonly [name: string, value: string | null]>,
  system: Readonly<Record<string, string | null | undefined>>,
): number {
  let bytes = body.length;
  for (const [name, value] of properties) bytes += utf8Length(name) + utf8Length(value ?? '');
  for (const value of Object.values(system)) bytes += utf8Length(value ?? '');
  return bytes;
}
