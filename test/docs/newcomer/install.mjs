// How to get the packages, and the first lines of code with them.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './terminals.mjs';
import { ROOT, says } from './walk.mjs';

/** Takes a walk (`walk.mjs`), on which the packages are installed. */
export async function install({ step, at, node, readme, blocks, project }) {
  await step('the README says how to pack and install, and it works', async () => {
    says({ output: readme }, [
      'not on npm yet',
      'npx -y pnpm@10.34.9 pack:all',
      'npm install ../mote/tarballs/mote-codec-0.1.0.tgz',
    ]);
    rmSync(`${ROOT}tarballs`, { recursive: true, force: true });
    says(await run('npx', ['-y', 'pnpm@10.34.9', 'pack:all'], { cwd: ROOT }), [], { exit: 0 });
    mkdirSync(project);
    writeFileSync(at('package.json'), '{ "type": "module" }');
    const tarballs = readdirSync(`${ROOT}tarballs`).map((name) => `${ROOT}tarballs/${name}`);
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs];
    says(await run('npm', install, { cwd: project }), [], { exit: 0 });
  });

  await step('an install brings the packages that the README counts', () => {
    const { packages } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
    const names = Object.keys(packages)
      .map((name) => name.replace('node_modules/', ''))
      .filter(Boolean);
    says({ output: names.sort().join() }, /^@mote\/cli,@mote\/client,@mote\/codec,@mote\/emulator,ws$/);
    says({ output: readme }, [
      'an install brings: codec, client | 0 |',
      'an install brings: emulator, command | 1 (`ws`) |',
    ]);
  });

  await step('the first block without a key ends with a sentence, not with a wall of source', async () => {
    writeFileSync(at('first.ts.mjs'), blocks[0]);
    const told = await node('first.ts.mjs');
    says(told, ['ProvisioningError', 'key'], { exit: 1 });
    if (told.output.length > 2500) throw new Error(`${told.output.length} characters`);
    if (told.output.split('\n').some((line) => line.length > 300)) throw new Error(told.output);
  });

  await step('and without a network, with the name that is not found', async () => {
    writeFileSync(
      at('offline.mjs'),
      blocks[0].replace("transport: 'auto',", "endpoint: 'no-such-host.invalid', timeoutMs: 3000,"),
    );
    const told = await node('offline.mjs', { env: { DPS_GROUP_KEY: Buffer.alloc(32).toString('base64') } });
    says(told, ['ProvisioningError', 'no-such-host.invalid'], { exit: 1 });
    if (told.output.length > 4000) throw new Error(`${told.output.length} characters`);
  });

  await step('every block of the README compiles strictly in that project', async () => {
    cpSync(`${ROOT}node_modules/@types/node`, at('node_modules/@types/node'), { recursive: true, dereference: true });
    for (const [i, block] of blocks.entries()) writeFileSync(at(`block${i}.mts`), `${block}\nexport {};\n`);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      module: 'nodenext',
      target: 'es2022',
      noEmit: true,
      types: ['node'],
    };
    writeFileSync(
      at('tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true }, include: ['block*.mts'] }),
    );
    says(await run(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, '-p', '.'], { cwd: project }), [], {
      exit: 0,
    });
  });

  await step('an editor shows what a call does, with an example', () => {
    const types = [
      'codec/dist/packets/publish.d.ts',
      'client/dist/provision/provision.d.ts',
      'emulator/dist/start-emulator.d.ts',
    ];
    for (const file of types) says({ output: readFileSync(at(`node_modules/@mote/${file}`), 'utf8') }, '@example');
  });

  await step('the README shows pictures of demo, dashboard and inspector, and names the page', () => {
    says({ output: readme }, [
      '](docs/demo.svg)',
      '](docs/dashboard.png)',
      '](docs/inspector.png)',
      'packages/cli/dist/inspector.html',
    ]);
  });

  await step('the README says how long the tests take', () =>
    says({ output: readme }, /pnpm@10\.34\.9 test +# .*minutes?/),
  );

  await step('what is installed is as large as the README says', () => {
    const files = readdirSync(at('node_modules/@mote'), { recursive: true, withFileTypes: true });
    const own = [...files, ...readdirSync(at('node_modules/ws'), { recursive: true, withFileTypes: true })];
    const bytes = own
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
    const said = Number(/installed, all four packages and `ws`: on disk \| ([\d.]+) MB/.exec(readme)?.[1]);
    if (!(Math.abs(bytes / 1e6 - said) < 0.3)) throw new Error(`${bytes} bytes, and the README says ${said} MB`);
  });

  await step('errors of the codec name the field and what it was given', async () => {
    const calls = [
      "encodePublish({ topic: 'a' })",
      "encodePublish({ topicName: 'a', payload: 'text' })",
      'encodeConnect({})',
      "new Framer().push('abc')",
      "decode('2002')",
    ];
    const lines = calls.map(
      (call) => `try { ${call}; console.log('taken'); } catch (error) { console.log(error.message); }`,
    );
    writeFileSync(
      at('misuse.mjs'),
      `import { decode, encodeConnect, encodePublish, Framer } from '@mote/codec';\n${lines.join('\n')}\n`,
    );
    says(
      await node('misuse.mjs'),
      ['topicName', 'payload: a Uint8Array is needed, not a string', 'clientId', 'chunk'],
      { exit: 0, never: ['taken', 'BYTES_PER'] },
    );
  });
}
