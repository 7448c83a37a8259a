import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator, type TelemetryMessage } from '@mote/emulator';
import { afterAll, beforeAll } from 'vitest';
import { spawnMote } from './mote.ts';

// A service with devices for the tests of `mote device`, one for each file that imports this.

export const KEY = Buffer.alloc(32, 7).toString('base64');
export const WRONG_KEY = Buffer.alloc(32, 8).toString('base64');
export const HUB = 'hub-1.example.net';
export let azure: Emulator;
export let dir: string;
export let common: string[];

beforeAll(async () => {
  const symmetricKey = { primaryKey: KEY, secondaryKey: KEY };
  azure = await startEmulator({
    pollsBeforeAssigned: 0,
    iotHubs: [HUB],
    enrollmentGroups: [{ enrollmentGroupId: 'fleet', attestation: { type: 'symmetricKey', symmetricKey } }],
    individualEnrollments: [
      {
        registrationId: 'retired',
        provisioningStatus: 'disabled',
        attestation: { type: 'symmetricKey', symmetricKey },
      },
    ],
    devices: [
      { deviceId: 'known', authentication: { type: 'sas', symmetricKey } },
      { deviceId: 'known', moduleId: 'mod', authentication: { type: 'sas', symmetricKey } },
    ],
  });
  dir = mkdtempSync(join(tmpdir(), 'mote-device-'));
  writeFileSync(join(dir, 'ca.pem'), azure.ca);
  writeFileSync(join(dir, 'key'), `${KEY}\n`);
  writeFileSync(join(dir, 'wrong'), `${WRONG_KEY}\n`);
  writeFileSync(join(dir, 'login'), `${login('known', KEY)}\n`);
  common = ['--ca', join(dir, 'ca.pem'), '--host', `${azure.host}:${azure.port}`, '--id-scope', azure.idScope];
});

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await azure.close();
});

export const login = (id: string, key: string): string => `HostName=${HUB};DeviceId=${id};SharedAccessKey=${key}`;
export const byKey = (id: string, ...more: string[]): string[] => [
  'device',
  ...common,
  '--registration-id',
  id,
  '--group-key-file',
  join(dir, 'key'),
  ...more,
];

/** What the hub has of this device, so many messages. */
export async function telemetryOf(deviceId: string, count: number): Promise<TelemetryMessage[]> {
  const found: TelemetryMessage[] = [];
  for await (const message of azure.hub.telemetry())
    if (message.deviceId === deviceId && found.push(message) === count) break;
  return found;
}

/** A device that runs until it is ended; `line` waits for a line of one of its streams. */
export function running(words: readonly string[], environment: Record<string, string> = {}) {
  const child = spawnMote(words, environment);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      text[name] += chunk;
    });
  const ended = once(child, 'close') as Promise<[number | null]>;
  return {
    stdin: child.stdin,
    text,
    async line(name: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
      for (;;) {
        const found = text[name]
          .split('\n')
          .slice(0, -1)
          .find((line) => pattern.test(line));
        if (found !== undefined) return found;
        const [end] = (await Promise.race([ended, once(child[name], 'data')])) as [unknown];
        if (typeof end === 'number') throw new Error(`ended with ${end}: ${text.stdout}${text.stderr}`);
      }
    },
    async interrupt(): Promise<number | null> {
      child.kill('SIGINT');
      return (await ended)[0];
    },
    ended: async () => (await ended)[0],
  };
}
