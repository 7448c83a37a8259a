import { describe, expect, test } from 'vitest';
import { readArguments, wholeNumber } from '../../packages/cli/src/arguments.ts';
import { type Command, environmentName } from '../../packages/cli/src/command.ts';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { commandHelp } from '../../packages/cli/src/help.ts';

const command: Command = {
  name: 'try',
  summary: 'tries something',
  usage: '[FLAGS]',
  environmentPrefix: 'DPS_',
  operands: 1,
  flags: [
    { name: 'id-scope', value: 'SCOPE', summary: 'the scope', aliases: ['scope'] },
    { name: 'key', value: 'BASE64', summary: 'the key', secret: true },
    { name: 'transport', value: 'KIND', summary: 'which way', choices: ['tls', 'websocket'] },
    { name: 'timeout', value: 'SECONDS', summary: 'deadline' },
    { name: 'json', summary: 'as JSON' },
    { name: 'verbose', short: 'v', summary: 'more' },
  ],
  run: async () => 0,
};
const read = (words: string[], environment = {}) => readArguments(command, words, environment);

describe('flags', () => {
  test('come from the command line before the environment', () => {
    const both = read(['--id-scope', '0ne1'], { DPS_ID_SCOPE: '0ne2' });
    expect(both.text('id-scope')).toBe('0ne1');
    expect(read([], { DPS_ID_SCOPE: '0ne2' }).text('id-scope')).toBe('0ne2');
  });

  test('have a value with spaces or line ends in it, be it behind another flag with a value', () => {
    for (const value of ['a b', 'a\nb', '-----BEGIN KEY-----\nMIIB', ' ']) {
      const given = read(['--id-scope', 'd', `--key=${value}`]);
      expect([given.text('id-scope'), given.text('key')]).toEqual(['d', value]);
    }
  });

  test('take the other names that scripts already use', () => {
    expect(read(['--scope', '0ne1']).text('id-scope')).toBe('0ne1');
  });

  test('are switches when they have no value, and a variable turns them on or off', () => {
    expect(read(['-v', '--json']).on('verbose')).toBe(true);
    expect(read([], { DPS_JSON: '1' }).on('json')).toBe(true);
    expect(read([], { DPS_JSON: 'false' }).on('json')).toBe(false);
  });

  test('name the secrets that stood on the command line, and not those from the environment', () => {
    expect(read(['--key', 'AAAA']).exposed).toEqual(['key']);
    expect(read([], { DPS_KEY: 'AAAA' }).exposed).toEqual([]);
  });

  test('an empty variable counts as unset', () => {
    expect(read([], { DPS_ID_SCOPE: '' }).text('id-scope')).toBeUndefined();
  });
});

test.each([
  [['--unknown'], 'unknown flag --unknown'],
  [['--id-scope'], '--id-scope needs a value'],
  [['--id-scope', '--json'], '--id-scope needs a value'],
  [['--json=yes'], '--json takes no value'],
  [['--transport', 'pigeon'], '--transport is one of tls, websocket, not "pigeon"'],
  [['one', 'two'], 'unexpected word "two"'],
])('%j is refused in one sentence', (words, sentence) => {
  expect(() => read(words)).toThrow(expect.objectContaining({ name: 'UsageError', message: sentence }));
});

test('numbers are whole and within their bounds', () => {
  expect(wholeNumber(read(['--timeout', '30']), 'timeout', 1, 60)).toBe(30);
  expect(wholeNumber(read([]), 'timeout', 1, 60)).toBeUndefined();
  for (const wrong of ['0', '61', '1.5', 'abc', '1e1', ' 5']) {
    expect(() => wholeNumber(read(['--timeout', wrong]), 'timeout', 1, 60)).toThrow('--timeout takes a whole number');
  }
});

test('the help names each flag with its environment variable', () => {
  const help = commandHelp(command).flags.lines.join('\n');
  for (const { name } of command.flags) {
    expect(help).toContain(`--${name}`);
    expect(help).toContain(`[DPS_${name.toUpperCase().replace('-', '_')}]`);
  }
});

