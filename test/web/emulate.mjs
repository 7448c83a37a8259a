import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { groupKey, provision } from '../../packages/client/dist/index.js';

const MOTE = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** `mote emulate --ui` as a process of its own, as its users start it; what it told of itself, and a way to register there. */
export async function startEmulate(...flags) {
  const words = [MOTE, 'emulate', '--ui', '--json', ...flags];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const facts = JSON.parse(line);
  const group = facts.enrollments.find(
    ({ kind, attestation }) => kind === 'group' && attestation.type === 'symmetricKey',
  );
  const register = (registrationId) =>
    provision({
      idScope: facts.idScope,
      registrationId,
      attestation: groupKey(group.attestation.symmetricKey.primaryKey),
      endpoint: `localhost:${facts.port}`,
      tls: { ca: facts.ca },
      retry: { attempts: 0 },
    });
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  return { url: facts.dashboard, facts, register, stop, child };
}
