import { encodeUtf8 } from '@mote/codec';
import { onAbort } from './abort.ts';
import type { Attestation } from './attestation/attestation.ts';
import { WEB_SOCKET_PATH } from './azure/dps.ts';
import { hubClientId, hubUserName } from './azure/hub-identity.ts';
import { hubSasResource, hubSasToken, sasText } from './azure/hub-sas.ts';
import { checkSend, telemetryOf } from './check-hub-options.ts';
import type { CloseOptions, MqttTlsOptions } from './connect-options.ts';
import { HubError, hubErrorOf, refuseHub } from './hub/error.ts';
import { DeviceLife, type DeviceState, type HubEntry, type LifeAction } from './hub/life.ts';
import type { HubLinkOptionsBase, SendOptions } from './hub-options.ts';
import type { Credentials } from './mqtt/client-options.ts';
import { MqttClient } from './mqtt-client.ts';
import { now } from './mqtt-driver.ts';
import { parseEndpoint } from './transport/host-port.ts';
import type { DialTarget, Transport } from './transport/transport.ts';
import { observe } from './values.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a device is made of. Internal: `connectHub` and `openDevice` are the ways to it. */
export interface DevicePlan {
  readonly link: HubLinkOptionsBase;
  readonly transports: readonly Transport[];
  readonly attestation: () => Attestation | Promise<Attestation>;
  /** The hub that is known, if there is one. */
  readonly entry?: HubEntry | undefined;
  readonly moduleId?: string | undefined;
  /** For the key of a group; the device id unless told. */
  readonly registrationId?: string | undefined;
  /** Of the hub whose key signs. */
  readonly policyName?: string | undefined;
  /** A token that was made elsewhere. */
  readonly token?: string | undefined;
  readonly provision?: ((signal: AbortSignal) => Promise<HubEntry>) | undefined;
  readonly save?: ((entry: HubEntry) => unknown) | undefined;
  /** Gives an error its sentence and its hint. */
  readonly words?: ((error: HubError) => void) | undefined;
}

/** A device at its hub: it stays connected, comes back, and keeps its promises. Made by `connectHub` or `openDevice`. */
export class HubDevice {
  readonly moduleId: string | undefined;
  readonly #plan: DevicePlan;
  readonly #life: DeviceLife;
  readonly #timers = new Map<object, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #entry: HubEntry | undefined;
  #client: MqttClient | undefined;
  /** Refusals in a row, each of which tries the next key. */
  #alternative = 0;
  readonly #provisioning = new AbortController();
  #opened: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  #closed: Promise<void> | undefined;

  constructor(plan: DevicePlan) {
    this.#plan = plan;
    this.moduleId = plan.moduleId;
    const { baseMs = 1000, capMs = 60_000 } = plan.link.retry ?? {};
    this.#life = new DeviceLife({ provisions: plan.provision !== undefined, random: Math.random, baseMs, capMs });
  }

  get state(): DeviceState {
    return this.#life.state ?? { type: 'connecting', hostName: this.hostName };
  }

  /** Of the hub that it is at, or goes to. */
  get hostName(): string {
    return this.#entry?.assignedHub ?? '';
  }

  get deviceId(): string {
    return this.#entry?.deviceId ?? '';
  }

  /** Messages that were dropped because the queue was full. */
  get dropped(): number {
    return this.#client?.dropped ?? 0;
  }

  /**
   * Sends a message of telemetry: bytes and text as they are, anything else as JSON. Resolves when the hub has it (at QoS 0: when it
   * is written). Rejects with HubError, or with the reason of `signal`; always, since whatever ends the device ends this, too.
   */
  async send(body: unknown, options: SendOptions = {}): Promise<void> {
    checkSend(options);
    const { qos = 1, retain, signal, timeoutMs, expiresAfterMs, ...telemetry } = options;
    const { topicName, payload } = telemetryOf(this, body, telemetry);
    await this.#told(this.#live().publish(topicName, payload, { qos, retain, signal, timeoutMs, expiresAfterMs }));
  }

  /** Waits for what is queued and under way, and disconnects. What is left by then is told `closed`. */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#end(options);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when it is online for the first time. Internal. */
  open(signal: AbortSignal | undefined, timeoutMs: number = Infinity): Promise<this> {
    return new Promise((resolve, reject) => {
      const end = (error: unknown): void => this.#run([{ type: 'stop', error }]);
      const deadline = setTimeout(
        () => {
          const { state } = this;
          end(state.type === 'waiting' ? state.cause : new HubError('timed-out', 'connect', { retryable: true }));
        },
        Math.min(timeoutMs, MAX_TIMER_MS),
      );
      if (timeoutMs === Infinity) clearTimeout(deadline);
      const ignoreSignal = onAbort(signal, end, refuseHub);
      const settle = (settled: () => void): void => {
        clearTimeout(deadline);
        ignoreSignal();
        this.#opened = undefined;
        settled();
      };
      this.#opened = { resolve: () => settle(() => resolve(this)), reject: (error) => settle(() => reject(error)) };
      this.#run(this.#life.start(this.#plan.entry));
    });
  }

