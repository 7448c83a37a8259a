export interface ConfigProblem {
  /** `individualEnrollments[0].attestation.symmetricKey.primaryKey` */
  readonly path: string;
  readonly message: string;
}

/** A configuration or scenario that cannot be right. Names every problem with its path. */
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
