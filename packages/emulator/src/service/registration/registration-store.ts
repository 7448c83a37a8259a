import type { RegistrationRecord } from './registration-record.ts';

/** A registration as it is kept. */
export interface StoredRegistration {
  readonly record: RegistrationRecord;
  /** The first hub this device was assigned to. */
  readonly initialHub: string;
}

/** The registrations. Ids are compared without case. */
export class RegistrationStore {
  readonly #registrations = new Map<string, StoredRegistration>();
  readonly #capacity: number;
  /** Called after each change. */
  onChange: () => void = () => {};

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(registrationId: string): StoredRegistration | undefined {
    return this.#registrations.get(registrationId.toLowerCase());
  }

  set(registration: StoredRegistration): void {
    this.#registrations.set(registration.record.registrationId.toLowerCase(), registration);
    this.onChange();
  }

  delete(registrationId: string): boolean {
    const existed = this.#registrations.delete(registrationId.toLowerCase());
    if (existed) this.onChange();
    return existed;
  }

  hasRoomFor(registrationId: string): boolean {
    return this.#registrations.size < this.#capacity || this.get(registrationId) !== undefined;
  }

  all(): StoredRegistration[] {
    return [...this.#registrations.values()];
  }

  /** All registrations, by registration id as the device wrote it. */
  records(): ReadonlyMap<string, RegistrationRecord> {
    return new Map(this.all().map(({ record }) => [record.registrationId, record]));
  }
}
