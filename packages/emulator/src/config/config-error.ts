/** One fault of a configuration or a scenario. */
export interface ConfigProblem {
  /** For example `individualEnrollments[0].attestation.symmetricKey.primaryKey`. */
  readonly path: string;
  /** What is wrong, and what is possible there. */
  readonly message: string;
}

/**
 * A configuration, scenario or option is wrong. Names every problem with its path.
 *
 * @example
 * try {
 *   parseConfig({ enrollmentgroups: [] });
 * } catch (error) {
 *   if (error instanceof ConfigError) for (const { path, message } of error.problems) console.log(`${path}: ${message}`);
 * }
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems.map(({ path, message }) => (path === '' ? `the whole ${message}` : `${path}: ${message}`)).join('\n'),
    );
    this.problems = problems;
  }
}
