import { decodeUtf8 } from '@mote/codec';
import { onAbort } from '../abort.ts';
import { encodeBase64 } from '../azure/base64.ts';
import type { CloseOptions } from '../connect/connect-options.ts';
import { now } from '../driver.ts';
import { HubError, refuseHub } from '../hub/error.ts';
import type { HubAnswer, HubRequest, HubRequestType, MethodCall } from '../hub/exchange.ts';
import type { DeviceState } from '../hub/life.ts';
import { byteLength, jsonText, limit, METHOD_BYTES, patchText } from '../hub/limits.ts';
import { diagnostics } from '../node.ts';
import { publish as tell } from '../observers.ts';
import { bytesOf } from '../values.ts';
import { BATCH, CLOSE, MESSAGES, REQUEST, SEND, telemetryOf } from './check-hub-options.ts';
import { TelemetryBatch } from './hub-batch.ts';
import { type DevicePlan, HubLink } from './hub-link.ts';
import { DeviceMessages, type MessagesOptions } from './hub-messages.ts';
import type { BatchOptions, RequestOptions, SendOptions } from './hub-options.ts';
import { DesiredChanges } from './hub-twin.ts';

/** For an answer of the hub, unless told. */
const REQUEST_MS = 60_000;
/** For a certificate, which a person or a policy may have to allow. */
const CERTIFICATE_MS = 300_000;
/** Of a certificate request in base64. */
const CSR_BYTES = 8192;
const DER_SEQUENCE = 0x30;

export interface MethodRequest {
  readonly name: string;
  readonly requestId: string;
  /** The JSON that came with the call; undefined when there was none. */
  readonly payload: unknown;
  /** Aborts when nobody waits for the answer any more: the connection is lost, or five minutes are over. */
  readonly signal: AbortSignal;
}

export interface MethodResponse {
  /** An integer of 32 bits; 200 unless told. */
  readonly status?: number | undefined;
  /** JSON of up to 128 KB; nothing when left out. */
  readonly payload?: unknown;
}

/** What it throws, or its promise rejects with, is answered with 500. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler need not return anything
export type MethodHandler = (request: MethodRequest) => MethodResponse | void | Promise<MethodResponse | void>;

type Values = Readonly<Record<string, unknown>>;

export interface Twin {
  /** Both halves, each with its `$version`. */
  get(options?: RequestOptions): Promise<{ readonly desired: Values; readonly reported: Values }>;
  /**
   * Changes the reported properties by a merge patch: null takes a member away. Resolves with their new version. Rejects with HubError:
   * `too-large`, or `invalid-options`, before anything is sent, for what the hub would refuse.
   */
  report(patch: Values, options?: RequestOptions): Promise<number | undefined>;
  /**
   * The desired properties: first the whole (`complete`), then each change in order, no version twice. After a reconnect what was
   * missed comes as a whole again.
   */
  desired(): DesiredChanges;
}

/** A device at its hub: it stays connected, comes back, and keeps its promises. Made by `connectHub` or `openDevice`. */
export class HubDevice {
  readonly twin: Twin;
  readonly #link: HubLink;
  readonly #handlers = new Map<string, MethodHandler>();
  readonly #calls = new Map<string, AbortController>();
  readonly #messages = new Set<DeviceMessages>();
  /** Those that hold something. */
  readonly #batches = new Set<TelemetryBatch>();

