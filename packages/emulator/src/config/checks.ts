import { didYouMean } from '../service/values/near-name.ts';
import { isRecord } from '../service/values/record.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';

/** Checks one value. It records what is wrong in `value.problems`; what it returns does not matter. */
export type Check = (value: Checked) => unknown;

/** Checks for a text that is not empty. */
export const text: Check = (value) => value.text();

/** A check for a whole number from `least` to `most`, both included. */
export const whole =
  (least: number, most: number): Check =>
  (value) =>
    value.number(least, most);

/** A value read from JSON, with its path. A check that fails records a problem and returns undefined. */
export class Checked {
  readonly value: unknown;
  readonly path: string;
  readonly problems: ConfigProblem[];

  constructor(value: unknown, path: string, problems: ConfigProblem[]) {
    this.value = value;
    this.path = path;
    this.problems = problems;
  }

  /** True when the member is absent or `null`: both mean the same in the service's JSON. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  member(name: string): Checked {
    const value = isRecord(this.value) ? this.value[name] : undefined;
    return new Checked(value, this.path === '' ? name : `${this.path}.${name}`, this.problems);
  }

  get memberNames(): string[] {
    return isRecord(this.value) ? Object.keys(this.value) : [];
  }

  object(): Record<string, unknown> | undefined {
    return isRecord(this.value) ? this.value : this.refuse('must be an object');
  }

  /** The members of an array; none when it is absent. */
  items(): Checked[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.value)) {
      this.refuse('must be an array');
      return [];
    }
    return this.value.map((item: unknown, index) => new Checked(item, `${this.path}[${index}]`, this.problems));
  }

  text(): string | undefined {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.refuse('must be a text');
  }

  flag(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : this.refuse('must be true or false');
  }

  number(least: number, most: number, whole = true): number | undefined {
    const { value } = this;
    const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
    return fits ? value : this.refuse(`must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
  }

  /** One of these words, compared without case, as the service does. */
  oneOf<const T extends string>(allowed: readonly T[]): T | undefined {
    const wanted = typeof this.value === 'string' ? this.value.toLowerCase() : undefined;
    const found = allowed.find((candidate) => candidate.toLowerCase() === wanted);
    if (found !== undefined) return found;
    const near = wanted === undefined ? '' : didYouMean(wanted, allowed);
    return near === '' ? this.refuse(`must be one of ${allowed.join(', ')}`) : this.fail(`is not known.${near}`);
  }

  /** Checks the members of an object by these rules. A member without a rule is a problem. */
  members(checks: Readonly<Record<string, Check>>): void {
    if (this.object() === undefined) return;
    for (const name of this.memberNames) {
      const member = this.member(name);
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
      if (check !== undefined) {
        if (member.value !== undefined) check(member);
        continue;
      }
      const known = Object.keys(checks);
      member.fail(`is not known.${didYouMean(name, known)} There are ${known.join(', ')}`);
    }
  }

  /** Records a problem: what the value has to be, and of what kind it is. */
  refuse(wanted: string): undefined {
    return this.fail(`${wanted}${insteadOf(this.value)}`);
  }

  fail(message: string): undefined {
    this.problems.push({ path: this.path, message });
    return undefined;
  }
}

/** Checks one argument. Throws ConfigError, which says what it has to be, and what it is instead. */
export function checkValue(name: string, value: unknown, check: Check): void {
  const checked = new Checked(value, name, []);
  check(checked);
  if (checked.problems.length > 0) throw new ConfigError(checked.problems);
}

/** `, not a text`. A text itself stays out of the message: it may be a key in the wrong place. */
function insteadOf(value: unknown): string {
  if (value === undefined) return ', and is missing';
  if (value === '') return ', not an empty one';
  if (typeof value === 'string') return ', not a text';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return `, not ${value}`;
  if (typeof value === 'bigint') return ', not a bigint';
  return Array.isArray(value)
    ? ', not an array'
    : `, not ${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`;
}
