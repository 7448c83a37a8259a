import type { Action } from './channel.ts';
import { Connection } from './connection.ts';
import type { Peer } from './connection-context.ts';
import { EnrollmentBook, type EnrollmentEntry } from './enrollment-book.ts';
import { RecentMap } from './recent-map.ts';
import { RegistrationDesk } from './registration-desk.ts';
import { RegistrationStore } from './registration-store.ts';
import { FaultPicker } from './scenario/fault-picker.ts';
import type { ServiceSettings } from './settings.ts';

/** The service behind all connections: who may register, who is registered, and which connection a device holds. */
export class Service {
  readonly settings: ServiceSettings;
  readonly store: RegistrationStore;
  readonly desk: RegistrationDesk;
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
    this.desk = new RegistrationDesk(settings, this.store);
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

  get connectionCount(): number {
    return this.#connections.size;
  }

  closeAll(now: number, reason: string): void {
    for (const connection of [...this.#connections]) connection.close(now, reason);
  }

  /** The newer connection of a device ends the older one [MQTT-3.1.4-2]. */
  takeOver(newer: Connection, now: number): void {
    const key = newer.registrationId?.toLowerCase() ?? '';
    const older = this.#byDevice.get(key);
    this.#byDevice.set(key, newer);
    older?.close(now, `taken over by connection ${newer.number}`);
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
    const key = connection.registrationId?.toLowerCase() ?? '';
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
