// `pnpm release [--dry-run]`: builds from nothing, checks, packs the four packages, examines the tarballs, and publishes with provenance.
// Dry, it goes the same way and sends nothing: no account is needed, and no clean checkout.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultsOf, manifestPath, PACKAGES, ROOT, versions } from './tarballs.mjs';

const words = process.argv.slice(2);
const dry = words.includes('--dry-run');
const pnpm = (...args) => execFileSync('pnpm', args, { cwd: ROOT, stdio: 'inherit' });

pnpm('clean');
pnpm('build');
pnpm('check');

const { packages, changelog, released } = versions();
const [version] = packages;
const faults = packages.some((other) => other !== changelog)
  ? [`versions out of step: ${packages.join(', ')}; CHANGELOG.md ${changelog}`]
  : [];
const work = mkdtempSync(join(tmpdir(), 'mote-release-'));
try {
  for (const name of PACKAGES) {
    execFileSync('pnpm', ['pack', '--pack-destination', work], { cwd: join(ROOT, 'packages', name), stdio: 'pipe' });
    const tarball = readdirSync(work).find((file) => file === `mote-${name}-${version}.tgz`);
    const found = tarball === undefined ? ['no tarball of this version'] : faultsOf(name, join(work, tarball), version);
    faults.push(...found.map((fault) => `@mote/${name}: ${fault}`));
    console.log(`${found.length === 0 ? 'ok     ' : 'FAILED '} tarball of @mote/${name} ${version}`);
  }
} finally {
  rmSync(work, { recursive: true });
}

// What only a real release has. npm refuses provenance when the manifest names another repository than the CI that signs.
const early = [
  ...(released ? [] : [`CHANGELOG.md calls ${changelog} unreleased`]),
  ...PACKAGES.filter((name) => JSON.parse(readFileSync(manifestPath(name), 'utf8')).repository === undefined).map(
    (name) => `packages/${name}/package.json names no repository: npm refuses provenance without`,
  ),
];
for (const fault of [...faults, ...early])
  console.log(`${dry && early.includes(fault) ? 'to do  ' : 'FAILED '} ${fault}`);
if (faults.length > 0 || (early.length > 0 && !dry)) process.exit(1);

pnpm('--recursive', '--filter', './packages/*', 'publish', ...words, ...(dry ? ['--no-git-checks'] : []));
