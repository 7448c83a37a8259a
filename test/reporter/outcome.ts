/** What is read of a `TestModule` of vitest. */
export interface Module {
  errors(): readonly unknown[];
  readonly children: { allTests(): Iterable<{ result(): { readonly state: string } }> };
}

export interface Outcome {
  /** `N passed, N failed`, and `, N skipped` when there are some. */
  readonly line: string;
  readonly failed: boolean;
}

/** `unhandled`: errors that belong to no test. `strict`: a skipped test, and a run without any test, has failed. */
export function outcomeOf(modules: Iterable<Module>, unhandled: number, strict: boolean): Outcome {
  const counts = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    // A module that could not be loaded has no tests, and must not pass for one that has.
    if (module.errors().length > 0) counts.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed' || state === 'failed') counts[state] += 1;
      // `pending` is a test that never came to its end: nobody has seen it pass.
      else counts.skipped += 1;
    }
  }
  const { passed, failed, skipped } = counts;
  return {
    line: `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
    failed: failed > 0 || (strict && (skipped > 0 || passed === 0)),
  };
}
