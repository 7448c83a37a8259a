// A mistake is told where the user made it: a value from DPS_… under the name of its variable, one of the command line under its flag.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@mote/emulator';
import { afterAll, describe, expect, test } from 'vitest';
import { readArguments } from '../../packages/cli/src/arguments.ts';
import { environmentName } from '../../packages/cli/src/command.ts';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { here } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-variables-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'text');
writeFileSync(file, 'some text');

const KEY = Buffer.alloc(32, 7).toString('base64');
const IDS = { DPS_ID_SCOPE: '0ne00ABCDEF', DPS_REGISTRATION_ID: 'dev-1' };
const DEVICE = { ...IDS, DPS_KEY: KEY, DPS_HOST: '127.0.0.1:1', DPS_TIMEOUT: '1', DPS_NO_REGISTER: '1' };
/** The variables with which a command would run, but for the one that is wrong. */
const VARIABLES: Readonly<Record<string, Record<string, string>>> = {
  provision: DEVICE,
  device: DEVICE,
  doctor: DEVICE,
  sas: { ...IDS, DPS_KEY: KEY },
  'derive-key': { ...IDS, DPS_GROUP_KEY: KEY },
  publish: { DPS_MQTT_TOPIC: 'a', DPS_MQTT_MESSAGE: 'b', DPS_MQTT_USERNAME: 'c' },
  subscribe: { DPS_MQTT_TOPIC: 'a', DPS_MQTT_USERNAME: 'c' },
};
/** Variables that say the same as that of the flag, or that it excludes. */
const APART: Readonly<Record<string, readonly string[]>> = {
  'key-file': ['DPS_KEY'],
  'group-key': ['DPS_KEY'],
  'group-key-file': ['DPS_KEY', 'DPS_GROUP_KEY'],
  cert: ['DPS_KEY'],
  'connection-string': ['DPS_KEY'],
  'connection-string-file': ['DPS_KEY'],
  file: ['DPS_MQTT_MESSAGE'],
};

const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  publish: ['127.0.0.1:1'],
  subscribe: ['127.0.0.1:1'],
};

/** A value that cannot be right, by the word for the value in the help, or by the flag where the same word is of several kinds. */
const WRONG: Readonly<Record<string, string>> = {
  FILE: join(folder, 'none', 'x.svg'),
  DIR: join(file, 'x'),
  'NAME|FILE': join(folder, 'none'),
  'NAME,…': 'a b',
  ADDR: '203.0.113.1',
  'JSON|@FILE': '{',
  'NAME=TEXT': 'x',
  'NAME=JSON': 'x',
  BASE64: '%%%',
  'HOST[:PORT]': 'a b',
  URL: 'a b',
  'connection-string': 'HostName',
  topic: 'a/#/b',
  'filter-out': 'a/#/b',
  'will-topic': 'a/#',
  FORMAT: '%?',
  'protocol-version': '5',
  'api-version': 'v v',
  'registration-id': '-',
  id: 'a\0b',
  username: 'a\0b',
  path: 'a b',
  'id-scope': 'a b',
  ...Object.fromEntries(['N', 'SECONDS', 'COUNT', 'PORT', 'EPOCH', 'KIND', '0|1|2'].map((word) => [word, 'x'])),
};

/** Flags of which every value is right, or which are read only with another. */
const NEVER_WRONG = /^(?:passphrase|passphrase-file|cert-key|model-id|sas|message|id-prefix|pw|cache|will-payload)$/;
/** What doctor finds is no mistake of the words: it has a report of its own. */
const FOUND = /^doctor --(?:id-scope|registration-id|key|key-file|secondary-key|group-key|group-key-file|cert|proxy)$/;

const dps = await startEmulator({ webSocketPort: false });
afterAll(() => dps.close());

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
const cases = commands.flatMap((command) =>
  command.flags.map((flag) => [command.name, flag.name, command, flag] as const),
);
const valued = cases.filter(
  ([command, name, , flag]) =>
    flag.value !== undefined && !NEVER_WRONG.test(name) && !FOUND.test(`${command} --${name}`),
);

