import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { text } from '../config/checks.ts';
import { credentialsOf, type HubDeviceIdentity, identityOf } from '../config/hub-devices.ts';
import { EventLog } from '../event-log.ts';
import type { Hub } from '../service/hub/hub.ts';
import type { HubDevice } from '../service/hub/hub-device.ts';
import { HubServiceError } from '../service/hub/hub-error.ts';
import type { QueuedMessage } from '../service/hub/message-queue.ts';
import type { FeedbackRecord } from '../service/hub/messages.ts';
import type { MethodResult } from '../service/hub/method-calls.ts';
import type { Telemetry } from '../service/hub/telemetry.ts';
import type { TwinChange, TwinValues } from '../service/hub/twin.ts';
import { parseJson } from '../service/values/bounded-json.ts';
import {
  checkArguments,
  downMs as downTime,
  invokeOptions,
  json,
  patch as jsonPatch,
  messageBody,
  methodName,
  sendOptions,
} from './check-arguments.ts';
import type { HubApi, HubDeviceSummary, InvokeOptions, SendMessageOptions, TelemetryMessage } from './hub-api.ts';

/** Default of `timeoutMs` of `invoke`, milliseconds: that of the service. */
const DEFAULT_TIMEOUT_MS = 30_000;
/** Most identities: as many as there are registrations by default. They bound the memory that callers may take. */
const MOST_DEVICES = 100_000;

/** The service side of the hub: checks what callers give, keeps telemetry and feedback for them, and ends calls and messages in time. */
export class EmulatedHub implements HubApi {
  readonly #clock: Clock;
  readonly #telemetry = new EventLog<Telemetry>();
  readonly #feedback = new EventLog<FeedbackRecord>();
  #hub!: Hub; // `serve` gives it before anybody can call
  /** Timer that ends messages at their expiry, also while the device is offline. */
  #expiry: unknown;
  #expiryAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets the hub that is served, and the configured devices. */
  serve(hub: Hub, devices: readonly HubDeviceIdentity[]): void {
    this.#hub = hub;
    for (const device of devices) this.#put(device);
  }

