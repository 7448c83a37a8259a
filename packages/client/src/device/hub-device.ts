import type { CloseOptions } from '../connect/connect-options.ts';
import type { DeviceState } from '../hub/life-options.ts';
import { jsonText } from '../hub/limits.ts';
import type { DevicePlan } from './device-plan.ts';
import { makeBatch, type TelemetryBatch } from './hub-batch.ts';
import { issueCertificate } from './hub-certificate.ts';
import { type HubLink, makeHubLink } from './hub-link.ts';
import { type DeviceMessages, deviceMessages } from './hub-messages.ts';
import { type MethodHandler, type Methods, makeMethods } from './hub-methods.ts';
import type { BatchOptions, MessagesOptions, RequestOptions, SendOptions } from './hub-options.ts';
import { BATCH, CLOSE, checkByRules, SEND } from './hub-rules.ts';
import { telemetryOf } from './hub-telemetry.ts';
import { makeTwin, type Twin } from './hub-twin.ts';

/**
 * A device at its IoT hub. It stays connected and reconnects by itself. Made by `connectHub` or `openDevice`.
 *
 * @example
 * void device.onMethod('reboot', () => ({ status: 202 }));
 * await device.send({ temperature: 21.5 });
 * await device.twin.report({ firmware: '1.4.0' });
 */
export class HubDevice {
  /** Desired and reported properties. */
  readonly twin: Twin;
  readonly #methods: Methods;
  readonly #link: HubLink;

  /** Internal. Use `connectHub` or `openDevice`. */
  constructor(plan: DevicePlan) {
    this.#methods = makeMethods(() => this.#link);
    this.#link = makeHubLink(plan, this.#methods);
    this.twin = makeTwin(this.#link);
  }

  /** What the device is doing now. */
  get state(): DeviceState {
    return this.#link.state();
  }

  /** Host name of the present hub, or of the one that is being dialled. Empty while none is known. */
  get hostName(): string {
    return this.#link.names().hostName;
  }

  /** The id of the device at its hub. */
  get deviceId(): string {
    return this.#link.names().deviceId;
  }

  /** The id of the module; undefined for a device. */
  get moduleId(): string | undefined {
    return this.#link.names().moduleId;
  }

  /** Number of telemetry messages that were dropped because the queue was full. */
  get dropped(): number {
    return this.#link.dropped();
  }

  /** Number of messages of the hub that were ignored: wrong ids, old versions, unknown topics. */
  get ignored(): number {
    return this.#link.exchange.machine.ignored;
  }

  /**
   * Sends one telemetry message: bytes and text as they are, any other value as JSON. Resolves when the hub has acknowledged it (at
   * QoS 0: when it is written). Rejects with HubError, or with the reason of `signal`. It always settles: when the device ends, it does.
   */
  async send(body: unknown, options: SendOptions = {}): Promise<void> {
    const { checked, client, hubResult } = this.#link;
    const given = checked(() => checkByRules(options, SEND));
    const { topicName, payload } = checked(() => telemetryOf(this, body, given));
    await hubResult(client().publish(topicName, payload, { ...given, qos: given.qos ?? 1 }), given);
  }

  /** Collects JSON values into arrays. Each array is one message, so that many values cost one unit of the hub's quota. */
  batch(options: BatchOptions = {}): TelemetryBatch {
    const { batches, checked, client } = this.#link;
    const { maxBytes = 4096, maxDelayMs = 1000, ...send } = checked(() => checkByRules(options, BATCH));
    const empty = checked(() => telemetryOf(this, [], send).size);
    // Throws if the device has ended: no value then waits for its time.
    const textOf = (value: unknown): string => checked(() => client() && jsonText('value', value));
    return makeBatch((values) => this.send(values, send), textOf, maxBytes - empty, maxDelayMs, batches);
  }

  /**
   * The cloud-to-device messages of this device (for a module: of its inputs), for a `for await` loop. Each is acknowledged when the
   * loop body is done, and at the latest 55 s after it came: the hub sends a message again that is not acknowledged within a minute.
   */
  messages(options: MessagesOptions = {}): DeviceMessages {
    return deviceMessages(this.#link, options);
  }

  /**
   * Sets the handler of a direct method; the one of `*` gets the methods that have none. Calls without a handler are answered with
   * 404, bodies that are not JSON with 400. A second handler for a name replaces the first. The promise resolves when the hub has
   * granted the subscription and rejects with HubError. It need not be awaited.
   */
  onMethod(name: string, handler: MethodHandler): Promise<void> {
    return this.#methods.on(name, handler);
  }

  /** Removes the handler of a method. Its calls are answered with 404 from now on. */
  offMethod(name: string): void {
    this.#methods.off(name);
  }

  /**
   * Asks the hub for a new certificate. This is a preview of the service and needs `apiVersion: '2025-08-01-preview'`. `csr` is a
   * certificate request in PEM, DER or base64. Resolves with PEM, the device's certificate first. To use it from the next connection
   * on, pass a function as `attestation`.
   */
  renewCertificate(csr: string | ArrayBufferView, options?: RequestOptions): Promise<readonly string[]> {
    return issueCertificate(this.#link, csr, options);
  }

  /** Asks the provisioning service for a hub now. Does nothing for a device that was made by `connectHub`. */
  reprovision(): void {
    this.#link.reprovision();
  }

  /**
   * Sends what batches hold, waits up to `drainMs` for queued and unacknowledged messages, and disconnects. Messages that are left reject
   * with `closed`.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    await this.#link.close(this.#link.checked(() => checkByRules(options, CLOSE)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Internal. Resolves when the device is online for the first time. When it rejects, no socket and no timer is left. */
  async open(signal?: AbortSignal, timeoutMs?: number): Promise<this> {
    await this.#link.open(signal, timeoutMs);
    return this;
  }
}
