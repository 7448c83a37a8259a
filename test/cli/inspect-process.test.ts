import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupKey, provision } from '@mote/client';
import { startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOperand } from '../../packages/cli/src/inspect/read-operand.ts';
import { TraceWriter } from '../../packages/cli/src/inspect/trace-writer.ts';
import { inspect } from '../../packages/cli/src/packets/inspected-packet.ts';
import { mote, outcomeOf, spawnMote } from './mote.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-inspect-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

test('valid bytes end with 0, malformed ones with 1, no bytes with 2', async () => {
  const codes = await Promise.all([
    mote(['inspect', 'c000']),
    mote(['inspect', '36', '05', '00', '03', '61', '2f', '62']),
    mote(['inspect', 'nothing like it']),
  ]);
  expect(codes.map(({ code }) => code)).toEqual([0, 1, 2]);
  expect(codes[1]?.stdout).toContain('MQTT-3.3.1-4');
  expect(codes[2]?.stderr).toContain('neither hex nor base64');
});

test('--json gives the fields of each packet with the error where it is', async () => {
  const { code, stdout } = await mote(['inspect', '--json', 'c000 3605 0003 612f62']);
  expect(code).toBe(1);
  const { valid, packets } = JSON.parse(stdout);
  expect(valid).toBe(false);
  expect(packets.map((packet: { name: string; valid: boolean }) => [packet.name, packet.valid])).toEqual([
    ['PINGREQ', true],
    ['PUBLISH', false],
  ]);
  const errors = packets[1].fields.flatMap(({ error }: { error?: object }) => (error === undefined ? [] : [error]));
  expect(errors).toEqual([expect.objectContaining({ code: 'bad-qos', statement: 'MQTT-3.3.1-4', offset: 0 })]);
});

test('an unfinished packet ends with 0, is said to be incomplete and breaks no statement', async () => {
  const { code, stdout } = await mote(['inspect', '200200']);
  expect(code).toBe(0);
  expect(stdout).toContain('incomplete: 3 of 4 bytes, 1 is missing');
  expect(stdout).not.toMatch(/malformed|MQTT-/);
  const json = JSON.parse((await mote(['inspect', '--json', '200200'])).stdout);
  expect(json).toMatchObject({ valid: false, packets: [{ verdict: 'incomplete', missing: 1, valid: false }] });
});

test('notes go to stderr, and into the JSON', async () => {
  const { code, stdout, stderr } = await mote(['inspect', '32 2 0 5']);
  expect(code).toBe(0);
  expect(stdout).toContain('CONNACK');
  expect(stderr).toBe('note: read as a list of decimal bytes, not as hex: only then it is whole MQTT\n');
  const json = JSON.parse((await mote(['inspect', '--json', '32 2 0 5'])).stdout);
  expect(json).toMatchObject({
    valid: true,
    format: 'a list of decimal bytes',
    notes: [expect.stringContaining('whole MQTT')],
  });
});

test('what is not MQTT is refused with its name, also as JSON', async () => {
  const words = ['16030100050100000100'];
  expect(await mote(['inspect', ...words])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('this is a TLS record (handshake)'),
  });
  const { code, stdout } = await mote(['inspect', '--json', ...words]);
  expect([code, JSON.parse(stdout)]).toEqual([
    2,
    { error: { code: 'unreadable-input', message: expect.stringContaining('a TLS record') } },
  ]);
});

test('bytes come from standard input too, as text or as they are', async () => {
  for (const input of ['c000', Buffer.of(0xc0, 0)]) {
    const child = spawnMote(['inspect', '-']);
    child.stdin.write(input);
    expect(await outcomeOf(child)).toMatchObject({ code: 0, stdout: expect.stringContaining('PINGREQ') });
  }
});

test.each([
  ['a binary file', Buffer.of(0xd0, 0)],
  ['a file of hex', 'd0 00\n'],
  ['a file of base64', '0AA=\n'],
])('%s is read', (_kind, content) => {
  const path = join(dir, 'bytes.bin');
  writeFileSync(path, content);
  expect(inspect(readOperand([path]).pieces).map(({ name }) => name)).toEqual(['PINGRESP']);
});

test.each(['capture-0x20.bin', '0x20020005', 'c000', 'c00', '20 02 00 05', 'bits-0X.txt', 'dead.beef', 'wAA='])(
  'a file named %j is that file, whatever its name could be read as',
  (name) => {
    const home = process.cwd();
    process.chdir(dir);
    try {
      writeFileSync(name, Buffer.of(0xd0, 0));
      expect(inspect(readOperand([name]).pieces).map((packet) => packet.name)).toEqual(['PINGRESP']);
      expect(inspect(readOperand([join(dir, name)]).pieces).map((packet) => packet.name)).toEqual(['PINGRESP']);
    } finally {
      rmSync(name);
      process.chdir(home);
    }
  },
);

test('a file whose name is hex as well is said to have been read', () => {
  const home = process.cwd();
  process.chdir(dir);
  try {
    writeFileSync('c000', Buffer.of(0xd0, 0));
    expect(readOperand(['c000']).notes).toEqual(['read the file c000; 0xc000 would be the bytes']);
    expect(inspect(readOperand(['0xc000']).pieces).map((packet) => packet.name)).toEqual(['PINGREQ']);
    mkdirSync('dead');
    expect(inspect(readOperand(['dead']).pieces)).toHaveLength(1);
  } finally {
    process.chdir(home);
  }
});

test('a slip in a file name is not read as base64', () => {
  expect(() => readOperand(['trace'])).toThrow(
    'neither hex nor base64: "t" stands at character 1, and no file has that name. What can be read: hex',
  );
});

test('a file that cannot be read is named', () => {
  expect(() => readOperand([dir])).toThrow(`cannot read ${dir}: it is a folder (EISDIR)`);
});

test('a capture of a run is valid, has both directions, and holds no password', async () => {
  await using dps = await startEmulator({ pollsBeforeAssigned: 0 });
  const { primaryKey } = dps.enrollments.find(
    ({ kind, attestation }) => kind === 'group' && attestation === 'symmetricKey',
  )!;
  const path = join(dir, 'run.trace');
  const trace = new TraceWriter(path);
  await provision({
    idScope: dps.idScope,
    registrationId: 'traced',
    attestation: groupKey(primaryKey!),
    endpoint: `localhost:${dps.port}`,
    tls: { ca: dps.ca },
    onPacket: trace.add,
  });
  trace.close();
  const packets = inspect(readOperand([path]).pieces);
  expect(packets.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(packets.map(({ name }) => name).slice(0, 4)).toEqual(['CONNECT', 'CONNACK', 'SUBSCRIBE', 'SUBACK']);
  expect(new Set(packets.map(({ from }) => from))).toEqual(new Set(['device', 'service']));
  const connect = Buffer.from(packets[0]!.bytes).toString('latin1');
  expect(connect).toMatch(/\*{60}$/);
  expect(connect).not.toContain('sig=');
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('a capture that cannot be written is refused before anything is dialled', async () => {
  const words = [
    'provision',
    '--id-scope',
    '0ne00000000',
    '--registration-id',
    'x',
    '--trace',
    join(dir, 'no', 'run.trace'),
  ];
  expect(await mote(words, { DPS_KEY: 'QUJDREVGR0hJSktMTU5PUA==' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--trace: cannot write'),
  });
});
