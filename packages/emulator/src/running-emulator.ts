import { serviceSettings } from './build-service.ts';
import { DEFAULT_HUBS } from './check-options.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Check, checkValue } from './config/checks.ts';
import type { EmulatorConfig } from './config/emulator-config.ts';
import { loadWarnings, reachWarning } from './config/load-warnings.ts';
import { parseConfig } from './config/parse-config.ts';
import { scenarioOf } from './config/parse-scenario.ts';
import { describeEnrollment } from './describe-enrollment.ts';
import type { DeviceCertificate, Emulator, EnrollmentSummary, GroupSummary, IndividualSummary } from './emulator.ts';
import { EnrollmentsInForce, findSummary } from './enrollments-in-force.ts';
import { EventLog } from './event-log.ts';
import { EmulatedHub } from './hub-api/emulated-hub.ts';
import type { Listener } from './listener/listener.ts';
import { RawSockets } from './listener/raw-sockets.ts';
import { ServerIdentities } from './listener/rsa-beside.ts';
import { listenTls } from './listener/tls-listener.ts';
import { listenWebSocket } from './listener/web-socket-listener.ts';
import { isServedHub, serverNames } from './names.ts';
import type { EmulatorOptions } from './options.ts';
import { Authority } from './pki/authority.ts';
import { authorityFolder } from './pki/authority-folder.ts';
import type { Attestation, Enrollment } from './service/enrollment/enrollment.ts';
import type { EmulatorEvent, EmulatorEventBody } from './service/events.ts';
import { FaultPicker } from './service/faults/fault-picker.ts';
import type { ScenarioName } from './service/faults/library.ts';
import type { Scenario } from './service/faults/scenario.ts';
import type { RegistrationRecord } from './service/registration/registration-record.ts';
import { Service } from './service/service.ts';
import { listenApi } from './service-api/api-listener.ts';
import { ServiceApi } from './service-api/service-api.ts';
import { StateFile } from './state-file.ts';
import { StateKeeper } from './state-keeper.ts';

const ATTESTATION: Check = (value) => value.oneOf(['symmetricKey', 'x509']);

/** The parts put together: service core, listeners, certificates, events. */
export class RunningEmulator implements Emulator {
  readonly host: string;
  readonly ca: string;
  iotHubs: readonly string[];
  readonly hub: EmulatedHub;
  readonly #options: EmulatorOptions;
  readonly #clock: Clock;
  readonly #authority: Authority;
  readonly #events = new EventLog();
  readonly #enrollments: EnrollmentsInForce;
  readonly #service: Service;
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
    const now = this.#clock.now();
    this.#authority = new Authority(
      now,
      options.authority === undefined ? undefined : authorityFolder(options.authority, now),
    );
    this.ca = this.#authority.serverRoot;
    this.iotHubs = config.iotHubs ?? DEFAULT_HUBS;
    this.#enrollments = new EnrollmentsInForce(this.#authority);
    this.hub = new EmulatedHub(this.#clock);
    const settings = serviceSettings(options, config, this.#authority, (event) => this.#events.add(event), {
      isHub: (host) => isServedHub(host, this.iotHubs, this.#service.enrollments, this.#service.hub),
      telemetry: (message) => this.hub.addTelemetry(message),
      feedback: (record) => this.hub.addFeedback(record),
      changed: () => this.#state?.changed(),
    });
    this.#service = new Service(settings, this.#enrollments.prepareAll(config, this.iotHubs));
    this.hub.serve(this.#service.hub, config.devices ?? []);
    this.#scenario = settings.scenario;
    this.#sockets = new RawSockets(
      settings.limits,
      () => this.#clock.now(),
      (reason) => this.#emit({ type: 'refused', stage: 'tls', reason }),
    );
    this.#state = options.stateFile === undefined ? undefined : this.#restore(options.stateFile);
  }

  /** Opens the listeners. */
  async listen(): Promise<void> {
    const { entries } = this.#service.enrollments;
    this.#warn([reachWarning(this.host), ...loadWarnings(entries)]);
    const { port = 0, webSocketPort = 0, apiPort = false } = this.#options;
    const names = serverNames(this.host, this.#options.serverNames ?? [], this.iotHubs, this.#service.enrollments);
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
      const entry = this.#enrollments.prepare(enrollment, this.iotHubs);
      this.#warn(loadWarnings([entry]));
      return entry;
    };
    const api = new ServiceApi(this.#service, prepare, this.hub, () => this.#clock.now());
    this.#apiPort = await this.#keep(listenApi(api, apiPort));
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
    return this.#service.enrollments.entries.map(describeEnrollment);
  }

  individual<A extends Attestation['type']>(attestation: A): IndividualSummary<A> {
    checkValue('attestation', attestation, ATTESTATION);
    return findSummary(this.#service.enrollments.entries, 'individual', attestation) as IndividualSummary<A>; // found by these two
  }

  group<A extends Attestation['type']>(attestation: A): GroupSummary<A> {
    checkValue('attestation', attestation, ATTESTATION);
    return findSummary(this.#service.enrollments.entries, 'group', attestation) as GroupSummary<A>; // found by these two
  }

  get registrations(): ReadonlyMap<string, RegistrationRecord> {
    return this.#service.store.records();
  }

  issueDeviceCertificate(registrationId: string): DeviceCertificate {
    checkValue('registrationId', registrationId, (value) => value.text());
    return this.#enrollments.issueDeviceCertificate(registrationId);
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
    const iotHubs = checked.iotHubs ?? this.iotHubs;
    this.#service.enrollments = this.#enrollments.reload(checked, this.idScope, iotHubs);
    this.iotHubs = iotHubs;
    const { entries } = this.#service.enrollments;
    this.#warn(loadWarnings(entries));
    this.#emit({ type: 'reloaded', enrollments: entries.length });
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
    this.hub.close();
    this.#events.close();
  }

  #restore(path: string): StateKeeper {
    const notSaved = (reason: string) => this.#emit({ type: 'state-not-saved', reason });
    const keeper = new StateKeeper(new StateFile(path), this.#service.store, notSaved, this.#service.hub);
    const state = keeper.restore();
    this.#service.restoreDevices();
    keeper.restoreDevices(state);
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

  #warn(reasons: readonly (string | undefined)[]): void {
    for (const reason of reasons) if (reason !== undefined) this.#emit({ type: 'warning', reason });
  }

  #emit(event: EmulatorEventBody): void {
    this.#events.add({ time: this.#clock.now(), connection: 0, ...event });
  }
}
