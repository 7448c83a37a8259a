import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoreDevices, storedDevices } from '../../../packages/emulator/src/service/hub/stored-devices.ts';
import { HUB, MemoryHub } from '../hub-memory.ts';

// What a state file keeps of identities: who was disabled, and twins with their tags.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-kept-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
type Device = NonNullable<EmulatorOptions['devices']>[number];

/** Runs with one state file, one emulator after the other, each with its configuration. */
async function starts(...runs: readonly [device: Partial<Device>, work: (azure: Emulator) => unknown][]) {
  const stateFile = join(folder, `state-${++files}.json`);
  for (const [device, work] of runs) {
    await using azure = await startEmulator({
      webSocketPort: false,
      apiPort: 0,
      devices: [{ deviceId: 'dev', ...device }],
      stateFile,
    });
    await work(azure);
  }
}

const put = (azure: Emulator, status: string) =>
  fetch(`http://127.0.0.1:${azure.apiPort}/devices/dev`, {
    method: 'PUT',
    body: JSON.stringify({ deviceId: 'dev', status }),
  });
const enabled = (azure: Emulator) => azure.hub.devices[0]?.enabled;

describe('a device that was disabled', () => {
  test.each<[what: string, disable: (azure: Emulator) => unknown]>([
    ['in code', (azure) => azure.hub.disable('dev')],
    ['over HTTP', (azure) => fetch(`http://127.0.0.1:${azure.apiPort}/devices/dev/disable`, { method: 'POST' })],
    ['by PUT', (azure) => put(azure, 'disabled')],
  ])('%s stays so over a restart, whatever the configuration says', async (_what, disable) => {
    for (const config of [{}, { status: 'enabled' }, { status: 'disabled' }] as const)
      await starts([config, disable], [config, (azure) => expect(enabled(azure)).toBe(false)]);
  });

  test('and enabled again is enabled, though the configuration says disabled', async () => {
    await starts(
      [{ status: 'disabled' }, (azure) => azure.hub.enable('dev')],
      [{ status: 'disabled' }, (azure) => expect(enabled(azure)).toBe(true)],
    );
  });

  test('by the configuration alone is enabled when the configuration says so', async () => {
    await starts(
      [{ status: 'disabled' }, (azure) => azure.hub.setDesired('dev', { a: 1 })],
      [{ status: 'enabled' }, (azure) => expect(enabled(azure)).toBe(true)],
      [{ status: 'disabled' }, (azure) => expect(enabled(azure)).toBe(false)],
    );
  });

  test('gets CONNACK 5 behind the restart', () => {
    const [before, after] = [new MemoryHub(), new MemoryHub()];
    before.service.hub.setEnabled('dev', false, before.now);
    restoreDevices(after.service.hub, storedDevices(before.service.hub));
    expect(after.link().received).toMatchObject([{ returnCode: 5 }]);
    expect(after.link({}, 'other').received).toMatchObject([{ returnCode: 0 }]);
  });

  test('by PUT loses the link that it has', () => {
    const hub = new MemoryHub();
    const device = hub.link();
    hub.service.hub.setEnabled('dev', false, hub.now);
    expect(device.closed).toBe('end');
  });
});

test('tags are kept, and no device sees them', async () => {
  await starts(
    [{}, (azure) => azure.hub.setTags('dev', { site: 'a', gone: 1 })],
    [{}, (azure) => azure.hub.setTags('dev', { gone: null })],
    [
      {},
      (azure) => {
        expect(azure.hub.twin('dev')).toEqual({
          deviceId: 'dev',
          tags: { site: 'a' },
          desired: { $version: 1 },
          reported: { $version: 1 },
        });
      },
    ],
  );
});

test.each<[what: string, twin: object, desired: object]>([
  [
    'without tags, as the last version wrote it',
    { desired: { a: 1 }, reported: {}, desiredVersion: 4, reportedVersion: 1 },
    { a: 1, $version: 4 },
  ],
  ['with nothing in it', {}, { $version: 1 }],
])('a twin %s is restored', (_what, twin, desired) => {
  const hub = new MemoryHub();
  restoreDevices(hub.service.hub, [{ id: 'dev', hub: HUB, twin, subscriptions: undefined, queue: [] }]);
  expect(hub.service.hub.twin('dev')).toMatchObject({ desired, tags: {} });
});
