import type { ConfigProblem } from './config-error.ts';

/** A value read from JSON, and where it stood. Each check that fails leaves a problem behind and gives undefined. */
export class Checked {
  readonly value: unknown;
  readonly path: string;
  readonly problems: ConfigProblem[];

  constructor(value: unknown, path: string, problems: ConfigProblem[]) {
    this.value = value;
    this.path = path;
    this.problems = problems;
  }

  /** Left out, or `null`, which the service's JSON uses alike. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  member(name: string): Checked {
    const value = isObject(this.value) ? this.value[name] : undefined;
    return new Checked(value, this.path === '' ? name : `${this.path}.${name}`, this.problems);
  }

  get memberNames(): string[] {
    return isObject(this.value) ? Object.keys(this.value) : [];
  }

  object(): Record<string, unknown> | undefined {
    return isObject(this.value) ? this.value : this.fail('must be an object');
  }

  /** Empty when left out. */
  items(): Checked[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.value)) {
      this.fail('must be an array');
      return [];
    }
    return this.value.map((item: unknown, index) => new Checked(item, `${this.path}[${index}]`, this.problems));
  }

  text(): string | undefined {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.fail('must be a text');
  }

  flag(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false');
  }

  number(least: number, most: number, whole = true): number | undefined {
    const { value } = this;
    const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
    return fits ? value : this.fail(`must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
  }

  oneOf<const T extends string>(allowed: readonly T[]): T | undefined {
    return allowed.find((candidate) => candidate === this.value) ?? this.fail(`must be one of ${allowed.join(', ')}`);
  }

  fail(message: string): undefined {
    this.problems.push({ path: this.path, message });
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