describe('a mistake in a variable is told with its name', () => {
  test.each(valued)('mote %s: --%s', async (_name, _flag, command, flag) => {
    const wrong = WRONG[flag.name] ?? WRONG[flag.value!];
    expect(wrong, `a wrong value for ${flag.value}`).toBeDefined();
    const variable = environmentName(command, flag);
    const environment = { ...VARIABLES[command.name], [variable]: wrong! };
    for (const other of APART[flag.name] ?? []) delete environment[other];
    const { code, stderr } = await here([command.name, ...(OPERANDS[command.name] ?? [])], environment);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(variable) });
    expect(stderr.split(/^usage/m)[0]).not.toMatch(new RegExp(`--${flag.name}(?![\\w-])`));
  });
});

describe('what doctor finds about a variable is told with its name, and so is what to do', () => {
  const other = { DPS_KEY: '', DPS_CERT: '', DPS_CERT_KEY: '' };
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const pem = dps.issueDeviceCertificate('dev-2');
  const certificate = { ...other, DPS_CERT: file('cert.pem', pem.cert), DPS_CERT_KEY: file('key.pem', pem.key) };
  test.each<[string, Record<string, string>]>([
    ['ids-swapped', { DPS_ID_SCOPE: 'dev-1', DPS_REGISTRATION_ID: '0ne00ABCDEF' }],
    ['scope-grammar', { DPS_ID_SCOPE: 'a b' }],
    ['scope-cloud', { DPS_ID_SCOPE: '0cn00ABCDEF', DPS_HOST: 'global.azure-devices-provisioning.net' }],
    ['registration-id-grammar', { DPS_REGISTRATION_ID: '-' }],
    ['key-not-base64', { DPS_KEY: 'SharedAccessSignature sr=a' }],
    ['key-not-base64', { DPS_KEY: '', DPS_GROUP_KEY: '%%%' }],
    ['cn-differs', certificate],
    ['cert-unreadable', { ...certificate, DPS_CERT: file('no-cert', 'x') }],
    ['cert-key-unreadable', { ...certificate, DPS_CERT_KEY: file('no-key', 'x') }],
    ['cert-unreadable', { ...certificate, DPS_CERT: certificate.DPS_CERT_KEY, DPS_CERT_KEY: certificate.DPS_CERT }],
    ['port-blocked', { DPS_TRANSPORT: 'tls' }],
    ['proxy-failed', { DPS_PROXY: 'http://127.0.0.1:1' }],
    ['wrong-ca', { DPS_HOST: `127.0.0.1:${dps.port}` }],
    ['wrong-ca', { DPS_HOST: `127.0.0.1:${dps.port}`, DPS_CA: certificate.DPS_CERT }],
  ])('%s', async (problem, variables) => {
    const given = Object.entries({ ...DEVICE, ...variables }).filter(([, value]) => value !== '');
    const { code, stdout } = await here(['doctor', '--json'], Object.fromEntries(given));
    const { findings } = JSON.parse(stdout) as {
      findings: { problem?: string; says: string; fix?: string }[];
    };
    const told = findings.flatMap(({ says, fix }) => [says, fix ?? '']);
    expect([code, findings.map((finding) => finding.problem)]).toEqual([1, expect.arrayContaining([problem])]);
    for (const [variable] of given) {
      const flag = variable.slice('DPS_'.length).toLowerCase().replaceAll('_', '-');
      expect(told.join('\n')).not.toMatch(new RegExp(`--${flag}(?![\\w-])`));
    }
  });
});

describe('and under the name of its flag where that was written', () => {
  test.each(cases)('mote %s: --%s', (_name, _flag, command, flag) => {
    const sentence = `--${flag.name}: no; \`--${flag.name}\`; \`--${flag.name} 0\`; --${flag.name}-x`;
    const right = flag.choices?.[0] ?? '1';
    const variable = environmentName(command, flag);
    const word = flag.value === undefined ? `--${flag.name}` : `--${flag.name}=${right}`;
    expect(readArguments(command, [word], { [variable]: right }).asGiven(sentence)).toBe(sentence);
    expect(readArguments(command, [], { [variable]: right }).asGiven(sentence)).toBe(
      `${variable}: no; \`${variable}\`; \`--${flag.name} 0\`; --${flag.name}-x`,
    );
  });
});