  #run(actions: readonly LifeAction[]): void {
    for (const action of actions) {
      if (action.type === 'state') this.#onState(action.state);
      else if (action.type === 'wait') this.#wait(this.#life, action.until);
      else if (action.type === 'provision') this.#provision();
      else if (action.type === 'save') observe(() => this.#plan.save?.(action.entry));
      else if (action.type === 'renew') this.#client?.reconnect();
      else if (action.type === 'connect') this.#connect(action.entry, action.moved);
      else this.#stop(action.error);
    }
  }

  #provision(): void {
    this.#client?.reconnect(true);
    this.#plan.provision!(this.#provisioning.signal).then(
      (entry) => this.#run(this.#life.provisioned(entry)),
      (error: unknown) => this.#run(this.#life.unprovisioned(error, now())),
    );
  }

  #connect(entry: HubEntry, moved: boolean): void {
    this.#entry = entry;
    if (this.#client) this.#client.reconnect(false, moved);
    else this.#client = this.#makeClient();
  }

  #makeClient(): MqttClient {
    const { link, transports, provision } = this.#plan;
    const { endpoint: _e, apiVersion: _a, modelId: _m, clientVersion: _v, tokenSeconds: _s, will, ...others } = link;
    const last = will && telemetryOf(this, will.body, will);
    return new MqttClient(
      {
        cleanSession: false,
        ...others,
        host: 'hub',
        path: WEB_SOCKET_PATH,
        clientId: hubClientId(this),
        will: last && { topicName: last.topicName, payload: last.payload, qos: will.qos ?? 1 },
        tls: async () => {
          const { tls = {} } = link;
          const attestation = await this.#plan.attestation();
          const own = attestation.tls?.() as MqttTlsOptions | undefined;
          return { ...(typeof tls === 'function' ? await tls() : tls), ...own };
        },
        onState: (state) => this.#run(this.#life.client(state, now())),
      },
      transports.map((transport) => this.#leading(transport)),
      provision === undefined,
      () => this.#prove(),
    );
  }

  /** The same transport, to the hub that the device is at by then. */
  #leading(transport: Transport): Transport {
    return {
      ...transport,
      name: transport.name,
      dial: (target, events) => transport.dial(this.#targetOf(target, transport), events),
    };
  }

  #targetOf(target: DialTarget, { defaultPort = 8883 }: Transport): DialTarget {
    const { endpoint } = this.#plan.link;
    const hub = parseEndpoint(this.hostName)!;
    const { host, port = defaultPort } = endpoint === undefined ? hub : parseEndpoint(endpoint)!;
    // SNI takes no addresses [RFC 6066 3].
    const named = host !== hub.host && !/^[\d.]+$|:/.test(hub.host) ? { servername: hub.host } : {};
    return { ...target, host, port, tls: { ...named, ...target.tls } };
  }

  async #prove(): Promise<Credentials> {
    const { link, attestation, token, policyName, registrationId } = this.#plan;
    const { apiVersion, modelId, clientVersion: clientType, tokenSeconds = 3600 } = link;
    const { hostName, deviceId, moduleId } = this;
    const names = { hostName, deviceId, moduleId };
    const userName = hubUserName({ ...names, apiVersion, modelId, clientType });
    const clientId = hubClientId(names);
    if (token !== undefined) return { clientId, userName, password: encodeUtf8(token) };
    const { sign, alternatives } = await attestation();
    if (!sign) return { clientId, userName };
    const expiry = Math.floor(Date.now() / 1000) + tokenSeconds;
    const resource = hubSasResource(hostName, names);
    const text = sasText({ resource, expiry });
    const signatureBase64 = await sign(text, registrationId ?? deviceId, this.#alternative % alternatives);
    this.#run(this.#life.token(tokenSeconds * 1000, now()));
    return { clientId, userName, password: encodeUtf8(hubSasToken({ resource, signatureBase64, expiry, policyName })) };
  }

  #onState(state: DeviceState): void {
    if (state.type === 'online') this.#opened?.resolve();
    if (state.type === 'waiting') {
      if (state.cause.code === 'connection-refused') this.#alternative++;
      this.#plan.words?.(state.cause);
    }
    observe(() => this.#plan.link.onState?.(state));
  }

  /** Nothing of it is left when the caller is told. */
  async #stop(error: unknown): Promise<void> {
    if (error instanceof HubError) this.#plan.words?.(error);
    await this.#end({ drainMs: 0 });
    this.#opened?.reject(error);
  }

  async #end(options: CloseOptions): Promise<void> {
    this.#provisioning.abort();
    if (this.#client) await this.#client.close(options);
    else this.#run(this.#life.client({ type: 'closed' }, now()));
    clearTimeout(this.#timer);
    this.#timers.clear();
  }

  #live(): MqttClient {
    const { state } = this;
    if (state.type === 'stopped') throw state.error;
    if (!this.#client || state.type === 'closed') throw new HubError('closed', 'publish');
    return this.#client;
  }

  async #told<Result>(promise: Promise<Result>): Promise<Result> {
    try {
      return await promise;
    } catch (cause) {
      const error = hubErrorOf(cause);
      if (error instanceof HubError) this.#plan.words?.(error);
      throw error;
    }
  }

  /** One timer for everything that waits. */
  #wait(who: object, until: number): void {
    this.#timers.set(who, until);
    clearTimeout(this.#timer);
    const next = Math.min(...this.#timers.values());
    if (next === Infinity) return;
    const ms = Math.min(Math.max(next - now(), 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#timers.clear();
      this.#run(this.#life.wake(now()));
    }, ms);
  }
}
