// docs/gateway.md: its unit as systemd reads it, and its command with its environment, without the proxy.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, serve } from './terminals.mjs';
import { ROOT, says } from './walk.mjs';

/** Takes a walk (`walk.mjs`), on which the packages are installed. */
export async function gateway({ step, work, project, command }) {
  const page = readFileSync(`${ROOT}docs/gateway.md`, 'utf8');
  const [unit, environment] = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  const folder = join(work, 'gateway');
  mkdirSync(folder);
  const entry = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)[1];

  await step('systemd finds nothing wrong with the unit, and would with a name that it does not know', async () => {
    const verify = (text) => {
      writeFileSync(join(folder, 'provision.service'), text);
      return run('systemd-analyze', ['verify', join(folder, 'provision.service')], { cwd: folder });
    };
    says(await verify(unit), [], { exit: 0, never: 'provision.service' });
    says(await verify(unit.replace('RestartSec=', 'RestartSeconds=')), 'provision.service');
  });

  await step(
    'its exit codes that end the tries are those of mote, and no failure that may pass is among them',
    async () => {
      const codes = entry('RestartPreventExitStatus').split(' ').map(Number);
      const { output } = await run(process.execPath, [command, 'explain', ...codes.map((code) => `exit-${code}`)], {
        cwd: project,
      });
      for (const code of codes) says({ output }, `exit-${code}`);
      for (const passing of [10, 14, 32, 33, 40]) if (codes.includes(passing)) throw new Error(`${passing} may pass`);
    },
  );

  let emulator;
  try {
    await step('its command with its environment keeps the assignment, and a failure leaves it as it was', async () => {
      writeFileSync(
        join(folder, 'config.json'),
        JSON.stringify({ individualEnrollments: [{ registrationId: 'camera-4', attestation: { type: 'x509' } }] }),
      );
      emulator = await serve(
        process.execPath,
        [command, 'emulate', '--json', '--dir', 'certs', '--config', 'config.json', '--polls', '0'],
        /"listening"/,
        { cwd: folder },
      );
      const { port, idScope } = JSON.parse(emulator.output.split('\n')[0]);
      const here = (text) =>
        text.replaceAll('/etc/gateway', join(folder, 'certs')).replaceAll('/var/lib/gateway', folder);
      const env = Object.fromEntries(
        here(environment)
          .split('\n')
          .filter(Boolean)
          .map((line) => /^(\w+)=(.*)$/.exec(line).slice(1))
          .filter(([name]) => name !== 'DPS_PROXY'),
      );
      Object.assign(env, {
        DPS_ID_SCOPE: idScope,
        DPS_HOST: `localhost:${port}`,
        DPS_CA: join(folder, 'certs/ca.pem'),
      });
      const [, script] = /^\/bin\/sh -c '(.*)'$/.exec(entry('ExecStart'));
      const start = (more) =>
        run('sh', ['-c', here(script).replace(/^mote /, `'${process.execPath}' '${command}' `)], {
          cwd: folder,
          env: { ...env, ...more },
        });
      says(await start({}), [], { exit: 0 });
      const kept = readFileSync(join(folder, 'assignment.json'), 'utf8');
      const { assignedHub, deviceId } = JSON.parse(kept);
      says({ output: `${assignedHub} ${deviceId}` }, /azure-devices\.net camera-4$/);
      if (existsSync(join(folder, 'assignment.json.new'))) throw new Error('the new file is left');
      const failed = await start({ DPS_REGISTRATION_ID: 'camera-5' });
      if (failed.code === 0) throw new Error('a device that is not enrolled was assigned');
      if (readFileSync(join(folder, 'assignment.json'), 'utf8') !== kept)
        throw new Error('the assignment was overwritten');
    });
  } finally {
    await emulator?.end();
  }
}
