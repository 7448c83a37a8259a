import { isIP } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import { ConfigError } from './config/config-error.ts';
import type { Attestation, EmulatorConfig, Enrollment } from './config/enrollment.ts';
import { credentialsOf, type HubDeviceIdentity, identityOf } from './config/hub-devices.ts';
import { loadWarnings, reachWarning } from './config/load-warnings.ts';
import { parseConfig } from './config/parse-config.ts';
import {
  DEFAULT_ENROLLMENTS,
  type MadeCredentials,
  prepareEnrollment,
  prepareEnrollments,
} from './config/prepare-enrollments.ts';
import { describeEnrollment } from './describe-enrollment.ts';
import type { DeviceCertificate, Emulator, EnrollmentSummary, GroupSummary, IndividualSummary } from './emulator.ts';
import { EventLog } from './event-log.ts';
import type { EmulatorEvent, EmulatorEventBody } from './events.ts';
import { EmulatedHub, type HubApi } from './hub-api.ts';
import type { Listener } from './listener/listener.ts';
import { RawSockets } from './listener/raw-sockets.ts';
import { ServerIdentities } from './listener/rsa-beside.ts';
import { listenTls } from './listener/tls-listener.ts';
import { listenWebSocket } from './listener/web-socket-listener.ts';
import type { EmulatorOptions } from './options.ts';
import { Authority } from './pki/authority.ts';
import { authorityFolder } from './pki/authority-folder.ts';
import { EnrollmentBook } from './service/enrollment-book.ts';
import type { Telemetry } from './service/hub/hub.ts';
import { canonicalHost } from './service/hub/hub-words.ts';
import { restoreDevices, storedDevices } from './service/hub/stored-devices.ts';
import type { RegistrationRecord } from './service/registration-record.ts';
import { FaultPicker } from './service/scenario/fault-picker.ts';
import type { ScenarioName } from './service/scenario/library.ts';
import type { Scenario } from './service/scenario/scenario.ts';
import { Service } from './service/service.ts';
import { listenApi } from './service-api/api-listener.ts';
import { ServiceApi } from './service-api/service-api.ts';
import { DEFAULT_HUBS, scenarioOf, settingsOf } from './settings-of.ts';
import { StateFile } from './state-file.ts';
import { StateKeeper } from './state-keeper.ts';

