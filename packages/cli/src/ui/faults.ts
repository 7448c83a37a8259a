import { SCENARIOS, type Scenario, type ScenarioRule } from '@mote/emulator';
import type { FaultChoice } from '../pages/dashboard/messages.ts';

type Fault = FaultChoice & { readonly rules: readonly ScenarioRule[] };

/** Faults with a switch of their own, besides the scenarios of the emulator. */
const SINGLE: readonly Fault[] = [
  {
    name: 'unavailable',
    description: 'CONNACK 3 for everybody, as with an ID scope that does not exist',
    rules: [{ on: 'connect', fault: { returnCode: 3 } }],
  },
  {
    name: 'unauthorized',
    description: 'the register request is answered 401000',
    rules: [{ on: 'register', fault: { statusCode: 401, errorCode: 401000 } }],
  },
  {
    name: 'disabled',
    description: 'the registration ends as disabled',
    rules: [{ on: ['register', 'poll'], fault: { status: 'disabled' } }],
  },
  {
    name: 'silent',
    description: 'the register request is never answered, the connection stays open',
    rules: [{ on: 'register', fault: { stall: true } }],
  },
];

/** The switches of the dashboard. Each is on or off; several can be on at once. */
export class FaultBoard {
  readonly #faults: readonly Fault[];
  #on: readonly string[];

  /** The scenario of the command line is a switch, too, and it is on. */
  constructor(initial: Scenario | undefined) {
    const library = Object.entries(SCENARIOS).map(([name, { description = '', rules }]) => ({
      name,
      description,
      rules,
    }));
    const known = library.find(({ rules }) => rules === initial?.rules);
    const own =
      initial === undefined || known !== undefined
        ? []
        : [{ name: initial.name ?? 'from the file', description: initial.description ?? '', rules: initial.rules }];
    this.#faults = [...own, ...library, ...SINGLE];
    this.#on = initial === undefined ? [] : [known?.name ?? own[0]?.name ?? ''];
  }

  /** All switches. */
  get choices(): FaultChoice[] {
    return this.#faults.map(({ name, description }) => ({ name, description }));
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
