import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type * as Client from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { codeBlocks } from './code-blocks.ts';

const GROUP_KEY = '8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==';

// Blocks that dial the public service are led to an emulator: nothing else of them is changed.
const stand = vi.hoisted(() => ({ service: undefined as Emulator | undefined }));
vi.mock('@mote/client', async (original) => {
  const client = await original<typeof Client>();
  const provision: typeof client.provision = (options) => {
    const service = stand.service!;
    const endpoint = { endpoint: `${service.host}:${service.port}`, tls: { ca: service.ca } };
    return client.provision(options.endpoint === undefined ? { ...options, ...endpoint } : options);
  };
  return { ...client, provision };
});

beforeAll(async () => {
  vi.stubEnv('DPS_GROUP_KEY', GROUP_KEY);
  stand.service = await startEmulator({
    idScope: '0ne00ABCDEF',
    pollsBeforeAssigned: 0,
    enrollmentGroups: [
      {
        enrollmentGroupId: 'sensors',
        attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: GROUP_KEY, secondaryKey: GROUP_KEY } },
      },
    ],
  });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await stand.service?.close();
});

const scripts = codeBlocks().filter(({ language }) => language === 'js' || language === 'ts');

test('the documents show code', () => {
  expect(scripts.length).toBeGreaterThan(2);
});

test.each(scripts)('the code at $where runs as it stands', async ({ where, language, text }) => {
  const folder = fileURLToPath(new URL('../../.cache/code-blocks/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = `${folder}${where.replace(/\W/g, '-')}.${language === 'ts' ? 'ts' : 'mjs'}`;
  writeFileSync(file, text);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await expect(import(file)).resolves.toBeDefined();
  } finally {
    log.mockRestore();
  }
});