  /** Adds a device that was not made by DPS. Missing keys are made, once. Throws HubServiceError when there are too many. */
  putDevice(identity: HubDeviceIdentity): HubDeviceSummary {
    if (this.#hub.device(identityOf(identity)) === undefined && this.#hub.deviceCount >= MOST_DEVICES)
      throw new HubServiceError(403_000, `the hub has ${MOST_DEVICES} identities, which are the most here`);
    const device = this.#put(identity);
    // The state file keeps what was said while the emulator ran.
    device.isSwitched = true;
    if (!device.enabled) device.connection?.close(this.#clock.now(), 'the device was disabled');
    return summaryOf(device);
  }

  #put(identity: HubDeviceIdentity): HubDevice {
    const id = identityOf(identity);
    const credentials = credentialsOf(identity, this.#hub.device(id)?.credentials, this.#hub.issuer);
    const device = this.#hub.put(id, undefined, credentials);
    device.enabled = identity.status?.toLowerCase() !== 'disabled';
    return device;
  }

  /** Removes a device. False when there is none of this id. */
  removeDevice(id: string): boolean {
    return this.#hub.remove(id, this.#clock.now());
  }

  addTelemetry(message: Telemetry): void {
    this.#telemetry.add(message);
  }

  addFeedback(record: FeedbackRecord): void {
    this.#feedback.add(record);
  }

  close(): void {
    this.#clock.clearTimeout(this.#expiry);
    this.#telemetry.close();
    this.#feedback.close();
  }

  get devices(): readonly HubDeviceSummary[] {
    return this.#hub.devices.map(summaryOf);
  }

  async *telemetry(): AsyncGenerator<TelemetryMessage, void, void> {
    for await (const message of this.#telemetry) yield withJson(message);
  }

  feedback(): AsyncIterable<FeedbackRecord> {
    return this.#feedback;
  }

  get recentTelemetry(): readonly TelemetryMessage[] {
    return this.#telemetry.recent();
  }

  get recentFeedback(): readonly FeedbackRecord[] {
    return this.#feedback.recent();
  }

  async invoke(
    deviceId: string,
    method: string,
    payload?: unknown,
    options: InvokeOptions = {},
  ): Promise<MethodResult> {
    checkArguments({
      deviceId: [deviceId, text],
      method: [method, methodName],
      payload: [payload, json],
      options: [options, invokeOptions],
    });
    this.#hub.requireStandard('methods');
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    return new Promise((resolve, reject) => {
      let timer: unknown;
      const call = this.#hub.invoke(deviceId, method, payload, (outcome) => {
        this.#clock.clearTimeout(timer);
        if (outcome instanceof HubServiceError) reject(outcome);
        else resolve(outcome);
      });
      if (call !== undefined) timer = this.#clock.setTimeout(() => this.#hub.methods.giveUp(call), timeoutMs);
    });
  }

  async sendMessage(deviceId: string, body: Uint8Array | string, options: SendMessageOptions = {}): Promise<string> {
    checkArguments({ deviceId: [deviceId, text], body: [body, messageBody], options: [options, sendOptions] });
    this.#hub.requireStandard('cloud-to-device messages');
    const { messageId = randomUUID(), properties = {}, expiry } = options;
    const ack = (options.ack?.toLowerCase() ?? 'none') as QueuedMessage['ack']; // one of them, in whatever case
    const { correlationId, userId, contentType, contentEncoding } = options;
    const expiresAt = expiry === undefined ? undefined : new Date(expiry).getTime();
    const given = {
      correlationId,
      userId,
      contentType,
      contentEncoding,
      expiryTime: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    };
    const systemProperties: Record<string, string> = {};
    for (const [name, value] of Object.entries(given)) if (value !== undefined) systemProperties[name] = value;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body.slice();
    const message = { messageId, body: bytes, properties: { ...properties }, systemProperties, ack, expiresAt };
    this.#hub.messages.send(this.#hub.known(deviceId), message, this.#clock.now());
    this.#watchExpiry();
    return messageId;
  }

  purgeMessages(deviceId: string): number {
    checkArguments({ deviceId: [deviceId, text] });
    return this.#hub.messages.purge(this.#hub.known(deviceId), this.#clock.now());
  }

  async setDesired(deviceId: string, patch: TwinValues): Promise<number> {
    checkArguments({ deviceId: [deviceId, text], patch: [patch, jsonPatch] });
    this.#hub.requireStandard('twins');
    return this.changeTwin(deviceId, { desired: patch });
  }

  async setTags(deviceId: string, patch: TwinValues): Promise<void> {
    checkArguments({ deviceId: [deviceId, text], patch: [patch, jsonPatch] });
    this.#hub.requireStandard('twins');
    this.changeTwin(deviceId, { tags: patch });
  }

  /** Merges both, or `replaces` them. Arguments were checked. Throws HubServiceError. */
  changeTwin(deviceId: string, change: TwinChange, replaces = false): number {
    this.#hub.requireStandard('twins');
    // What is kept is what JSON says of it, and not the caller's own objects.
    return this.#hub.changeTwin(deviceId, JSON.parse(JSON.stringify(change)), replaces);
  }

  twin(deviceId: string): ReturnType<HubApi['twin']> {
    checkArguments({ deviceId: [deviceId, text] });
    this.#hub.requireStandard('twins');
    const { tags, ...sections } = structuredClone(this.#hub.twin(deviceId));
    return { deviceId, ...(Object.keys(tags).length > 0 && { tags }), ...sections };
  }

  disable(deviceId: string): void {
    checkArguments({ deviceId: [deviceId, text] });
    this.#hub.setEnabled(deviceId, false, this.#clock.now());
  }

  enable(deviceId: string): void {
    checkArguments({ deviceId: [deviceId, text] });
    this.#hub.setEnabled(deviceId, true, this.#clock.now());
  }

  disconnect(deviceId: string): boolean {
    checkArguments({ deviceId: [deviceId, text] });
    return this.#hub.disconnect(deviceId, this.#clock.now());
  }

  restart(downMs = 0): void {
    checkArguments({ downMs: [downMs, downTime] });
    this.#hub.restart(this.#clock.now(), downMs);
  }

  #watchExpiry(): void {
    const { nextAt } = this.#hub;
    if (nextAt === undefined || nextAt >= this.#expiryAt) return;
    this.#clock.clearTimeout(this.#expiry);
    this.#expiryAt = nextAt;
    const tick = () => {
      this.#expiryAt = Number.POSITIVE_INFINITY;
      for (const device of this.#hub.devices) {
        this.#hub.messages.tick(device, this.#clock.now());
        // A message whose lock has expired is in the queue again, and the timer of the connection does not know of it.
        device.connection?.deliver(this.#clock.now());
      }
      this.#watchExpiry();
    };
    this.#expiry = this.#clock.setTimeout(tick, Math.max(0, nextAt - this.#clock.now()));
  }
}

function summaryOf({ id, hub, enabled, connection, queue, credentials }: HubDevice): HubDeviceSummary {
  const [primaryKey, secondaryKey] = credentials.keys.map((key) => Buffer.from(key).toString('base64'));
  const connected = connection !== undefined;
  return { id, hub, enabled, connected, queuedMessages: queue.size, primaryKey, secondaryKey };
}

function withJson(message: Telemetry): TelemetryMessage {
  try {
    return { ...message, json: parseJson(Buffer.from(message.body).toString()) };
  } catch {
    return message;
  }
}
