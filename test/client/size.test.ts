// On the built packages, since those are what is shipped. Budgets and lists are beside the script that writes docs/size.md.

import { describe, expect, test } from 'vitest';
import { clientImports } from '../../bench/src/size/mote-imports.ts';
import { ours } from '../../bench/src/size/size.ts';

// To be taken off this list when met; the test turns red when that is forgotten.
const OVER_BUDGET: readonly string[] = clientImports.map(({ what }) => what);

describe.each(clientImports)('$what', (entry) => {
  test('links nothing that it does not use', async () => {
    expect((await ours(entry, '@mote/client')).leaks).toEqual([]);
  });

  const withinBudget = OVER_BUDGET.includes(entry.what) ? test.fails : test;
  withinBudget('keeps to its budget', async () => {
    const { minified, gzip } = await ours(entry, '@mote/client');
    expect(minified).toBeLessThanOrEqual(entry.budget!.minified);
    expect(gzip).toBeLessThanOrEqual(entry.budget!.gzip!);
  });
});
