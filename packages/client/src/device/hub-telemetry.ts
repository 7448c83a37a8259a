import { encodeUtf8 } from '@mote/codec';
import type { HubIdentity } from '../azure/hub-identity.ts';
import { telemetryTopic } from '../azure/hub-topics.ts';
import { isApplicationProperty } from '../azure/property-bag.ts';
import { refuseHub } from '../hub/error.ts';
import { checkMessage, jsonText } from '../hub/limits.ts';
import { isText } from '../option-rules.ts';
import { bytesOf, wrong } from '../values.ts';
import type { TelemetryOptions } from './hub-options.ts';

/** A telemetry message as it is published. */
export interface TelemetryMessage {
  readonly topicName: string;
  readonly payload: Uint8Array;
  /** Bytes, as the hub's limit counts them. */
  readonly size: number;
}

/** Makes topic and payload of a telemetry message. Throws HubError for what the hub would refuse. */
export function telemetryOf(
  identity: HubIdentity,
  body: unknown,
  {
    properties = {},
    creationTime,
    contentType,
    contentEncoding,
    messageId,
    correlationId,
    component,
    outputName,
  }: TelemetryOptions,
): TelemetryMessage {
  const own = new Map(Object.entries(properties));
  for (const [name, value] of own) {
    const at = `properties.${name.slice(0, 64)}`;
    if (!isText(name) || !isApplicationProperty(name)) refuseHub(at, 'wrong name');
    if (value !== null && !isText(value)) refuseHub(at, wrong(value));
  }
  const bytes = typeof body === 'string' ? encodeUtf8(body) : bytesOf(body);
  const json = bytes ?? (typeof body === 'string' ? refuseHub('body', wrong(body)) : undefined);
  const payload = json ?? encodeUtf8(jsonText('body', body))!;
  const base = telemetryTopic(identity);
  const topicName = telemetryTopic(identity, {
    system: {
      messageId,
      correlationId,
      component,
      outputName,
      contentType: contentType ?? (json ? undefined : 'application/json'),
      contentEncoding: contentEncoding ?? (json ? undefined : 'utf-8'),
      creationTime: creationTime === undefined ? creationTime : new Date(creationTime).toISOString(),
    },
    properties: own,
  });
  return { topicName, payload, size: checkMessage(payload, topicName, base.length) };
}
