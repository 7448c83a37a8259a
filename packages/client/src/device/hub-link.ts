import { encodeUtf8 } from '@mote/codec';
import { onAbort } from '../abort.ts';
import type { Attestation } from '../attestation/attestation.ts';
import { WEB_SOCKET_PATH } from '../azure/dps.ts';
import { type HubIdentity, hubClientId, hubUserName } from '../azure/hub-identity.ts';
import { hubSasResource, hubSasToken, sasText } from '../azure/hub-sas.ts';
import { HUB_FILTERS, type HubFilter } from '../azure/hub-topics.ts';
import { checkConnectOptions } from '../connect/check-connect-options.ts';
import type { CloseOptions, ConnectOptionsBase, MqttTlsOptions } from '../connect/connect-options.ts';
import { MqttClient } from '../connect/mqtt-client.ts';
import type { MqttObservers } from '../connect/mqtt-observers.ts';
import { now } from '../driver.ts';
import { HubError, hubErrorOf, refuseHub } from '../hub/error.ts';
import { type HubAction, HubExchange, type MethodCall } from '../hub/exchange.ts';
import { DeviceLife, type DeviceState, type HubEntry, type LifeAction } from '../hub/life.ts';
import type { ClientState, Credentials } from '../mqtt/client-options.ts';
import type { MqttError } from '../mqtt/error.ts';
import { crypto } from '../node.ts';
import type { Rule } from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type { DialTarget, Transport } from '../transport/transport.ts';
import { observe } from '../values.ts';
import { hubCheck, telemetryOf } from './check-hub-options.ts';
import type { HubLinkOptionsBase } from './hub-options.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** What a device is made of. */
export interface DevicePlan {
  readonly link: HubLinkOptionsBase;
  readonly transports: readonly Transport[];
  readonly attestation: (entry: HubEntry) => Attestation | Promise<Attestation>;
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
  /** Never rejects. The hub is dialled when it is done. */
  readonly save?: ((entry: HubEntry) => Promise<unknown>) | undefined;
  /** Who else looks on beside the caller's own callbacks. */
  readonly observers?: ((options: ConnectOptionsBase, transports: readonly Transport[]) => MqttObservers) | undefined;
  /** Gives an error its sentence and its hint. */
  readonly words?: ((error: HubError, hostName: string) => void) | undefined;
}

/** What the device does with what its hub says. */
export interface LinkEvents {
  call(call: MethodCall): void;
  cancel(requestId: string): void;
  /** The connection is gone, and with it what was not acknowledged. */
  offline(): void;
  /** It does not come back: with the reason, unless it was closed. */
  ended(error?: unknown): void;
  /** When it wants to be woken. */
  wakeAt(): number;
  wake(now: number): void;
}

/** A device's way to its hub: the one owner of its machines, its client and its timer. */
export class HubLink {
  readonly exchange: HubExchange = new HubExchange(() => crypto().randomBytes(16).toString('hex'));
  readonly #plan: DevicePlan;
  readonly #events: LinkEvents;
  readonly #life: DeviceLife;
  #lifeAt = Infinity;
  #exchangeAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #entry: HubEntry | undefined;
  #client: MqttClient | undefined;
  readonly #granted = new Map<HubFilter, Promise<unknown>>();
  #online = false;
  #moved = false;
  /** Refusals, each of which tries the next key. */
  #alternative = 0;
  readonly #provisioning = new AbortController();
  #opened: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  #closed: Promise<void> | undefined;
  #saved: Promise<unknown> | undefined;
  #error: unknown;
  #lastCause: HubError | undefined;

  constructor(plan: DevicePlan, events: LinkEvents) {
    this.#plan = plan;
    this.#events = events;
    // Before anything is dialled, whatever the device will be called.
    checkConnectOptions(clientOptions(plan.link, { deviceId: 'device', moduleId: plan.moduleId }));
    const { baseMs = 1000, capMs = 60_000 } = plan.link.retry ?? {};
    this.#life = new DeviceLife({ provisions: plan.provision !== undefined, random: Math.random, baseMs, capMs });
  }

  get state(): DeviceState {
    return this.#life.state ?? { type: 'connecting', hostName: this.hostName };
  }

  get hostName(): string {
    return this.#entry?.assignedHub ?? '';
  }

  get deviceId(): string {
    return this.#entry?.deviceId ?? '';
  }

  get moduleId(): string | undefined {
    return this.#plan.moduleId;
  }

