// Microsoft's SDK, unmodified, against the command that people type: `mote emulate`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deviceKey, Lane, run } from '../lane.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const lane = new Lane();
const emulate = [
  path('../../../packages/cli/dist/main.js'),
  'emulate',
  '--json',
  '--dir',
  lane.folder,
  '--retry-after',
  '1',
];
const service = spawn(process.execPath, emulate, { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [line] = await once(createInterface({ input: service.stdout }), 'line');
  const { port, idScope, caFile, enrollments } = JSON.parse(line);
  const of = (kind) =>
    enrollments.find((enrollment) => enrollment.kind === kind && enrollment.attestation.type === 'symmetricKey');
  const keyOf = (kind) => of(kind).attestation.symmetricKey.primaryKey;
  for (const [title, device] of [
    ['individual key', { registrationId: of('individual').registrationId, key: keyOf('individual') }],
    ['derived group key', { registrationId: 'interop-member', key: deviceKey(keyOf('group'), 'interop-member') }],
  ]) {
    const job = JSON.stringify({ host: `localhost:${port}`, idScope, ...device });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile };
    await lane.check(
      `mote emulate, ${title}`,
      run(process.execPath, [path('provision.cjs'), job], { env, timeoutMs: 30_000 }),
      ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1)).deviceId === device.registrationId,
      ({ stdout }) => stdout.trim().split('\n').at(-1),
    );
  }
} finally {
  service.kill('SIGINT');
  await once(service, 'exit');
  lane.end();
}
