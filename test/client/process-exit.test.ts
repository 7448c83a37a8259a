import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback } from './loopback.ts';

const loopback = new Loopback();
const directory = mkdtempSync(join(tmpdir(), 'mote-exit-'));
const script = join(directory, 'device.mjs');
const source = (path: string): string => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

// From the sources, as a program would have them: Node 20 does not run TypeScript.
beforeAll(async () => {
  await build({
    stdin: { contents: PROGRAM, resolveDir: source('client/src'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile: script,
    alias: { '@mote/codec': source('codec/src/index.ts') },
    logLevel: 'error',
  });
});
afterAll(() => rmSync(directory, { recursive: true }));

const PROGRAM = `
import { readFileSync } from 'node:fs';
import { provision, symmetricKey } from './index.ts';
const [port, ca, transport, timeoutMs] = process.argv.slice(2);
process.on('warning', (warning) => console.log('warning', warning.message));
process.on('exit', (code) => console.log('exit', code));
provision({
  idScope: '0ne00ABCDEF', registrationId: 'device', attestation: symmetricKey('${Buffer.alloc(32).toString('base64')}'),
  endpoint: 'localhost:' + port, tls: { ca: readFileSync(ca, 'utf8') }, transport, timeoutMs: Number(timeoutMs), retry: { attempts: 1, baseMs: 1 },
}).then(({ assignedHub }) => console.log(assignedHub), (error) => console.log(error.code));
`;

async function device(
  port: number,
  transport: string,
  timeoutMs = 5000,
): Promise<{ readonly lines: string[]; readonly ms: number }> {
  const ca = join(directory, 'ca.pem');
  writeFileSync(ca, loopback.authority.ca);
  const began = Date.now();
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [script, String(port), ca, transport, String(timeoutMs)],
      { timeout: 10_000 },
      (error, stdout, stderr) => {
        if (error !== null || stderr !== '') reject(error ?? new Error(stderr));
        else resolve({ lines: stdout.trim().split('\n'), ms: Date.now() - began });
      },
    );
  });
}

test.each(['tls', 'websocket', 'auto'])(
  'a process that provisions over %s and does nothing else ends by itself',
  async (transport) => {
    const server = await loopback.server({
      webSocket: transport === 'websocket',
      answer: () => ({ status: 200, body: ASSIGNED }),
    });
    const { lines } = await device(server.port, transport);
    expect(lines).toEqual(['hub.test', 'exit 0']);
  },
);

test('so does one whose server never speaks, and one that nobody listens to', async () => {
  const server = await loopback.server({ step: 'tls', misbehave: () => {} });
  expect((await device(server.port, 'tls', 300)).lines).toEqual(['timed-out', 'exit 0']);
  expect((await device(1, 'auto', 2000)).lines).toEqual(['connect-failed', 'exit 0']);
});

test('NODE_DEBUG=mote tells the steps on stderr', async () => {
  const server = await loopback.server({ answer: () => ({ status: 200, body: ASSIGNED }) });
  process.env['NODE_DEBUG'] = 'mote';
  try {
    await expect(device(server.port, 'tls')).rejects.toThrow(/MOTE \d+: device: assigned to hub\.test/);
  } finally {
    delete process.env['NODE_DEBUG'];
  }
});

test('while the answer is awaited, the process stays', async () => {
  const server = await loopback.server();
  const { lines, ms } = await device(server.port, 'tls');
  expect(lines).toEqual(['hub.test', 'exit 0']);
  expect(ms).toBeGreaterThan(1000);
});