  /** The client, while it takes something. Throws what has ended it. */
  get client(): MqttClient {
    const { state } = this;
    if (state.type === 'stopped') throw state.error;
    if (!this.#client || state.type === 'closed' || this.#closed) throw new HubError('closed', 'publish');
    return this.#client;
  }

  get dropped(): number {
    return this.#client?.dropped ?? 0;
  }

  /** Resolves when it is online for the first time. When it rejects, nothing is left of it. */
  open(signal: AbortSignal | undefined, timeoutMs: number = Infinity): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error: unknown): void => this.#live([{ type: 'stop', error }]);
      const late = (): void => {
        const { state } = this;
        const silence = new HubError('timed-out', 'connect', { retryable: true, cause: this.#lastCause });
        end(state.type === 'waiting' ? state.cause : silence);
      };
      const deadline = timeoutMs > MAX_TIMER_MS ? undefined : setTimeout(late, timeoutMs);
      let ignoreSignal = (): void => {};
      const settled = (settle: () => void): (() => void) => {
        return () => {
          clearTimeout(deadline);
          ignoreSignal();
          settle();
        };
      };
      this.#opened = { resolve: settled(resolve), reject: (error) => settled(() => reject(error))() };
      ignoreSignal = onAbort(signal, end, refuseHub);
      if (!this.#closed) this.#live(this.#life.start(this.#plan.entry));
    });
  }

  /** Does what the machines decide. */
  run(actions: readonly HubAction[]): void {
    for (const action of actions) {
      if (action.type === 'subscribe') this.#subscribe(action.filter);
      else if (action.type === 'publish')
        // What is lost with the connection is asked again on the next.
        this.#client?.publish(action.topicName, action.text).catch(() => {});
      else if (action.type === 'call') this.#events.call(action.call);
      else if (action.type === 'cancel') this.#events.cancel(action.requestId);
      else {
        this.#exchangeAt = action.until;
        this.schedule();
      }
    }
  }

