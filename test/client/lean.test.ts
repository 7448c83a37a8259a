import { fileURLToPath } from 'node:url';
import { groupKey, ProvisioningError, provision, sasSigner, symmetricKey } from '@mote/client/lean';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { upgradeRequest } from '../../packages/client/src/transport/websocket/handshake.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';

const loopback = new Loopback();

test('the entry with TLS alone provisions the same way', async () => {
  const server = await loopback.server({ answer: () => ({ status: 200, body: ASSIGNED }) });
  const { transport: _, proxy: __, csr: ___, ...options } = loopback.options(server);
  for (const attestation of [
    symmetricKey(Buffer.alloc(32).toString('base64')),
    groupKey(Buffer.alloc(64).toString('base64')),
    sasSigner(() => new Uint8Array(32)),
  ]) {
    await expect(provision({ ...options, attestation, registrationId: 'device' })).resolves.toMatchObject({
      assignedHub: 'hub.test',
    });
  }
  expect(await refusal(provision({ ...options, registrationId: '' }))).toBeInstanceOf(ProvisioningError);
  expect(server.faults.filter((fault) => !fault.includes('used twice'))).toEqual([]);
});

test('the core links no platform', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../packages/client/src/core.ts', import.meta.url))],
    alias: { '@mote/codec': fileURLToPath(new URL('../../packages/codec/src/index.ts', import.meta.url)) },
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    write: false,
  });
  expect(outputFiles[0]!.text).not.toMatch(
    /node:|\bBuffer\b|setTimeout|TextDecoder|Math\.random|Date\.now|performance/,
  );
});

test('an upgrade to 443 names no port, and brackets an IPv6 address', () => {
  expect(upgradeRequest({ host: 'dps.test', port: 443 }, 'k')).toContain('\r\nHost: dps.test\r\n');
  expect(upgradeRequest({ host: '::1', port: 8443 }, 'k')).toContain('\r\nHost: [::1]:8443\r\n');
});
