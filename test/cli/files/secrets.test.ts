import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readArguments } from '../../../packages/cli/src/arguments.ts';
import { COMMANDS } from '../../../packages/cli/src/commands.ts';
import { pem } from '../../client/attestation/made.ts';
import { spoken } from './spoken.ts';

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
const KEY = Buffer.alloc(64, 'secret').toString('base64');
const PROXY = 'http://user:password@127.0.0.1:1';

/** Flags whose value is a secret, or may hold one, by their names: the table of the commands is held against it. */
const SECRET =
  /^(?:key|secondary-key|group-key|symmetric-key|passphrase|pass|password|pw|sas|proxy|connection-string|login|token)$/;
const secretFor = (name: string) => (name === 'proxy' ? PROXY : KEY);

const cases = commands.flatMap((command) =>
  command.flags
    .filter(({ name, value }) => value !== undefined && SECRET.test(name))
    .flatMap((flag) => [flag.name, ...(flag.aliases ?? [])].map((name) => [command, flag, name] as const)),
);

describe('a secret among the arguments is warned about', () => {
  test.each(cases.map(([command, flag, name]) => [`mote ${command.name} --${name}`, command, flag, name] as const))(
    '%s',
    (_title, command, flag, name) => {
      for (const words of [[`--${name}`, secretFor(flag.name)], [`--${name}=${secretFor(flag.name)}`]])
        expect(readArguments(command, words, {}).exposed).toEqual([flag.name]);
    },
  );

  test('and every command that takes one is among them', () => {
    expect(new Set(cases.map(([{ name }]) => name))).toEqual(
      new Set(['provision', 'device', 'doctor', 'sas', 'derive-key', 'publish', 'subscribe']),
    );
  });

  test.each([
    ['sas', ['--id-scope', '0ne00ABCDEF', '--registration-id', 'd', '--key', KEY], 'key'],
    ['derive-key', ['--registration-id', 'd', '--group-key', KEY], 'group-key'],
    ['provision', ['--proxy', PROXY], 'proxy'],
    ['doctor', ['--no-register', '--host', '127.0.0.1:1', '--sas', 'SharedAccessSignature sr=a'], 'sas'],
  ])('mote %s says so on stderr, without the secret', async (command, words, flag) => {
    const { stderr, text } = await spoken([command, ...words]);
    expect(stderr).toContain(`mote: --${flag} on the command line is visible to every process`);
    expect(text).not.toContain('password@');
    expect(text).not.toContain(KEY.slice(0, 12));
  });

  test('one from a variable is not', () => {
    for (const command of commands) {
      const environment = { DPS_KEY: KEY, DPS_GROUP_KEY: KEY, DPS_PASSPHRASE: 'x', DPS_PROXY: PROXY, DPS_SAS: 'x' };
      expect(readArguments(command, [], environment).exposed).toEqual([]);
    }
  });

  test('a proxy without a password is none', () => {
    const provision = commands.find(({ name }) => name === 'provision')!;
    for (const proxy of ['http://127.0.0.1:3128', 'http://user@proxy:3128', 'proxy:3128'])
      expect(readArguments(provision, ['--proxy', proxy], {}).exposed).toEqual([]);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'mote-pasted-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a secret where the name of its file belongs is not shown', () => {
  const bytes = createHash('sha512').update('no key, and as long as one').digest();
  const secrets: Readonly<Record<string, string>> = {
    'base64 of 64 bytes': bytes.toString('base64'),
    'base64 of 32 bytes': bytes.subarray(0, 32).toString('base64'),
    'base64 of 16 bytes': bytes.subarray(0, 16).toString('base64'),
    'base64 with a slash': Buffer.alloc(32, 0xff).fill('x7', 3, 9).toString('base64'),
    'base64 that begins with a slash': Buffer.concat([Buffer.of(0xfc), bytes.subarray(0, 31)]).toString('base64'),
    'base64 without its padding': bytes.subarray(0, 32).toString('base64').replace('=', ''),
    'base64 of URLs': Buffer.concat([Buffer.of(0xfb, 0xef), bytes.subarray(0, 30)]).toString('base64url'),
    'base64 with a line break': bytes.toString('base64').replace(/.{40}/, '$&\n'),
    hex: bytes.toString('hex'),
    'hex in capitals': bytes.subarray(0, 16).toString('hex').toUpperCase(),
    'a connection string': `HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=${bytes.toString('base64')}`,
    'a SAS token': `SharedAccessSignature sr=a%2Fregistrations%2Fb&sig=${bytes.toString('base64url')}&se=1`,
    PEM: pem('PRIVATE KEY', bytes),
    'PEM on one line': pem('PRIVATE KEY', bytes).trim().replaceAll('\n', '\\n'),
    JSON: `{"primaryKey":"${bytes.toString('base64')}"}`,
  };
  const device = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'd'];
  const flags = ['key-file', 'group-key-file', 'cert', 'cert-key', 'ca', 'csr', 'passphrase-file'];
  test.each(flags.flatMap((flag) => Object.entries(secrets).map(([kind, secret]) => [flag, kind, secret] as const)))(
    '--%s: %s',
    async (flag, _kind, secret) => {
      const more = ['csr', 'ca'].includes(flag) ? { DPS_KEY: KEY } : flag === 'cert' ? {} : { DPS_CERT: '/dev/null' };
      const { code, text } = await spoken(
        ['provision', ...device, `--${flag}=${secret}`],
        flag.includes('key-file') ? {} : more,
      );
      expect(code).toBe(2);
      expect(text).toContain(`--${flag}: a file name is needed`);
      for (const part of secret.match(/[\w+/]{12}/g)!)
        expect(text.replaceAll(/SharedAccess\w+/g, '')).not.toContain(part);
    },
  );

  test('the name of a file that is not there is shown: it says where the slip is', async () => {
    for (const name of [
      'device.key',
      './keys/device',
      '/etc/mote/Sensor17-Device-Key-2026',
      join(folder, 'Ab3'.repeat(14)),
    ]) {
      const { code, text } = await spoken(['provision', ...device, '--key-file', name]);
      expect({ code, text }).toEqual({
        code: 2,
        text: expect.stringContaining(`cannot read ${name}: there is no such file`),
      });
    }
  });
});
