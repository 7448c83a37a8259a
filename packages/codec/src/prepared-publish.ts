import type { QoS } from './packet-type.ts';
import { encodePublishInto, type PublishFields, publishSize } from './packets/publish.ts';

export interface PreparedPublish {
  /** Writes the whole packet at `at` and returns its end. `packetId` is left undefined exactly when QoS is 0. */
  encodeInto(payload: Uint8Array, packetId: number | undefined, target: Uint8Array, at: number): number;
  /** Bytes of the packet with a payload of this length. */
  size(payloadLength: number): number;
}

export interface PublishTemplate {
  readonly topicName: string;
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
}

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** Checks and encodes a Topic Name once, for the device that publishes to the same few topics for ever. */
export function preparePublish({ topicName, qos = 0, retain }: PublishTemplate): PreparedPublish {
  const fields = (payload: Uint8Array, packetId: number | undefined) =>
    ({ topicName, payload, qos, retain, packetId }) as PublishFields;
  publishSize(fields(NOTHING, qos ? 1 : undefined));
  return {
    encodeInto: (payload, packetId, target, at) => encodePublishInto(fields(payload, packetId), target, at),
    size: (payloadLength) => publishSize(fields(new Uint8Array(payloadLength), qos ? 1 : undefined)),
  };
}