  /** Resolves when the hub has granted a filter that was subscribed to. */
  async granted(filter: HubFilter): Promise<void> {
    await this.told(this.#granted.get(filter)!);
  }

  reprovision(): void {
    this.#live(this.#life.reprovision());
  }

  close(options: CloseOptions): Promise<void> {
    this.#closed ??= this.#end(options);
    return this.#closed;
  }

  /** Gives what a promise of the client rejects with its name, and its words. */
  async told<Result>(promise: Promise<Result>): Promise<Result> {
    try {
      return await promise;
    } catch (cause) {
      throw this.spoken(hubErrorOf(cause));
    }
  }

  /** Throws, in words, what is wrong with options. */
  check(options: object, rules: Readonly<Record<string, Rule>>): void {
    try {
      hubCheck(options, rules);
    } catch (error) {
      throw this.spoken(error);
    }
  }

  spoken(error: unknown): unknown {
    if (error instanceof HubError) this.#plan.words?.(error, this.hostName);
    return error;
  }

  /** Sets the timer to whatever comes first. */
  schedule(): void {
    clearTimeout(this.#timer);
    const next = Math.min(this.#lifeAt, this.#exchangeAt, this.#events.wakeAt());
    if (next === Infinity) return;
    const ms = Math.min(Math.max(next - now(), 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#wake(), ms);
  }

  #wake(): void {
    this.#lifeAt = Infinity;
    this.#exchangeAt = Infinity;
    this.#live(this.#life.wake(now(), this.exchange.busy));
    this.run(this.exchange.wake(now()));
    this.#events.wake(now());
    this.schedule();
  }

  #live(actions: readonly LifeAction[]): void {
    for (const action of actions) {
      if (action.type === 'state') this.#onState(action.state);
      else if (action.type === 'provision') this.#provision();
      else if (action.type === 'save') this.#saved = this.#plan.save?.(action.entry);
      else if (action.type === 'renew') this.#client?.reconnect();
      else if (action.type === 'connect') this.#connect(action.entry, action.moved);
      else if (action.type === 'stop') this.#stop(action.error);
      else {
        this.#lifeAt = action.until;
        this.schedule();
      }
    }
  }

  #provision(): void {
    this.#client?.reconnect(true);
    this.#plan.provision!(this.#provisioning.signal).then(
      (entry) => this.#live(this.#life.provisioned(entry)),
      (error: unknown) => this.#live(this.#life.unprovisioned(error, now())),
    );
  }

  #connect(entry: HubEntry, moved: boolean): void {
    this.#entry = entry;
    this.#moved ||= moved;
    if (this.#client) this.#client.reconnect(false, moved);
    else this.#client = this.#makeClient();
  }

  #makeClient(): MqttClient {
    const { link, transports, provision, attestation } = this.#plan;
    const tls = async (): Promise<MqttTlsOptions> => {
      const { tls: given = {} } = link;
      const own = (await attestation(this.#entry!)).tls?.() as MqttTlsOptions | undefined;
      return { ...(typeof given === 'function' ? await given() : given), ...own };
    };
    return new MqttClient(
      { ...clientOptions(link, this), tls, onState: (state) => this.#onClient(state) },
      transports.map((transport) => this.#leading(transport)),
      provision === undefined,
      () => this.#prove(),
      this.#plan.observers,
    );
  }

  /** The same transport, to the hub that the device is at by then. */
  #leading(transport: Transport): Transport {
    const dial: Transport['dial'] = (target, events) => transport.dial(this.#targetOf(target, transport), events);
    return { ...transport, dial };
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
    await this.#saved;
    const userName = hubUserName({ ...names, apiVersion, modelId, clientType });
    const clientId = hubClientId(names);
    if (token !== undefined) return { clientId, userName, password: encodeUtf8(token) };
    const { sign, alternatives } = await attestation(this.#entry!);
    if (!sign) return { clientId, userName };
    const expiry = Math.floor(Date.now() / 1000) + tokenSeconds;
    const resource = hubSasResource(hostName, names);
    const text = sasText({ resource, expiry });
    const signatureBase64 = await sign(text, registrationId ?? deviceId, this.#alternative % alternatives);
    this.#live(this.#life.token(tokenSeconds * 1000, now()));
    return { clientId, userName, password: encodeUtf8(hubSasToken({ resource, signatureBase64, expiry, policyName })) };
  }

  #subscribe(filter: HubFilter): void {
    const stream = this.#client!.subscribe(
      HUB_FILTERS[filter](this),
      ({ topicName, payload }) => this.run(this.exchange.receive(topicName, payload, now())),
      { qos: 1, ack: 'auto' },
    );
    this.#granted.set(filter, stream.granted);
    stream.granted.catch((error: MqttError) => {
      if (error.code === 'subscribe-refused')
        this.run(this.exchange.refused(filter, this.spoken(hubErrorOf(error)) as HubError));
    });
  }

  #onClient(state: ClientState): void {
    if (state.type === 'online') {
      const moved = this.#moved;
      this.#online = true;
      this.#moved = false;
      this.#live(this.#life.client(state, now()));
      this.run(this.exchange.online(moved || !state.sessionPresent, moved, now()));
      return;
    }
    if (this.#online) {
      this.#online = false;
      this.run(this.exchange.offline());
      this.#events.offline();
    }
    this.#live(this.#life.client(state, now()));
  }

  #onState(state: DeviceState): void {
    if (state.type === 'online') this.#opened?.resolve();
    if (state.type === 'waiting') {
      this.#lastCause = state.cause;
      if (state.cause.code === 'connection-refused') this.#alternative++;
      this.spoken(state.cause);
    }
    if (state.type === 'stopped') this.spoken(state.error);
    observe(() => this.#plan.link.onState?.(state));
  }

  /** Nothing of it is left when the caller is told. */
  #stop(error: unknown): void {
    this.run(this.exchange.close(error as HubError));
    this.#events.ended(error);
    this.#error ??= error;
    void this.close({ drainMs: 0 });
  }

  async #end(options: CloseOptions): Promise<void> {
    this.#provisioning.abort();
    if (this.#client) await this.#client.close(options);
    else this.#live(this.#life.client({ type: 'closed' }, now()));
    clearTimeout(this.#timer);
    this.#lifeAt = Infinity;
    this.#exchangeAt = Infinity;
    this.run(this.exchange.close());
    this.#events.ended();
    clearTimeout(this.#timer);
    this.#opened?.reject(this.#error ?? new HubError('closed', 'connect'));
  }
}

/** What is left for the client. */
function clientOptions(link: HubLinkOptionsBase, names: HubIdentity): ConnectOptionsBase {
  const { endpoint: _e, apiVersion: _a, modelId: _m, clientVersion: _v, tokenSeconds: _t, will, ...others } = link;
  const { onState: _s, ...plain } = others;
  const last = will && telemetryOf(names, will.body, will);
  return {
    cleanSession: false,
    ...plain,
    host: 'hub',
    path: WEB_SOCKET_PATH,
    clientId: hubClientId(names),
    will: last && { topicName: last.topicName, payload: last.payload, qos: will.qos ?? 1 },
  };
}
