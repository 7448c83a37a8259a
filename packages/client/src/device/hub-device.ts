import type { CloseOptions } from '../connect/connect-options.ts';
import type { DeviceState } from '../hub/life-options.ts';
import { jsonText } from '../hub/limits.ts';
import { BATCH, CLOSE, hubCheck, SEND } from './check-hub-options.ts';
import type { DevicePlan } from './device-plan.ts';
import { makeBatch, type TelemetryBatch } from './hub-batch.ts';
import { issueCertificate } from './hub-certificate.ts';
import { type HubLink, makeHubLink } from './hub-link.ts';
import { type DeviceMessages, deviceMessages, type MessagesOptions } from './hub-messages.ts';
import { type MethodHandler, type Methods, makeMethods } from './hub-methods.ts';
import type { BatchOptions, RequestOptions, SendOptions } from './hub-options.ts';
import { telemetryOf } from './hub-telemetry.ts';
import { makeTwin, type Twin } from './hub-twin.ts';

/** A device at its hub: it stays connected, comes back, and keeps its promises. Made by `connectHub` or `openDevice`. */
export class HubDevice {
  readonly twin: Twin;
  readonly #methods: Methods;
  readonly #link: HubLink;
  /** Those that hold something. */
  readonly #batches = new Set<TelemetryBatch>();

  /** Internal: `connectHub` and `openDevice` are the ways to it. */
  constructor(plan: DevicePlan) {
    this.#methods = makeMethods(() => this.#link);
    this.#link = makeHubLink(plan, this.#methods);
    this.twin = makeTwin(this.#link);
  }

  get state(): DeviceState {
    return this.#link.state();
  }

  /** Of the hub that it is at, or goes to. */
  get hostName(): string {
    return this.#link.names().hostName;
  }

  get deviceId(): string {
    return this.#link.names().deviceId;
  }

  get moduleId(): string | undefined {
    return this.#link.names().moduleId;
  }

  /** Telemetry that was dropped because the queue was full. */
  get dropped(): number {
    return this.#link.dropped();
  }

  /** What the hub has sent and nobody here had asked for: wrong ids, versions of the past, unknown topics. */
  get ignored(): number {
    return this.#link.talk.exchange.ignored;
  }

  /**
   * Sends a message of telemetry: bytes and text as they are, anything else as JSON. Resolves when the hub has it (at QoS 0: when it
   * is written). Rejects with HubError, or with the reason of `signal`; always, since whatever ends the device ends this, too.
   */
  async send(body: unknown, options: SendOptions = {}): Promise<void> {
    const { checked, client, told } = this.#link;
    const { qos = 1, retain, signal, timeoutMs, expiresAfterMs, ...telemetry } = options;
    const { topicName, payload } = checked(() => {
      hubCheck(options, SEND);
      return telemetryOf(this, body, telemetry);
    });
    await told(client().publish(topicName, payload, { qos, retain, signal, timeoutMs, expiresAfterMs }));
  }

  /** Gathers JSON values into arrays, each of which is one message of the hub's quota. */
  batch(options: BatchOptions = {}): TelemetryBatch {
    const { checked } = this.#link;
    const { maxBytes = 4096, maxDelayMs = 1000, ...send } = options;
    const empty = checked(() => {
      hubCheck(options, BATCH);
      return telemetryOf(this, [], send).size;
    });
    const textOf = (value: unknown): string => checked(() => jsonText('value', value));
    return makeBatch((values) => this.send(values, send), textOf, maxBytes - empty, maxDelayMs, this.#batches);
  }

  /**
   * Messages of the hub to this device (for a module: of its inputs), for a loop. Each is acknowledged when the loop body is done, and
   * after 55 s even if it is not: the hub gives out again what it has not heard of for a minute.
   */
  messages(options: MessagesOptions = {}): DeviceMessages {
    return deviceMessages(this.#link, options);
  }

  /**
   * Answers calls of a direct method; `*` those that have no handler of their own. Names without a handler are answered with 404,
   * requests that are not JSON with 400. A second handler takes the place of the first. Resolves when the hub passes calls on; rejects
   * with HubError. It need not be waited for.
   */
  onMethod(name: string, handler: MethodHandler): Promise<void> {
    return this.#methods.on(name, handler);
  }

  /** Its calls are answered with 404 from now on. */
  offMethod(name: string): void {
    this.#methods.off(name);
  }

  /**
   * Preview: asks the hub for a new certificate. `csr` is a certificate request in PEM, DER or base64. Resolves with PEM, leaf first;
   * it counts from the next connection on, for which `attestation` may be a function. Needs `apiVersion: '2025-08-01-preview'`.
   */
  renewCertificate(csr: string | ArrayBufferView, options?: RequestOptions): Promise<readonly string[]> {
    return issueCertificate(this.#link, csr, options);
  }

  /** Asks the provisioning service for the hub now. Only of a device of `openDevice`; of another it does nothing. */
  reprovision(): void {
    this.#link.reprovision();
  }

  /** Sends what batches hold, waits for what is queued and under way, and disconnects. What is left by then is told `closed`. */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#link.checked(() => hubCheck(options, CLOSE));
    for (const batch of this.#batches) batch.flush().catch(() => {});
    await this.#link.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when it is online for the first time. When it rejects, nothing is left of it. Internal. */
  async open(signal?: AbortSignal, timeoutMs?: number): Promise<this> {
    await this.#link.open(signal, timeoutMs);
    return this;
  }
}
