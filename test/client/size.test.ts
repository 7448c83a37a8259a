// On the built packages, since those are what is shipped. Budgets and lists are beside the script that writes docs/size.md.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { clientImports } from '../../bench/src/size/mote-imports.ts';
import { ours } from '../../bench/src/size/size.ts';

describe.each(clientImports)('$what', (entry) => {
  test('links nothing that it does not use', async () => {
    expect((await ours(entry, '@mote/client')).leaks).toEqual([]);
  });
});

test.each(clientImports.filter(({ budget }) => budget))(
  '$what: keeps its budget, codec and all, or the exception that docs/size.md gives a reason for',
  async (entry) => {
    const { minified, gzip } = await ours(entry, '@mote/client');
    const { budget, exception } = entry;
    const limit = exception ?? budget!;
    expect(minified).toBeLessThanOrEqual(limit.minified);
    expect(gzip).toBeLessThanOrEqual(limit.gzip!);
    // An exception that is not needed any more goes, and one that is far too large protects nothing.
    if (exception) expect(minified > budget!.minified || gzip > budget!.gzip!).toBe(true);
    expect(minified).toBeGreaterThan(limit.minified * 0.85);
  },
);

/** Names that stand in what a provisioning may not bring along: the rest of MQTT, and what a Session needs that outlives its connection. */
const GENERAL =
  /(en|de)code(Pubrec|Pubrel|Pubcomp|Unsubscribe|Unsuback)|memoryStore|journalStore|storeCaller|topicTree|makeOutbound|makeInbound|makeSubscription|GeneralClient/;

test.each(clientImports.filter(({ what }) => what.includes('provision') || what.includes('the same')))(
  '$what: nothing of QoS 2, stores or routing',
  async ({ code }) => expect((await named(code)).match(new RegExp(GENERAL, 'g'))).toBeNull(),
);

test('and these names are the right ones: the general client has them all', async () => {
  const text = await named(`export { connect, memoryStore } from '@mote/client/lean';`);
  const names = GENERAL.source.split('|').filter((name) => /^[a-zA-Z]+$/.test(name) && name !== 'journalStore');
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
  for (const packet of ['Pubrec', 'Pubrel', 'Pubcomp', 'Unsubscribe', 'Unsuback']) expect(text).toContain(packet);
});

/** The bundle with the names of its functions. */
async function named(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('../../bench', import.meta.url)) },
    bundle: true,
    minifyWhitespace: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
  });
  return outputFiles[0]!.text;
}
