// On the built packages, since those are what is shipped. Budgets and lists are beside the script that writes docs/size.md.

import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { clientImports } from '../../bench/src/size/mote-imports.ts';
import { ours } from '../../bench/src/size/size.ts';

/**
 * The most that the client's own share may take, in bytes, the codec left out, which has budgets of its own. It is above what the
 * budgets leave for it, and docs/size.md says by how much: checks of options with their words are 2,900, secrets masked in every
 * form 1,900, the depth of an answer 250, addresses that race 1,100, certificates and requests read out of their dress 1,100, four machines that hand objects
 * to one another about 12,000.
 */
const LIMITS: Readonly<Record<string, { readonly minified: number; readonly gzip: number }>> = {
  'lean: provision over TLS with SAS': { minified: 28_100, gzip: 11_650 },
  'lean: the same with WebSocket, proxy and X.509': { minified: 34_950, gzip: 14_550 },
  'with words: provision over TLS with SAS': { minified: 35_800, gzip: 14_650 },
  'with words: provision with SAS, every transport by name': { minified: 46_850, gzip: 19_100 },
  'lean: connect over TLS, QoS 0 to 2, resume, reconnect, memory store': { minified: 36_450, gzip: 15_250 },
};

describe.each(clientImports)('$what', (entry) => {
  test('links nothing that it does not use', async () => {
    expect((await ours(entry, '@mote/client')).leaks).toEqual([]);
  });

  test('does not grow in its own share', async () => {
    const { contents } = (await withoutCodec(entry.code)).outputFiles[0]!;
    expect(contents.length).toBeLessThanOrEqual(LIMITS[entry.what]!.minified);
    expect(gzipSync(contents, { level: 9 }).length).toBeLessThanOrEqual(LIMITS[entry.what]!.gzip);
  });
});

/** Names that stand in what a provisioning may not bring along: the rest of MQTT, and what a Session needs that outlives its connection. */
const GENERAL =
  /(en|de)code(Pubrec|Pubrel|Pubcomp|Unsubscribe|Unsuback)|memoryStore|journalStore|storeCalls|topicTree|makeOutbound|makeInbound|makeSubscription|makeClient/;

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

function withoutCodec(code: string) {
  return build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('../../bench', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: ['@mote/codec'],
  });
}
