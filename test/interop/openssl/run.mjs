// `openssl verify` on every chain of test/emulator/chain-cases.ts: it has to say what the emulator is tested to say, but
// where a case names the difference. `N passed, N failed` at the end.

import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { Lane } from '../lane.mjs';

const lane = new Lane();
const version = spawnSync('openssl', ['version'], { encoding: 'utf8' });
const bundled = lane.file('chain-cases.mjs', '');
await build({
  entryPoints: [new URL('../../emulator/chain-cases.ts', import.meta.url).pathname],
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: bundled,
  logLevel: 'error',
});
const { chainCases } = await import(bundled);
const cases = chainCases();
if (version.error !== undefined) {
  lane.skip(`${cases.length} chains`, 'openssl is not installed');
  lane.end();
  process.exit();
}
for (const [index, { what, accepted, enrolled, presented, unlikeOpenSsl }] of cases.entries()) {
  const [leaf, ...others] = presented;
  const write = (name, certificates) => lane.file(`${index}-${name}.pem`, certificates.map(({ pem }) => pem).join(''));
  const args = ['verify', '-partial_chain', '-purpose', 'sslclient', '-auth_level', '1', '-no-CApath', '-no-CAstore'];
  const untrusted = others.length === 0 ? [] : ['-untrusted', write('others', others)];
  const verified = spawnSync(
    'openssl',
    [...args, '-CAfile', write('enrolled', [enrolled]), ...untrusted, write('leaf', [leaf])],
    { encoding: 'utf8' },
  );
  const expected = unlikeOpenSsl === undefined ? accepted : !accepted;
  await lane.check(
    `${accepted ? 'accepted' : 'refused'}: ${what}${unlikeOpenSsl === undefined ? '' : ` (unlike OpenSSL: ${unlikeOpenSsl})`}`,
    verified.status === 0,
    (said) => said === expected,
    () => verified.stderr.trim().split('\n').slice(0, 2).join(' '),
  );
}
lane.end();
