import type { Hub } from './service/hub/hub.ts';
import { restoreDevices, storedDevices } from './service/hub/stored-devices.ts';
import type { RegistrationStore } from './service/registration/registration-store.ts';
import type { RestoredState, StateFile } from './state-file.ts';

// A thousand devices that register at once cost a few writes instead of a thousand.
const WRITE_DELAY_MS = 50;
// A disk that is full may have room again.
const RETRY_MS = 1000;

/** Keeps a state file in step with the registrations. */
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

  /** Throws StateFileError when no whole file is left. */
  restore(): RestoredState | undefined {
    const state = this.#load();
    for (const registration of state?.registrations ?? []) this.#store.set(registration);
    this.#store.onChange = () => this.#schedule(WRITE_DELAY_MS);
    return state;
  }

  /** Gives the devices that the hub knows again what was kept of them. */
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

  /** Something that is kept, beside the registrations, has changed. */
  changed(): void {
    this.#schedule(WRITE_DELAY_MS);
  }

  /** Writes what is not yet written, and lets go of the file. */
  close(): void {
    this.flush();
    clearTimeout(this.#timer);
    this.#store.onChange = () => {};
    this.#file.close();
  }

  #schedule(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.flush(), delayMs);
  }

  /** Writes what is not yet written. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#file.save(this.#store.all(), this.#hub === undefined ? [] : storedDevices(this.#hub));
      this.#lastFailure = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Told once; tried until it works.
      if (reason !== this.#lastFailure) this.#onFailure(reason);
      this.#lastFailure = reason;
      this.#schedule(RETRY_MS);
    }
  }
}
