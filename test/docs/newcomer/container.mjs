// docs/container.md, as far as it goes without an image: each line of its Dockerfile in an empty folder that stands for the root of
// the container, from the packed tarballs; then the entry point, stopped and started as `docker compose` does it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run, serve } from './terminals.mjs';
import { ROOT, says } from './walk.mjs';

/** What the steps below cannot do is named; another instruction in the recipe fails the walk. */
const NOT_RUN_HERE = ['FROM', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'ENTRYPOINT'];

/** Takes a walk (`walk.mjs`), on which the packages are packed. */
export async function container({ step, work }) {
  const page = readFileSync(`${ROOT}docs/container.md`, 'utf8');
  const [dockerfile, compose] = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  const lines = dockerfile
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean)
    .map((line) => /^([A-Z]+) (.*)$/.exec(line).slice(1));
  const of = (name) => lines.filter(([instruction]) => instruction === name).map(([, rest]) => rest);
  const root = join(work, 'container');
  const inside = (text) => text.replaceAll(/(?<=^|[\s"'=])\/(?=(?:tmp|home)\/)/g, `${root}/`);
  // npm looks for its global configuration below the prefix. That of this machine may name its registry and the authorities it trusts.
  const { output: configuration } = await run('npm', ['config', 'get', 'globalconfig']);
  const env = {
    npm_config_prefix: join(root, 'usr/local'),
    npm_config_globalconfig: configuration.trim(),
    PATH: `${join(root, 'usr/local/bin')}:${process.env.PATH}`,
  };
  let [emulator, authority] = [];

  await step('the Dockerfile begins with a Node that the packages take, and runs as a user without rights', () => {
    const [, version] = /^node:(\d+)-slim$/.exec(of('FROM')[0]);
    const { engines } = JSON.parse(readFileSync(`${ROOT}packages/cli/package.json`, 'utf8'));
    if (Number(version) < Number(/\d+/.exec(engines.node)[0])) throw new Error(`${version} is not ${engines.node}`);
    says({ output: of('USER').join() }, /^node$/);
    says({ output: of('STOPSIGNAL').join() }, /^SIGINT$/);
  });

  await step('each COPY and RUN of it does its work in an empty folder', async () => {
    for (const folder of ['tmp', 'home/node']) mkdirSync(join(root, folder), { recursive: true });
    for (const [instruction, rest] of lines) {
      if (instruction === 'COPY') {
        const [pattern, to] = rest.split(' ');
        const [head, tail] = pattern.split('*');
        const names = readdirSync(`${ROOT}tarballs`).filter((name) => name.startsWith(head) && name.endsWith(tail));
        if (names.length !== 4) throw new Error(`${pattern} is ${names.length} files`);
        for (const name of names) cpSync(`${ROOT}tarballs/${name}`, join(root, to, name));
      } else if (instruction === 'RUN') {
        says(await run('sh', ['-c', inside(rest)], { cwd: root, env }), [], { exit: 0 });
      } else if (!NOT_RUN_HERE.includes(instruction)) throw new Error(`${instruction} is not known here`);
    }
    const left = readdirSync(join(root, 'tmp'));
    if (left.length > 0) throw new Error(`${left} is left in the image`);
    for (const volume of of('VOLUME'))
      if (!existsSync(inside(volume))) throw new Error(`${volume} would belong to root`);
  });

  const [entry] = of('ENTRYPOINT');
  const [command, ...words] = JSON.parse(inside(entry));
  const after = (flag) => words[words.indexOf(flag) + 1];

  await step('the ports that it exposes are those of its entry point and of compose.yaml', () => {
    says({ output: of('EXPOSE').join() }, new RegExp(`^${after('--port')} ${after('--ws-port')}$`));
    says({ output: compose }, `DPS_HOST: "dps:${after('--port')}"`);
    const [volume] = of('VOLUME');
    says({ output: compose }, `:${volume}]`);
  });

  // Any free port: this machine may have the fixed ones in use.
  const start = async () => {
    const served = words.map((word, index) => (/^--(?:ws-)?port$/.test(words[index - 1]) ? '0' : word));
    emulator = await serve('sh', ['-c', 'exec "$@"', 'sh', command, ...served], /"listening"/, { cwd: root, env });
    return JSON.parse(emulator.output.split('\n').find((line) => line.includes('"listening"')));
  };
  const provisioned = async (facts) => {
    const { primaryKey } = facts.enrollments.find(({ kind }) => kind === 'group').attestation.symmetricKey;
    const device = ['--id-scope', facts.idScope, '--registration-id', 'in-a-container', '--json'];
    const trusted = ['--ca', join(after('--ca-dir'), 'ca.pem'), '--host', `localhost:${facts.port}`];
    const told = await run('mote', ['provision', ...device, ...trusted], {
      cwd: root,
      env: { ...env, DPS_GROUP_KEY: primaryKey },
    });
    says(told, '"status":"assigned"', { exit: 0 });
  };
  try {
    await step('its entry point serves a device that trusts ca.pem of the volume', async () => {
      const facts = await start();
      authority = facts.ca;
      await provisioned(facts);
    });
    await step('the certificate has every name by which another container may call it', async () => {
      const { output } = await run(
        process.execPath,
        [
          '-e',
          `for (const servername of ${JSON.stringify(after('--name').split(','))})
             require('node:tls').connect({ port: ${JSON.parse(emulator.output.split('\n')[0]).port}, servername, ca: require('node:fs').readFileSync(${JSON.stringify(join(after('--ca-dir'), 'ca.pem'))}) },
               function () { console.log(servername, this.authorized); this.destroy(); });`,
        ],
        { cwd: root },
      );
      for (const name of after('--name').split(',')) says({ output }, `${name} true`);
      says({ output: dockerfile }, 'global.azure-devices-provisioning.net');
    });
    await step('the key of the authority is readable by its owner alone, ca.pem by everybody', () => {
      for (const name of readdirSync(after('--ca-dir'))) {
        const mode = statSync(join(after('--ca-dir'), name)).mode & 0o777;
        if (mode !== (name.endsWith('.pem') ? 0o644 : 0o600)) throw new Error(`${name} has mode ${mode.toString(8)}`);
      }
    });
    await step('STOPSIGNAL ends it with 0, and what the next start needs is in the volume', async () => {
      const code = await emulator.end();
      if (code !== 0) throw new Error(`exit code ${code}`);
      if (!existsSync(after('--state'))) throw new Error('no state');
    });
    await step('started again it has the same authority, and knows the device', async () => {
      const facts = await start();
      if (facts.ca !== authority) throw new Error('another authority');
      says({ output: readFileSync(after('--state'), 'utf8') }, 'in-a-container');
      await provisioned(facts);
    });
  } finally {
    await emulator?.end();
  }
}
