import type { FeedbackRecord } from '../service/hub/messages.ts';
import type { MethodResult } from '../service/hub/method-calls.ts';
import type { Telemetry } from '../service/hub/telemetry.ts';
import type { TwinValues } from '../service/hub/twin.ts';

/** A message of a device. */
export interface TelemetryMessage extends Telemetry {
  /** The body, when it is JSON. */
  readonly json?: unknown;
}

export interface InvokeOptions {
  /** 30,000 unless told, 300,000 at most. */
  readonly timeoutMs?: number | undefined;
}

export interface SendMessageOptions {
  readonly properties?: Readonly<Record<string, string | null>> | undefined;
  /** Made when left out. */
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly userId?: string | undefined;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** When the message is of no use any more: a Date, ISO 8601, or milliseconds since 1970. An hour from now unless told. */
  readonly expiry?: Date | string | number | undefined;
  /** What `feedback()` tells of: its success (`positive`), its failure (`negative`), or either (`full`). `none` unless told. */
  readonly ack?: 'none' | 'positive' | 'negative' | 'full' | undefined;
}

export interface HubDeviceSummary {
  /** `{deviceId}` or `{deviceId}/{moduleId}` */
  readonly id: string;
  /** Undefined for a configured one, which every hub knows. */
  readonly hub: string | undefined;
  readonly enabled: boolean;
  readonly connected: boolean;
  readonly queuedMessages: number;
  /** Base64; undefined for a device that shows a certificate. The first of them signs, the second may. */
  readonly primaryKey: string | undefined;
  readonly secondaryKey: string | undefined;
}

/** The service side of the emulated hub. Methods throw, or reject with, HubServiceError. */
export interface HubApi {
  readonly devices: readonly HubDeviceSummary[];
  /** Each iteration begins with the recent past and goes on live; it ends when the emulator is closed. */
  telemetry(): AsyncIterable<TelemetryMessage>;
  /** What became of the messages that asked for it (`ack`); iterates as `telemetry()` does. */
  feedback(): AsyncIterable<FeedbackRecord>;
  /** Calls a direct method. Rejects with 404103 when the device is away or has not subscribed, 504101 when it does not answer. */
  invoke(deviceId: string, method: string, payload?: unknown, options?: InvokeOptions): Promise<MethodResult>;
  /** Queues a cloud-to-device message; resolves with its id. */
  sendMessage(deviceId: string, body: Uint8Array | string, options?: SendMessageOptions): Promise<string>;
  /** Takes out the messages that wait for a device; returns how many there were. */
  purgeMessages(deviceId: string): number;
  /** Merges a patch into the desired properties and tells the device; resolves with the new version. */
  setDesired(deviceId: string, patch: TwinValues): Promise<number>;
  twin(deviceId: string): { readonly deviceId: string; readonly desired: TwinValues; readonly reported: TwinValues };
  /** Ends the link; from then on the device hears CONNACK 5. */
  disable(deviceId: string): void;
  enable(deviceId: string): void;
  /** Ends the link. False when there was none. */
  disconnect(deviceId: string): boolean;
  /** Ends all links, as an upgrade of the service does, and answers CONNACK 3 for that many milliseconds: 0 unless told. */
  restart(downMs?: number): void;
}
