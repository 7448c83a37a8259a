import { refuse } from './refuse.ts';

/** What an option has to be: a test, the same in words, and whether it may be left out. */
export type Rule = readonly [test: (value: never) => unknown, wanted: string, required?: true];

/** Throws ProvisioningError `invalid-options` at the first option that is unknown, wrong or missing. */
export function checkOptions(options: object, rules: Readonly<Record<string, Rule>>, prefix = ''): void {
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const name of Object.keys({ ...rules, ...options })) {
    const [test, wanted, required] = Object.hasOwn(rules, name) ? rules[name]! : [() => false, 'no such option', true];
    const value = given[name];
    if ((required || value !== undefined) && !test(value as never)) refuse(prefix + name, wanted);
  }
}
