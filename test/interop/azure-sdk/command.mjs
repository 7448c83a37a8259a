// Microsoft's SDK, unmodified, against the command that people type: `mote emulate`.

import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mote-interop-'));
const emulate = [
  path('../../../packages/cli/dist/main.js'),
  'emulate',
  '--json',
  '--dir',
  folder,
  '--retry-after',
  '1',
];
const service = spawn(process.execPath, emulate, { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = await once(createInterface({ input: service.stdout }), 'line');
const { port, idScope, caFile, enrollments } = JSON.parse(line);
const keyOf = (kind) =>
  enrollments.find((enrollment) => enrollment.kind === kind && enrollment.attestation.type === 'symmetricKey')
    .attestation.symmetricKey.primaryKey;
const derived = createHmac('sha256', Buffer.from(keyOf('group'), 'base64'))
  .update('interop-member')
  .digest('base64');
const { registrationId } = enrollments.find(
  ({ kind, attestation }) => kind === 'individual' && attestation.type === 'symmetricKey',
);

let passed = 0;
let failed = 0;
for (const [title, device] of [
  ['individual key', { registrationId, key: keyOf('individual') }],
  ['derived group key', { registrationId: 'interop-member', key: derived }],
]) {
  const job = JSON.stringify({ host: `localhost:${port}`, idScope, ...device });
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: caFile };
  const out = execFileSync(process.execPath, [path('provision.cjs'), job], { env, encoding: 'utf8', timeout: 30_000 });
  const outcome = JSON.parse(out.trim().split('\n').at(-1));
  const good = outcome.deviceId === device.registrationId;
  good ? passed++ : failed++;
  console.log(`${good ? 'ok      ' : 'NOT OK  '} mote emulate, ${title}: ${JSON.stringify(outcome)}`);
}
service.kill('SIGINT');
await once(service, 'exit');
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