/** The parts put together: service core, listeners, certificates, events. */
export class RunningEmulator implements Emulator {
  readonly host: string;
  readonly ca: string;
  iotHubs: readonly string[];
  readonly #options: EmulatorOptions;
  readonly #clock: Clock;
  readonly #authority: Authority;
  readonly #events = new EventLog();
  readonly #made: MadeCredentials = { keys: new Map(), certificates: new Map() };
  readonly #service: Service;
  readonly #telemetry = new EventLog<Telemetry>();
  readonly hub: HubApi;
  #scenario: Scenario | undefined;
  readonly #sockets: RawSockets;
  readonly #listeners: Listener[] = [];
  readonly #state: StateKeeper | undefined;
  #port = 0;
  #webSocketPort: number | undefined;
  #apiPort: number | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EmulatorOptions, config: EmulatorConfig) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.host = options.host ?? '127.0.0.1';
    const { authority } = options;
    const now = this.#clock.now();
    this.#authority = new Authority(now, authority == null ? undefined : authorityFolder(authority, now));
    this.ca = this.#authority.serverRoot;
    this.iotHubs = config.iotHubs ?? DEFAULT_HUBS;
    const settings = settingsOf(options, config, this.#authority, (event) => this.#events.add(event), {
      isHub: (host) => this.#isHub(host),
      telemetry: (message) => this.#telemetry.add(message),
      changed: () => this.#state?.changed(),
    });
    this.#service = new Service(settings, this.#prepare(config));
    for (const device of config.devices ?? []) this.#addDevice(device);
    this.hub = new EmulatedHub(this.#service.hub, this.#clock, this.#telemetry);
    this.#scenario = settings.scenario;
    this.#sockets = new RawSockets(settings.limits, () => this.#clock.now());
    this.#state = options.stateFile === undefined ? undefined : this.#restore(options.stateFile);
  }

  /** Opens the listeners. */
  async listen(): Promise<void> {
    this.#warn([reachWarning(this.host), ...loadWarnings(this.#service.book.entries)]);
    const { port = 0, webSocketPort = 0, apiPort = false } = this.#options;
    const names = this.#serverNames();
    const identities = new ServerIdentities(this.#authority.issueServer(names), () =>
      this.#authority.issueServer(names, 'rsa'),
    );
    const shared = { service: this.#service, clock: this.#clock, identities, sockets: this.#sockets, host: this.host };
    this.#port = await this.#keep(listenTls({ ...shared, port }));
    if (webSocketPort !== false) {
      this.#webSocketPort = await this.#keep(listenWebSocket({ ...shared, port: webSocketPort }));
    }
    if (apiPort === false) return;
    const prepare = (enrollment: Enrollment) => {
      const entry = prepareEnrollment(enrollment, this.iotHubs, this.#authority, this.#made);
      this.#warn(loadWarnings([entry]));
      return entry;
    };
    const api = new ServiceApi(this.#service, prepare, {
      api: this.hub,
      hub: this.#service.hub,
      recentTelemetry: () => this.#telemetry.recent(),
      now: () => this.#clock.now(),
    });
    this.#apiPort = await this.#keep(listenApi(api, apiPort));
  }

  #addDevice(device: HubDeviceIdentity): void {
    const made = this.#service.hub.put(identityOf(device), undefined, credentialsOf(device));
    made.enabled = device.status?.toLowerCase() !== 'disabled';
  }

  /** A linked hub, one of an enrollment, or one that a custom allocation chose. */
  #isHub(host: string): boolean {
    const enrolled = this.#service.book.entries.flatMap(({ iotHubs }) => iotHubs);
    const chosen = this.#service.hub.devices.flatMap(({ hub }) => hub ?? []);
    return [...this.iotHubs, ...enrolled, ...chosen].some((name) => canonicalHost(name) === host);
  }

  /** Everything that a device may have to call the emulator: who checks a certificate checks it against the name dialled. */
  #serverNames(): string[] {
    const hubs = [this.iotHubs, ...this.#service.book.entries.map(({ iotHubs }) => iotHubs)].flat();
    const names = ['localhost', '127.0.0.1', '::1', this.host, ...(this.#options.serverNames ?? []), ...hubs];
    return [...new Set(names.map((name) => (isIP(name) === 0 ? name.replace(/:\d+$/, '').toLowerCase() : name)))];
  }

  get port(): number {
    return this.#port;
  }

  get webSocketPort(): number | undefined {
    return this.#webSocketPort;
  }

  get apiPort(): number | undefined {
    return this.#apiPort;
  }

  get idScope(): string {
    return this.#service.settings.idScope;
  }

  get seed(): number {
    return this.#service.settings.seed;
  }

  get events(): AsyncIterable<EmulatorEvent> {
    return this.#events;
  }

  get enrollments(): readonly EnrollmentSummary[] {
    return this.#service.book.entries.map(describeEnrollment);
  }

  individual<A extends Attestation['type']>(attestation: A): IndividualSummary<A> {
    return this.#summary('individual', attestation) as IndividualSummary<A>; // found by these two
  }

  group<A extends Attestation['type']>(attestation: A): GroupSummary<A> {
    return this.#summary('group', attestation) as GroupSummary<A>; // found by these two
  }

  #summary(kind: EnrollmentSummary['kind'], attestation: Attestation['type']): EnrollmentSummary {
    const found = this.enrollments.find((one) => one.kind === kind && one.attestation === attestation);
    if (found === undefined) throw new Error(`there is no ${kind} enrollment attested by ${attestation}`);
    return found;
  }

  get registrations(): ReadonlyMap<string, RegistrationRecord> {
    return this.#service.store.records();
  }

  issueDeviceCertificate(registrationId: string): DeviceCertificate {
    return this.#made.certificates.get(registrationId.toLowerCase()) ?? this.#authority.issueDevice(registrationId);
  }

  get scenario(): Scenario | undefined {
    return this.#scenario;
  }

  setScenario(scenario: Scenario | ScenarioName | undefined): void {
    this.#scenario = scenarioOf(scenario);
    this.#service.faults = new FaultPicker(this.#scenario, this.seed);
  }

  reload(config: EmulatorConfig): void {
    const checked = parseConfig(config);
    if (checked.idScope !== undefined && checked.idScope !== this.idScope) {
      throw new ConfigError([
        { path: 'idScope', message: `cannot change while the emulator runs; it is ${this.idScope}` },
      ]);
    }
    if (checked.iotHubs !== undefined) this.iotHubs = checked.iotHubs;
    this.#service.book = new EnrollmentBook(this.#prepare(checked));
    this.#warn(loadWarnings(this.#service.book.entries));
    this.#emit({ type: 'reloaded', enrollments: this.#service.book.entries.length });
  }

  reportReloadFailure(reason: string): void {
    this.#emit({ type: 'reload-failed', reason });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = this.#listeners.map((listener) => listener.close());
    this.#service.closeAll(this.#clock.now(), 'the emulator is closed');
    this.#sockets.destroyAll();
    await Promise.all(closed);
    this.#state?.close();
    this.#events.close();
    this.#telemetry.close();
  }

  #restore(path: string): StateKeeper {
    const notSaved = (reason: string) => this.#emit({ type: 'state-not-saved', reason });
    const devices = () => storedDevices(this.#service.hub, (bytes) => Buffer.from(bytes).toString('base64'));
    const keeper = new StateKeeper(new StateFile(path), this.#service.store, notSaved, devices);
    const state = keeper.restore();
    this.#service.restoreDevices();
    restoreDevices(this.#service.hub, state?.devices ?? [], (text) => Buffer.from(text, 'base64'));
    if (state !== undefined) {
      this.#emit({ type: 'state-restored', registrations: state.registrations.length, from: state.from });
    }
    return keeper;
  }

  async #keep(listening: Promise<Listener>): Promise<number> {
    const listener = await listening;
    this.#listeners.push(listener);
    return listener.port;
  }

  #prepare(config: EmulatorConfig) {
    const given = config.individualEnrollments !== undefined || config.enrollmentGroups !== undefined;
    return prepareEnrollments(given ? config : DEFAULT_ENROLLMENTS, this.iotHubs, this.#authority, this.#made);
  }

  #warn(reasons: readonly (string | undefined)[]): void {
    for (const reason of reasons) if (reason !== undefined) this.#emit({ type: 'warning', reason });
  }

  #emit(event: EmulatorEventBody): void {
    this.#events.add({ time: this.#clock.now(), connection: 0, ...event });
  }
}
