import type { FeedbackRecord } from '../service/hub/messages.ts';
import type { MethodResult } from '../service/hub/method-calls.ts';
import type { Telemetry } from '../service/hub/telemetry.ts';
import type { TwinValues } from '../service/hub/twin.ts';

/** A telemetry message of a device. */
export interface TelemetryMessage extends Telemetry {
  /** The parsed body. Undefined when it is not JSON, or nests so deep that it could not be written again. */
  readonly json?: unknown;
}

/** How long a call of a method waits for its answer. */
export interface InvokeOptions {
  /** Milliseconds to wait for the answer, at most 300,000. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** Properties of a cloud-to-device message. */
export interface SendMessageOptions {
  /** The properties of the application. */
  readonly properties?: Readonly<Record<string, string | null>> | undefined;
  /** Default: a new random id. */
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly userId?: string | undefined;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** When the message expires: a Date, ISO 8601, or milliseconds since 1970. Default: in one hour. */
  readonly expiry?: Date | string | number | undefined;
  /** What `feedback()` reports of this message: success (`positive`), failure (`negative`), or both (`full`). Default: `none`. */
  readonly ack?: 'none' | 'positive' | 'negative' | 'full' | undefined;
}

/** An identity that a hub knows, and how it stands. */
export interface HubDeviceSummary {
  /** `{deviceId}` or `{deviceId}/{moduleId}`. */
  readonly id: string;
  /** The hub to which DPS has assigned the device. Undefined for a configured device, which every hub knows. */
  readonly hub: string | undefined;
  /** Whether it may connect. */
  readonly enabled: boolean;
  /** Whether it has a connection now. */
  readonly connected: boolean;
  /** Messages that it has not acknowledged. */
  readonly queuedMessages: number;
  /** Primary and secondary key, base64. Undefined for a device with a certificate. */
  readonly primaryKey: string | undefined;
  readonly secondaryKey: string | undefined;
}

/** The service side of the emulated hub. Its methods throw, or reject with, HubServiceError. */
export interface HubApi {
  /** All devices and modules of the hub. */
  readonly devices: readonly HubDeviceSummary[];
  /** Telemetry of all devices. Each iteration begins with recent messages, continues live, and ends when the emulator is closed. */
  telemetry(): AsyncIterable<TelemetryMessage>;
  /** Feedback about messages that were sent with `ack`. Iterates as `telemetry()` does. */
  feedback(): AsyncIterable<FeedbackRecord>;
  /** Calls a direct method. Rejects with 404103 when the device is offline or has not subscribed, with 504101 when it does not answer. */
  invoke(deviceId: string, method: string, payload?: unknown, options?: InvokeOptions): Promise<MethodResult>;
  /** Queues a cloud-to-device message. Resolves with its id. */
  sendMessage(deviceId: string, body: Uint8Array | string, options?: SendMessageOptions): Promise<string>;
  /** Removes the messages that wait for a device, and returns their number. */
  purgeMessages(deviceId: string): number;
  /** Merges a patch into the desired properties and sends it to the device. Resolves with the new version. */
  setDesired(deviceId: string, patch: TwinValues): Promise<number>;
  /** Merges a patch into the tags, which a device does not see. */
  setTags(deviceId: string, patch: TwinValues): Promise<void>;
  /** The twin. `tags` is there when it has some. */
  twin(deviceId: string): {
    readonly deviceId: string;
    readonly tags?: TwinValues;
    readonly desired: TwinValues;
    readonly reported: TwinValues;
  };
  /** Disables a device: its connection is closed, and from then on it gets CONNACK 5. */
  disable(deviceId: string): void;
  /** Lets a disabled device connect again. */
  enable(deviceId: string): void;
  /** Closes the connection of a device. False when it had none. */
  disconnect(deviceId: string): boolean;
  /** Closes all connections, as an upgrade of the service does, and answers CONNACK 3 for `downMs` milliseconds. Default: 0. */
  restart(downMs?: number): void;
}
