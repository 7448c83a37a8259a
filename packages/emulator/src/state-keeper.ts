import type { RegistrationStore } from './service/registration-store.ts';
import type { RestoredState, StateFile } from './state-file.ts';

// A thousand devices that register at once cost a few writes instead of a thousand.
const WRITE_DELAY_MS = 50;

/** Keeps a state file in step with the registrations. */
export class StateKeeper {
  readonly #file: StateFile;
  readonly #store: RegistrationStore;
  readonly #onFailure: (reason: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: StateFile, store: RegistrationStore, onFailure: (reason: string) => void) {
    this.#file = file;
    this.#store = store;
    this.#onFailure = onFailure;
  }

  /** Throws StateFileError when no whole file is left. */
  restore(): RestoredState | undefined {
    const state = this.#file.load();
    for (const registration of state?.registrations ?? []) this.#store.set(registration);
    this.#store.onChange = () => {
      this.#timer ??= setTimeout(() => this.flush(), WRITE_DELAY_MS);
    };
    return state;
  }

  /** Writes what is not yet written. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#file.save(this.#store.all());
    } catch (error) {
      this.#onFailure(error instanceof Error ? error.message : String(error));
    }
  }
}
