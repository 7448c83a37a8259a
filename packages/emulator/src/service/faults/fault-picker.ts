import { Random } from '../values/random.ts';
import { RecentMap } from '../values/recent-map.ts';
import type { Fault, Scenario, ScenarioRule, ScenarioStage } from './scenario.ts';

/** A request for which a fault is looked for. */
export interface FaultTarget {
  /** Host name of the hub. Undefined at DPS, and before CONNECT. */
  readonly hub: string | undefined;
  readonly stage: ScenarioStage;
  readonly registrationId: string;
  /** Known once the device is authenticated. */
  readonly enrollmentId: string | undefined;
}

/** The fault for a request: `{}` when no rule acts. */
export interface PickedFault {
  readonly fault: Fault;
  /** Indexes of the rules that have acted. */
  readonly rules: readonly number[];
}

const NO_FAULT: PickedFault = { fault: {}, rules: [] };

/** Most counters that are kept, one for each rule and device. They bound the memory that registration ids can take. */
const COUNTERS = 50_000;

/**
 * Chooses the faults of a scenario for a request. Each device has its own counters and random numbers, so devices do not influence one
 * another.
 */
export class FaultPicker {
  readonly #rules: readonly CompiledRule[];
  readonly #seed: number;
  readonly #seen = new RecentMap<{ requests: number; acted: number }>(COUNTERS);

  constructor(scenario: Scenario | undefined, seed: number) {
    this.#seed = seed;
    this.#rules = (scenario?.rules ?? []).map((rule) => ({
      ...rule,
      isDevice: globMatcher(rule.registrationId),
      isHub: globMatcher(rule.hub),
    }));
  }

  pick(target: FaultTarget): PickedFault {
    if (this.#rules.length === 0) return NO_FAULT;
    const acting = this.#rules.map((_rule, index) => index).filter((index) => this.#acts(index, target));
    return { fault: Object.assign({}, ...acting.map((index) => this.#rules[index]?.fault)), rules: acting };
  }

  #acts(index: number, { stage, registrationId, enrollmentId, hub }: FaultTarget): boolean {
    const rule = this.#rules[index];
    if (rule === undefined || ![rule.on].flat().includes(stage) || !rule.isDevice(registrationId)) return false;
    if (rule.service !== undefined && (rule.service === 'hub') !== (hub !== undefined)) return false;
    if (rule.hub !== undefined && (hub === undefined || !rule.isHub(hub))) return false;
    if (rule.enrollment !== undefined && rule.enrollment !== enrollmentId) return false;
    const key = `${index} ${registrationId.toLowerCase()}`;
    const seen = this.#seen.get(key) ?? { requests: 0, acted: 0 };
    const { requests, acted } = seen;
    const inTurn = requests >= (rule.skip ?? 0) && acted < (rule.times ?? Number.POSITIVE_INFINITY);
    const drawn = inTurn && this.#draw(`${key} ${requests}`) < (rule.probability ?? 1);
    this.#seen.set(key, { requests: requests + 1, acted: acted + (drawn ? 1 : 0) });
    return drawn;
  }

  #draw(label: string): number {
    return new Random(this.#seed, label).fraction();
  }
}

interface CompiledRule extends ScenarioRule {
  readonly isDevice: (registrationId: string) => boolean;
  readonly isHub: (host: string) => boolean;
}

function globMatcher(glob: string | undefined): (text: string) => boolean {
  if (glob === undefined) return () => true;
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 'i');
  return (text) => pattern.test(text);
}
