import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { ConfigError } from './config/config-error.ts';
import type { EventLog } from './event-log.ts';
import type { Hub, MethodResult, Telemetry } from './service/hub/hub.ts';
import { HubServiceError } from './service/hub/hub-error.ts';
import type { TwinValues } from './service/hub/twin.ts';

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
}

/** The service side of the emulated hub. Methods throw, or reject with, HubServiceError. */
export interface HubApi {
  readonly devices: readonly HubDeviceSummary[];
  /** Each iteration begins with the recent past and goes on live; it ends when the emulator is closed. */
  telemetry(): AsyncIterable<TelemetryMessage>;
  /** Calls a direct method. Rejects with 404103 when the device is away or has not subscribed, 504101 when it does not answer. */
  invoke(deviceId: string, method: string, payload?: unknown, options?: InvokeOptions): Promise<MethodResult>;
  /** Queues a cloud-to-device message; resolves with its id. */
  sendMessage(deviceId: string, body: Uint8Array | string, options?: SendMessageOptions): Promise<string>;
  /** Merges a patch into the desired properties and tells the device; resolves with the new version. */
  setDesired(deviceId: string, patch: TwinValues): Promise<number>;
  twin(deviceId: string): { readonly deviceId: string; readonly desired: TwinValues; readonly reported: TwinValues };
  /** Ends the link; from then on the device hears CONNACK 5. */
  disable(deviceId: string): void;
  enable(deviceId: string): void;
  /** Ends the link. False when there was none. */
  disconnect(deviceId: string): boolean;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_TIMEOUT_MS = 300_000;
const METHOD_NAME = /^[\x21-\x7e]{1,256}$/;

export class EmulatedHub implements HubApi {
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #telemetry: EventLog<Telemetry>;

  constructor(hub: Hub, clock: Clock, telemetry: EventLog<Telemetry>) {
    this.#hub = hub;
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  get devices(): readonly HubDeviceSummary[] {
    return this.#hub.devices.map(({ id, hub, enabled, link, queue }) => ({
      id,
      hub,
      enabled,
      connected: link !== undefined,
      queuedMessages: queue.size,
    }));
  }

  async *telemetry(): AsyncGenerator<TelemetryMessage, void, void> {
    for await (const message of this.#telemetry) yield withJson(message);
  }

  invoke(deviceId: string, method: string, payload?: unknown, options: InvokeOptions = {}): Promise<MethodResult> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    if (!(timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS)) {
      throw new ConfigError([{ path: 'timeoutMs', message: `must be a number up to ${LONGEST_TIMEOUT_MS}` }]);
    }
    return new Promise((resolve, reject) => {
      if (!METHOD_NAME.test(method)) {
        reject(new HubServiceError(400_004, 'a method name has 1 to 256 printable characters of ASCII'));
        return;
      }
      let timer: unknown;
      const call = this.#hub.invoke(deviceId, method, payload, (outcome) => {
        this.#clock.clearTimeout(timer);
        if (outcome instanceof HubServiceError) reject(outcome);
        else resolve(outcome);
      });
      if (call !== undefined) timer = this.#clock.setTimeout(() => this.#hub.giveUp(call), timeoutMs);
    });
  }

  async sendMessage(deviceId: string, body: Uint8Array | string, options: SendMessageOptions = {}): Promise<string> {
    const { messageId = randomUUID(), ack = 'none', properties = {}, expiry } = options;
    const { correlationId, userId, contentType, contentEncoding } = options;
    const expiresAt = expiry === undefined ? undefined : new Date(expiry).getTime();
    if (Number.isNaN(expiresAt)) throw new HubServiceError(400_004, 'expiry is no time');
    const given = {
      correlationId,
      userId,
      contentType,
      contentEncoding,
      absoluteExpiryTime: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    };
    const systemProperties: Record<string, string> = {};
    for (const [name, value] of Object.entries(given)) if (value !== undefined) systemProperties[name] = value;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body.slice();
    this.#hub.sendMessage(
      deviceId,
      { messageId, body: bytes, properties, systemProperties, ack, expiresAt },
      this.#clock.now(),
    );
    return messageId;
  }

  async setDesired(deviceId: string, patch: TwinValues): Promise<number> {
    return this.#hub.setDesired(deviceId, patch);
  }

  twin(deviceId: string): ReturnType<HubApi['twin']> {
    return { deviceId, ...this.#hub.twin(deviceId) };
  }

  disable(deviceId: string): void {
    this.#hub.setEnabled(deviceId, false, this.#clock.now());
  }

  enable(deviceId: string): void {
    this.#hub.setEnabled(deviceId, true, this.#clock.now());
  }

  disconnect(deviceId: string): boolean {
    return this.#hub.disconnect(deviceId, this.#clock.now());
  }
}

function withJson(message: Telemetry): TelemetryMessage {
  try {
    return { ...message, json: JSON.parse(Buffer.from(message.body).toString()) };
  } catch {
    return message;
  }
}
