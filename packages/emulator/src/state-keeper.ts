import type { Hub } from './service/hub/hub.ts';
import { restoreDevices, storedDevices } from './service/hub/stored-devices.ts';
import type { RegistrationStore } from './service/registration/registration-store.ts';
import type { RestoredState, StateFile } from './state-file.ts';

/** Milliseconds between writes: a thousand devices that register at once cause a few writes and not a thousand. */
const WRITE_DELAY_MS = 50;
/** Milliseconds until a failed write is tried again: a full disk may have room by then. */
const RETRY_MS = 1000;

/** Writes the state file whenever something has changed that it keeps. */
export class StateKeeper {
  readonly #file: StateFile;
  readonly #store: RegistrationStore;
  readonly #onFailure: (reason: string) => void;
  readonly #hub: Hub | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFailure: string | undefined;

  constructor(file: StateFile, store: RegistrationStore, onFailure: (reason: string) => void, hub?: Hub) {
    this.#file = file;
    this.#store = store;
    this.#onFailure = onFailure;
    this.#hub = hub;
  }

  /** Reads the state file. Throws StateFileError when all files are damaged. */
  restore(): RestoredState | undefined {
    const state = this.#load();
    for (const registration of state?.registrations ?? []) this.#store.set(registration);
    this.#store.onChange = () => this.#schedule(WRITE_DELAY_MS);
    return state;
  }

  /** Restores twins, queues and sessions of the devices that the hub knows. */
  restoreDevices(state: RestoredState | undefined): void {
    if (this.#hub !== undefined) restoreDevices(this.#hub, state?.devices ?? []);
  }

  #load(): RestoredState | undefined {
    try {
      return this.#file.load();
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** Call when something of the hub has changed that the file keeps. */
  changed(): void {
    this.#schedule(WRITE_DELAY_MS);
  }

  /** Writes what is not written yet, and releases the lock. */
  close(): void {
    this.flush();
    clearTimeout(this.#timer);
    this.#store.onChange = () => {};
    this.#file.close();
  }

  #schedule(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.flush(), delayMs);
  }

  /** Writes what is not written yet. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#file.save(this.#store.all(), this.#hub === undefined ? [] : storedDevices(this.#hub));
      this.#lastFailure = undefined;
    } catch (error) {
      const reason = this.#file.reasonOf(error);
      // The failure is reported once. The write is tried again until it works.
      if (reason !== this.#lastFailure) this.#onFailure(reason);
      this.#lastFailure = reason;
      this.#schedule(RETRY_MS);
    }
  }
}
