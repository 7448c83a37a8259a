import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstLine, mote, outcomeOf, spawnMote } from './mote.ts';

interface Listening {
  readonly event: string;
  readonly host: string;
  readonly port: number;
  readonly webSocketPort: number;
  readonly ca: string;
  readonly idScope: string;
  readonly enrollments: readonly Record<string, unknown>[];
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-emulate-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('mote emulate', () => {
  test('says where it listens in its first line, serves, and ends on Ctrl-C', async () => {
    const child = spawnMote(['emulate', '--json', '--dir', dir, '--polls', '0']);
    const ended = outcomeOf(child);
    const listening = JSON.parse(await firstLine(child)) as Listening;
    expect(listening).toMatchObject({
      event: 'listening',
      host: '127.0.0.1',
      ca: readFileSync(join(dir, 'ca.pem'), 'utf8'),
    });
    const enrolled = listening.enrollments.find((entry) => entry['kind'] === 'individual' && entry['registrationId'])!;
    const { symmetricKey } = enrolled['attestation'] as { symmetricKey: { primaryKey: string } };

    const device = await mote(
      [
        'provision',
        '--host',
        `${listening.host}:${listening.port}`,
        '--ca',
        join(dir, 'ca.pem'),
        '--id-scope',
        listening.idScope,
        '--json',
      ],
      { DPS_REGISTRATION_ID: String(enrolled['registrationId']), DPS_KEY: symmetricKey.primaryKey },
    );
    expect(device.code).toBe(0);

    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toContain('assigned');
  });

  test('keeps private keys from other users', async () => {
    const child = spawnMote(['emulate', '--json', '--dir', dir]);
    const ended = outcomeOf(child);
    const { enrollments } = JSON.parse(await firstLine(child)) as Listening;
    child.kill('SIGTERM');
    await ended;
    const files = enrollments.flatMap((entry) => (entry['device'] as { keyFile: string } | undefined)?.keyFile ?? []);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('names what is wrong in an enrollment file, and where', async () => {
    const config = join(dir, 'wrong.json');
    writeFileSync(
      config,
      JSON.stringify({ individualEnrollments: [{ registrationId: 'a b', attestation: { type: 'tpm' } }] }),
    );
    const { code, stderr } = await mote(['emulate', '--config', config]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--config: ${config}: individualEnrollments[0].registrationId`);
  });

  test.each([
    [['--config', 'missing.json'], 'cannot read missing.json: there is no such file (ENOENT)'],
    [['--port', '70000'], '--port takes a whole number from 0 to 65535'],
    [['--scenario', 'no-such-scenario'], 'no-such-scenario'],
  ])('%j ends with 2 and a sentence', async (words, sentence) => {
    const { code, stderr } = await mote(['emulate', ...words]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
  });

  test('says so when the port is taken', async () => {
    const child = spawnMote(['emulate', '--json']);
    const ended = outcomeOf(child);
    const { port } = JSON.parse(await firstLine(child)) as Listening;
    const { code, stderr } = await mote(['emulate', '--port', String(port)]);
    child.kill('SIGINT');
    await ended;
    expect(code).toBe(2);
    expect(stderr).toContain('another program listens on that port');
  });
});

describe('mote', () => {
  test('without words lists the commands and ends with 2', async () => {
    const { code, stdout, stderr } = await mote([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('provision');
  });

  test('--version prints the version of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../packages/cli/package.json', import.meta.url), 'utf8'));
    expect(await mote(['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
  });

  test('names the command that does not exist', async () => {
    expect(await mote(['provison'])).toMatchObject({ code: 2, stderr: expect.stringContaining('"provison"') });
  });

  test('derives the key that Microsoft’s documentation prints', async () => {
    const DPS_GROUP_KEY = '8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==';
    const words = ['derive-key', '--registration-id', 'sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6'];
    expect(await mote(words, { DPS_GROUP_KEY })).toMatchObject({
      stdout: 'Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=\n',
    });
  });

  test('signs the token of the published vector', async () => {
    const DPS_KEY = 'prIvMivIPDAqwBH6aCT4P8raQxEulx32+eNjQpp5/bM=';
    const words = [
      'sas',
      '--id-scope',
      '0ne00111111',
      '--registration-id',
      'contoso-simdevice',
      '--expiry',
      '1663952627',
    ];
    expect((await mote(words, { DPS_KEY })).stdout).toBe(
      'SharedAccessSignature sr=0ne00111111%2Fregistrations%2Fcontoso-simdevice' +
        '&sig=m1%2Fzvz0Th3icZbChUOLH%2FfAFnIKLmIUO61Xex41CxwU%3D&se=1663952627&skn=registration\n',
    );
  });
});