test('every flag of every command has a variable of its own that begins with DPS_', async () => {
  const names = new Map<string, string>();
  for (const load of Object.values(COMMANDS)) {
    const command = await load();
    for (const flag of command.flags) {
      const name = environmentName(command, flag);
      expect(name).toMatch(/^DPS_[A-Z][A-Z_]*$/);
      // One name means one thing, in whatever command reads it.
      expect(names.get(name) ?? flag.name).toBe(flag.name);
      names.set(name, flag.name);
    }
  }
});

describe('scripts written for `az iot device registration create`', () => {
  test('find their flags', async () => {
    const KEY = Buffer.alloc(32, 7).toString('base64');
    const { provisionCommand } = await import('../../packages/cli/src/commands/provision.ts');
    const { symmetricKeys } = await import('../../packages/cli/src/flags/flag-values.ts');
    const words = ['--rid', 'sensor-17', '--scope', '0ne1', '--key', KEY, '--ck', '--cp', 'c.pem', '--kp', 'k.pem'];
    const invocation = readArguments(provisionCommand, words, {});
    expect(['registration-id', 'id-scope', 'cert', 'cert-key'].map(invocation.text)).toEqual([
      'sensor-17',
      '0ne1',
      'c.pem',
      'k.pem',
    ]);
    expect(symmetricKeys(invocation)).toEqual({ own: undefined, group: KEY });
  });
});

describe('flags that say one thing in two ways', () => {
  const commands = Object.values(COMMANDS);
  const PAIRS = [
    ['key', 'key-file'],
    ['group-key', 'group-key-file'],
    ['passphrase', 'passphrase-file'],
    ['connection-string', 'connection-string-file'],
    ['ttl', 'expiry'],
  ] as const;

  async function withBoth(one: string, other: string): Promise<Command[]> {
    const all = await Promise.all(commands.map((load) => load()));
    return all.filter(({ flags }) => [one, other].every((name) => flags.some((flag) => flag.name === name)));
  }

  test.each(PAIRS)('--%s and --%s exclude each other on the command line, in every command', async (one, other) => {
    const having = await withBoth(one, other);
    expect(having.length).toBeGreaterThan(0);
    for (const command of having)
      for (const words of [
        [`--${one}=a`, `--${other}=b`],
        [`--${other}=b`, `--${one}=a`],
      ])
        expect(() => readArguments(command, words, {})).toThrow(`--${one} and --${other} exclude each other: give one`);
  });

  test.each(PAIRS)(
    'of --%s and --%s the one on the command line counts, whatever the variable of the other holds',
    async (...pair) => {
      for (const command of await withBoth(...pair))
        for (const [given, other] of [pair, [...pair].reverse() as [string, string]]) {
          const variable = environmentName(command, command.flags.find(({ name }) => name === other)!);
          const read = readArguments(command, [`--${given}=a`], { [variable]: 'b' });
          expect([read.text(given), read.text(other)]).toEqual(['a', undefined]);
          expect(readArguments(command, [], { [variable]: 'b' }).text(other)).toBe('b');
        }
    },
  );

  const PROOFS = ['key', 'key-file', 'group-key', 'group-key-file', 'cert', 'connection-string'];

  test.each(PROOFS)('with --%s on the command line no variable gives another proof', async (given) => {
    for (const load of commands) {
      const command = await load();
      const has = (name: string) => command.flags.some((flag) => flag.name === name);
      if (!has(given) || !has('group-key')) continue;
      const others = PROOFS.filter((name) => name !== given && has(name));
      const variables = Object.fromEntries(
        others.map((name) => [`DPS_${name.toUpperCase().replaceAll('-', '_')}`, 'b']),
      );
      const read = readArguments(command, [`--${given}=a`], variables);
      // A certificate may go with a connection string, which names the hub.
      const together = given === 'cert' ? ['connection-string'] : given === 'connection-string' ? ['cert'] : [];
      expect(others.filter((name) => read.text(name) !== undefined)).toEqual(together.filter(has));
    }
  });
});

test('a flag that names a file, folder or address needs a value, in every command', async () => {
  let flags = 0;
  for (const load of Object.values(COMMANDS)) {
    const command = await load();
    for (const { name, value } of command.flags) {
      if (!['FILE', 'DIR', 'ADDR', 'NAME|FILE'].includes(value ?? '')) continue;
      flags++;
      expect(() => readArguments(command, [`--${name}=`], {})).toThrow(`--${name} needs a value`);
    }
  }
  expect(flags).toBeGreaterThan(20);
});
