import { SCENARIOS, type Scenario, type ScenarioRule, SINGLE_FAULTS } from '@mote/emulator';
import type { FaultChoice } from '../pages/dashboard/messages.ts';

type Fault = FaultChoice & { readonly rules: readonly ScenarioRule[] };

/** The switches of the dashboard, by the names that `--scenario` takes. Each is on or off; several can be on at once. */
export class FaultSettings {
  readonly #faults: readonly Fault[];
  #on: readonly string[];

  /** The scenario of the command line is a switch, too, and it is on. */
  constructor(initial: Scenario | undefined) {
    const library = [...faultsOf(SCENARIOS, false), ...faultsOf(SINGLE_FAULTS, true)];
    const known = library.find(({ rules }) => rules === initial?.rules);
    const own: Fault[] =
      initial === undefined || known !== undefined
        ? []
        : [
            {
              name: initial.name ?? 'from the file',
              description: initial.description ?? '',
              alone: false,
              rules: initial.rules,
            },
          ];
    this.#faults = [...own, ...library];
    this.#on = initial === undefined ? [] : [known?.name ?? own[0]?.name ?? ''];
  }

  /** All switches. */
  get choices(): FaultChoice[] {
    return this.#faults.map(({ name, description, alone }) => ({ name, description, alone }));
  }

  /** Names of the switches that are on. */
  get on(): readonly string[] {
    return this.#on;
  }

  /** Switches these on and all others off. Unknown names are ignored. */
  switch(names: readonly unknown[]): void {
    this.#on = this.#faults.map(({ name }) => name).filter((name) => names.includes(name));
  }

  /** The rules of all switches that are on, as one scenario. Undefined if none is on. */
  get scenario(): Scenario | undefined {
    const rules = this.#faults.filter(({ name }) => this.#on.includes(name)).flatMap((fault) => fault.rules);
    return rules.length === 0 ? undefined : { name: this.#on.join(', '), rules };
  }
}

function faultsOf(scenarios: Readonly<Record<string, Scenario>>, alone: boolean): Fault[] {
  return Object.entries(scenarios).map(([name, { description = '', rules }]) => ({ name, description, alone, rules }));
}