  /** Internal: `connectHub` and `openDevice` are the ways to it. */
  constructor(plan: DevicePlan) {
    this.#link = new HubLink(plan, {
      call: (call) => void this.#call(call),
      cancel: (requestId) => this.#calls.get(requestId)?.abort(new HubError('connection-lost', 'method')),
      offline: () => {
        for (const messages of this.#messages) messages.offline();
      },
      ended: (error) => {
        for (const messages of this.#messages) messages.end(error);
      },
      wakeAt: () => Math.min(Infinity, ...[...this.#messages].map((messages) => messages.wakeAt)),
      wake: (at) => {
        for (const messages of this.#messages) messages.wake(at);
      },
    });
    this.twin = {
      get: async (options) => {
        const { body } = await this.#ask('twin-get', '', options);
        const { desired, reported } = Object(body) as { desired?: Values; reported?: Values };
        if (Object(desired) !== desired || Object(reported) !== reported)
          throw this.#link.spoken(new HubError('protocol-violation', 'twin', { reason: 'no-twin' }));
        return { desired: desired!, reported: reported! };
      },
      report: async (patch, options) => (await this.#ask('twin-report', patchText(patch), options)).version,
      desired: () => new DesiredChanges(this.#link),
    };
  }

  get state(): DeviceState {
    return this.#link.state;
  }

  /** Of the hub that it is at, or goes to. */
  get hostName(): string {
    return this.#link.hostName;
  }

  get deviceId(): string {
    return this.#link.deviceId;
  }

  get moduleId(): string | undefined {
    return this.#link.moduleId;
  }

  /** Telemetry that was dropped because the queue was full. */
  get dropped(): number {
    return this.#link.dropped;
  }

  /** What the hub has sent and nobody here had asked for: wrong ids, versions of the past, unknown topics. */
  get ignored(): number {
    return this.#link.exchange.ignored;
  }

  /**
   * Sends a message of telemetry: bytes and text as they are, anything else as JSON. Resolves when the hub has it (at QoS 0: when it
   * is written). Rejects with HubError, or with the reason of `signal`; always, since whatever ends the device ends this, too.
   */
  async send(body: unknown, options: SendOptions = {}): Promise<void> {
    this.#link.check(options, SEND);
    const { qos = 1, retain, signal, timeoutMs, expiresAfterMs, ...telemetry } = options;
    const { topicName, payload } = telemetryOf(this, body, telemetry);
    const { client } = this.#link;
    await this.#link.told(client.publish(topicName, payload, { qos, retain, signal, timeoutMs, expiresAfterMs }));
  }

  /** Gathers JSON values into arrays, each of which is one message of the hub's quota. */
  batch(options: BatchOptions = {}): TelemetryBatch {
    this.#link.check(options, BATCH);
    const { maxBytes = 4096, maxDelayMs = 1000, ...send } = options;
    const empty = telemetryOf(this, [], send).size;
    return new TelemetryBatch((values) => this.send(values, send), maxBytes - empty, maxDelayMs, this.#batches);
  }

  /**
   * Messages of the hub to this device (for a module: of its inputs), for a loop. Each is acknowledged when the loop body is done, and
   * after 55 s even if it is not: the hub gives out again what it has not heard of for a minute.
   */
  messages(options: MessagesOptions = {}): DeviceMessages {
    this.#link.check(options, MESSAGES);
    const messages = new DeviceMessages(this.#link, options, () => this.#messages.delete(messages));
    this.#messages.add(messages);
    return messages;
  }

  /**
   * Answers calls of a direct method; `*` those that have no handler of their own. Names without a handler are answered with 404,
   * requests that are not JSON with 400. A second handler takes the place of the first. Resolves when the hub passes calls on; rejects with HubError. It need not be waited for.
   */
  onMethod(name: string, handler: MethodHandler): Promise<void> {
    if (typeof name !== 'string' || name === '') refuseHub('name', 'of a method');
    if (typeof handler !== 'function') refuseHub('handler', 'a function');
    // Throws what has ended the device.
    void this.#link.client;
    this.#handlers.set(name, handler);
    this.#link.run(this.#link.exchange.listen(name));
    const granted = this.#link.granted('methods');
    granted.catch(() => {});
    return granted;
  }

  /** Its calls are answered with 404 from now on. */
  offMethod(name: string): void {
    this.#handlers.delete(name);
    this.#link.exchange.ignore(name);
  }

  /**
   * Preview: asks the hub for a new certificate. `csr` is a certificate request in PEM, DER or base64. Resolves with PEM, leaf first;
   * it counts from the next connection on, for which `attestation` may be a function. Needs `apiVersion: '2025-08-01-preview'`.
   */
  async renewCertificate(csr: string | ArrayBufferView, options: RequestOptions = {}): Promise<readonly string[]> {
    const text = JSON.stringify({ id: this.deviceId, csr: csrText(csr), replace: '*' });
    const { body } = await this.#ask('issue-certificate', text, { timeoutMs: CERTIFICATE_MS, ...options });
    const { certificates } = Object(body) as { certificates?: unknown };
    if (Array.isArray(certificates) && certificates.length && certificates.every((one) => typeof one === 'string'))
      return certificates.map(pemOf);
    throw this.#link.spoken(new HubError('protocol-violation', 'credentials', { reason: 'no-certificates' }));
  }

  /** Asks the provisioning service for the hub now. Only of a device of `openDevice`; of another it does nothing. */
  reprovision(): void {
    this.#link.reprovision();
  }

  /** Sends what batches hold, waits for what is queued and under way, and disconnects. What is left by then is told `closed`. */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#link.check(options, CLOSE);
    for (const batch of this.#batches) batch.flush().catch(() => {});
    await this.#link.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when it is online for the first time. Internal. */
  async open(signal?: AbortSignal, timeoutMs?: number): Promise<this> {
    await this.#link.open(signal, timeoutMs);
    return this;
  }

  #ask(type: HubRequestType, body: string, options: RequestOptions = {}): Promise<HubAnswer> {
    this.#link.check(options, REQUEST);
    const { timeoutMs = REQUEST_MS, signal } = options;
    const { exchange } = this.#link;
    return new Promise((resolve, reject) => {
      // Throws what has ended the device.
      void this.#link.client;
      let ignoreSignal = (): void => {};
      const request: HubRequest = {
        type,
        body,
        dueAt: now() + timeoutMs,
        settle: (error, answer) => {
          ignoreSignal();
          if (error === undefined) resolve(answer!);
          else reject(this.#link.spoken(error));
        },
      };
      this.#link.run(exchange.ask(request));
      ignoreSignal = onAbort(signal, (reason) => this.#link.run(exchange.withdraw(request, reason)), refuseHub);
    });
  }

  async #call({ name, requestId, payload }: MethodCall): Promise<void> {
    const controller = new AbortController();
    this.#calls.set(requestId, controller);
    let status = 500;
    let text = '';
    try {
      const answer =
        (await (this.#handlers.get(name) ?? this.#handlers.get('*'))?.({
          name,
          requestId,
          payload,
          signal: controller.signal,
        })) ?? {};
      const { status: given = 200, payload: value } = answer;
      if (!Number.isInteger(given) || Math.abs(given) >= 2 ** 31) refuseHub('status', 'an integer of 32 bits');
      text = value === undefined ? '' : jsonText('payload', value);
      if (byteLength(text) > METHOD_BYTES) limit('payload', byteLength(text), METHOD_BYTES);
      status = given;
    } catch (error) {
      // The caller hears that it failed; why is nobody's business outside.
      text = '';
      tell(diagnostics().channel('mote:handler-error'), { deviceId: this.deviceId, method: name, error });
    }
    if (this.#calls.get(requestId) === controller) this.#calls.delete(requestId);
    if (!controller.signal.aborted) this.#link.run(this.#link.exchange.answer(requestId, status, text));
  }
}

/** Base64 DER of a certificate request in PEM, DER or base64. */
function csrText(csr: string | ArrayBufferView): string {
  const bytes = typeof csr === 'string' ? undefined : bytesOf(csr);
  const text = bytes === undefined || bytes[0] !== DER_SEQUENCE ? String(bytes ? decodeUtf8(bytes) : csr) : '';
  const base64 = text.replace(/-----[^-]*-----|\s/g, '');
  const found = bytes && !text ? encodeBase64(bytes) : base64;
  if (/PRIVATE KEY/.test(text) || !/^MI[a-zA-Z\d+/]+={0,2}$/.test(found))
    refuseHub('csr', 'a certificate request (PKCS #10) in PEM, DER or base64');
  limit('csr', found.length, CSR_BYTES);
  return found;
}

/** As it is, or of base64 DER. */
function pemOf(certificate: string): string {
  if (/-----BEGIN/.test(certificate)) return certificate;
  const lines = certificate.replace(/\s/g, '').replace(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
