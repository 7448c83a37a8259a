import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mote, outcomeOf, spawnMote } from './mote.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const WRONG_KEY = Buffer.alloc(32, 8).toString('base64');
let dps: Emulator;
let dir: string;
let common: string[];

beforeAll(async () => {
  const symmetricKey = { primaryKey: KEY, secondaryKey: KEY };
  dps = await startEmulator({
    pollsBeforeAssigned: 1,
    retryAfterSeconds: 1,
    individualEnrollments: [
      { registrationId: 'sensor-17', attestation: { type: 'symmetricKey', symmetricKey } },
      {
        registrationId: 'retired',
        provisioningStatus: 'disabled',
        attestation: { type: 'symmetricKey', symmetricKey },
      },
    ],
    enrollmentGroups: [{ enrollmentGroupId: 'fleet', attestation: { type: 'symmetricKey', symmetricKey } }],
  });
  dir = mkdtempSync(join(tmpdir(), 'mote-cli-'));
  writeFileSync(join(dir, 'ca.pem'), dps.ca);
  writeFileSync(join(dir, 'key'), `${KEY}\n`);
  common = ['--ca', join(dir, 'ca.pem'), '--host', `${dps.host}:${dps.port}`, '--id-scope', dps.idScope];
});

afterAll(async () => {
  rmSync(dir, { recursive: true });
  await dps.close();
});

describe('mote provision ends by itself', () => {
  test('with one JSON object on stdout and the steps on stderr', async () => {
    const words = ['provision', ...common, '--registration-id', 'sensor-17', '--key-file', join(dir, 'key'), '--json'];
    const { code, stdout, stderr } = await mote(words);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'assigned', deviceId: 'sensor-17' });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr.split('\n').length).toBeGreaterThan(4);
    expect(stderr).not.toContain(KEY);
  });

  test('with everything from the environment', async () => {
    const { code, stdout } = await mote(['provision'], {
      DPS_ID_SCOPE: dps.idScope,
      DPS_REGISTRATION_ID: 'thermostat-3',
      DPS_HOST: `${dps.host}:${dps.port}`,
      DPS_CA: join(dir, 'ca.pem'),
      DPS_GROUP_KEY: KEY,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^assigned hub {2,}\S+/);
  });

  test('and warns of a key on the command line', async () => {
    const { code, stderr } = await mote(['provision', ...common, '--registration-id', 'sensor-17', '--key', KEY]);
    expect(code).toBe(0);
    expect(stderr).toContain('--key on the command line is visible');
  });
});

describe('mote provision fails with the exit code of what happened', () => {
  // Long enough for a machine that is busy with other things; what is to run out of time gets less.
  const attempt = async (words: string[], key = KEY, seconds = '10') => {
    const outcome = await mote(['provision', ...common, ...words, '--json'], { DPS_KEY: key, DPS_TIMEOUT: seconds });
    const { error } = JSON.parse(outcome.stdout) as { error: Record<string, unknown> };
    expect(outcome.stdout + outcome.stderr).not.toContain(key);
    return { ...outcome, error };
  };

  test.each([
    ['30 for a wrong key', ['--registration-id', 'sensor-17'], WRONG_KEY, 30, 'unauthorized'],
    ['34 for a disabled enrollment', ['--registration-id', 'retired'], KEY, 34, 'registration-disabled'],
    [
      '23 for an ID scope that does not exist',
      ['--registration-id', 'sensor-17', '--id-scope', '0ne00FFFFFF'],
      KEY,
      23,
      'connection-refused',
    ],
    [
      '10 for a host that does not exist',
      ['--registration-id', 'sensor-17', '--host', 'nowhere.invalid'],
      KEY,
      10,
      'connect-failed',
    ],
    [
      '10 for a port where nothing listens',
      ['--registration-id', 'sensor-17', '--host', '127.0.0.1:1'],
      KEY,
      10,
      'connect-failed',
    ],
    ['2 for a registration id that no device can have', ['--registration-id', 'no such id'], KEY, 2, 'invalid-options'],
    ['2 for a key that is no base64', ['--registration-id', 'sensor-17'], 'not base64!', 2, 'invalid-options'],
  ])('%s', async (_what, words, key, code, name) => {
    const outcome = await attempt(words, key);
    expect(outcome).toMatchObject({ code, error: { code: name, message: expect.any(String) } });
  });

  test('11 for a service that nobody we trust has signed', async () => {
    const foreign = await startEmulator();
    const { host, port } = foreign;
    const outcome = await attempt(['--registration-id', 'sensor-17', '--host', `${host}:${port}`]);
    await foreign.close();
    expect(outcome).toMatchObject({ code: 11, error: { code: 'tls-failed' } });
  });

  test('11 for such a service also where NODE_TLS_REJECT_UNAUTHORIZED=0 turns verification off for everybody else', async () => {
    const words = ['provision', '--host', `${dps.host}:${dps.port}`, '--id-scope', dps.idScope];
    const { code } = await mote([...words, '--registration-id', 'sensor-17'], {
      DPS_KEY: KEY,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    expect(code).toBe(11);
  });

  test('40 for a service that says nothing, within the deadline', async () => {
    const { server, port } = await listen(createServer(() => {}));
    // A process that waits beside it, and is as late to start and to end where the machine is busy.
    const watch = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 5500)']);
    let rang = false;
    watch.on('exit', () => {
      rang = true;
    });
    const outcome = await attempt(['--registration-id', 'sensor-17', '--host', `127.0.0.1:${port}`], KEY, '3');
    expect(rang).toBe(false);
    watch.kill();
    server.close();
    expect(outcome).toMatchObject({ code: 40, error: { code: 'timed-out', stage: 'tls' } });
  });

  test('2 for a flag that does not exist, with the usage and nothing on stdout', async () => {
    const { code, stdout, stderr } = await mote(['provision', '--hots', 'x']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/unknown flag --hots; did you mean --host\?\nusage: mote provision/);
  });

  test('2 for a flag without its value', async () => {
    const { code, stderr } = await mote(['provision', '--id-scope']);
    expect(code).toBe(2);
    expect(stderr).toContain('--id-scope needs a value');
  });

  test('130 when interrupted, and nothing is left', async () => {
    const { server, port } = await listen(createServer(() => {}));
    const child = spawnMote(['provision', ...common, '--registration-id', 'sensor-17', '--host', `127.0.0.1:${port}`], {
      DPS_KEY: KEY,
    });
    child.stderr.once('data', () => child.kill('SIGINT'));
    const { code } = await outcomeOf(child);
    server.close();
    expect(code).toBe(130);
  });
});

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
