import type { Action } from './channel.ts';
import { Connection } from './connection.ts';
import type { Peer } from './connection-context.ts';
import { EnrollmentBook, type EnrollmentEntry } from './enrollment-book.ts';
import { Hub } from './hub/hub.ts';
import { credentialsFrom } from './hub/hub-credentials.ts';
import { RecentMap } from './recent-map.ts';
import { type HubAssignment, RegistrationDesk } from './registration-desk.ts';
import { RegistrationStore } from './registration-store.ts';
import { FaultPicker } from './scenario/fault-picker.ts';
import type { ServiceSettings } from './settings.ts';

/** The service behind all connections: who may register, who is registered, and which connection a device holds. */
export class Service {
  readonly settings: ServiceSettings;
  readonly store: RegistrationStore;
  readonly desk: RegistrationDesk;
  readonly hub: Hub;
  /** Replaced as a whole when the scenario changes. */
  faults: FaultPicker;
  /** Replaced as a whole when the enrollments change. */
  book: EnrollmentBook;
  readonly #connections = new Set<Connection>();
  readonly #byDevice = new Map<string, Connection>();
  readonly #subscriptions: RecentMap<0 | 1>;
  #accepted = 0;

  constructor(settings: ServiceSettings, enrollments: readonly EnrollmentEntry[]) {
    this.settings = settings;
    this.store = new RegistrationStore(settings.limits.maxRegistrations);
    this.hub = new Hub({
      ...settings.hub,
      emit: (event) => settings.emit({ time: settings.hub.now(), connection: 0, ...event }),
    });
    this.desk = new RegistrationDesk(settings, this.store, (assignment) => this.#handOver(assignment));
    this.faults = new FaultPicker(settings.scenario, settings.seed);
    this.book = new EnrollmentBook(enrollments);
    this.#subscriptions = new RecentMap(settings.limits.maxRegistrations);
  }

  /** A transport stands. `perform` is called with what is to be done to it, during this call and every later one. */
  accept(peer: Peer, perform: (action: Action) => void, now: number): Connection {
    this.#accepted += 1;
    const connection = new Connection(this, this.#accepted, peer, perform, now);
    this.#connections.add(connection);
    connection.open(now);
    return connection;
  }

  /** The hub knows a device from the moment at which DPS has assigned it. */
  #handOver({ record, entry, certificate, hasIssued }: HubAssignment): void {
    const { hub, hmac } = this.settings;
    const issuedBy = hasIssued ? hub.issuer : undefined;
    const credentials = credentialsFrom(entry, record.registrationId, certificate, issuedBy, hmac);
    this.hub.put(record.deviceId, record.assignedHub, credentials, record.substatus !== 'deviceDataReset');
  }

  /** Registrations of a state file: the hub knows their devices again, as far as their enrollments are still there. */
  restoreDevices(): void {
    for (const { record } of this.store.all()) {
      const { enrollmentGroupId, registrationId } = record;
      const entry =
        enrollmentGroupId === undefined
          ? this.book.individual(registrationId)
          : this.book.groups.find(({ id }) => id === enrollmentGroupId);
      if (entry !== undefined) this.#handOver({ record, entry, certificate: undefined, hasIssued: true });
    }
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  closeAll(now: number, reason: string): void {
    for (const connection of [...this.#connections]) connection.close(now, reason);
  }

  /** The newer connection of a device ends the older one [MQTT-3.1.4-2]. */
  takeOver(newer: Connection, now: number): void {
    const key = newer.linkKey ?? '';
    const older = this.#byDevice.get(key);
    this.#byDevice.set(key, newer);
    older?.takenOver(newer.number, now);
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
    const key = connection.linkKey ?? '';
    if (this.#byDevice.get(key) === connection) this.#byDevice.delete(key);
  }

  rememberSubscription(registrationId: string, qos: 0 | 1 | undefined): void {
    if (qos === undefined) this.#subscriptions.delete(registrationId.toLowerCase());
    else this.#subscriptions.set(registrationId.toLowerCase(), qos);
  }

  recallSubscription(registrationId: string): 0 | 1 | undefined {
    return this.#subscriptions.get(registrationId.toLowerCase());
  }
}
