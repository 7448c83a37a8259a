import type { MessageProperties } from '@mote/client/azure';
import type { Link } from './link.ts';
import { messageBytes } from './message-bytes.ts';
import type { Telemetry } from './telemetry.ts';

/** Most bytes of body and properties of a message: iot-hub-devguide-messages-construct.md. */
export const LARGEST_MESSAGE = 262_144;

/** Reads a telemetry message. A text is the reason why the connection is closed: MQTT 3.1.1 has no other way to refuse a PUBLISH. */
export function takeTelemetry(
  { connection, hub, identity, modelId }: Link,
  message: MessageProperties,
  body: Uint8Array,
  more: Readonly<Record<string, string>>,
  now: number,
): string | undefined {
  const bytes = messageBytes(body, message.properties, message.system);
  if (bytes > LARGEST_MESSAGE) return `a message of ${bytes} bytes; ${LARGEST_MESSAGE} are allowed`;
  const usedUp = hub.quotas.findDayFault(now);
  if (usedUp !== undefined) return `403002: ${usedUp}`;
  hub.quotas.countMessage(bytes);
  const { deviceId, moduleId } = identity;
  connection.emit({ type: 'telemetry', bytes: body.length });
  hub.receiveTelemetry({
    deviceId,
    ...(moduleId !== undefined && { moduleId }),
    // A copy: the bytes of a packet belong to the Framer.
    body: body.slice(),
    properties: Object.fromEntries([...message.properties, ...Object.entries(more)]),
    systemProperties: {
      ...(message.system as Telemetry['systemProperties']), // those that are there
      ...(modelId !== undefined && { 'dt-dataschema': modelId }),
    },
    enqueuedTime: now,
  });
  return undefined;
}
