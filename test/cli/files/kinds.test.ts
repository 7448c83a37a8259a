import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leaksOf, type Slot, samples } from '../../client/attestation/kinds.ts';
import { certificateFor, ecKey, pem } from '../../client/attestation/made.ts';
import { spoken } from './spoken.ts';

const SAMPLES = samples();
const KEY = ecKey();

let dir: string;
const path = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mote-kinds-'));
  writeFileSync(path('device.pem'), pem('CERTIFICATE', certificateFor('device', KEY)));
  writeFileSync(path('device.key'), KEY.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(path('shared'), Buffer.alloc(32, 7).toString('base64'));
  for (const [i, { content }] of [...SAMPLES.values()].entries()) writeFileSync(path(`sample-${i}`), content);
});
afterAll(() => rmSync(dir, { recursive: true }));

// Nobody listens on port 1: whoever dials says so.
const DEVICE = ['--id-scope', '0ne00ABCDEF', '--registration-id', 'device', '--host', '127.0.0.1:1'];
const shared = () => [...DEVICE, '--key-file', path('shared')];

/** Every flag that names a file: what belongs there, the words around it, and the variable that says the same. */
const FLAGS: readonly (readonly [command: string, flag: string, slot: Slot, words: () => string[]])[] = [
  ['provision', 'cert', 'cert', () => [...DEVICE, '--cert-key', path('device.key')]],
  ['provision', 'cert-key', 'key', () => [...DEVICE, '--cert', path('device.pem')]],
  ['provision', 'ca', 'ca', shared],
  ['provision', 'csr', 'csr', shared],
  ['provision', 'payload', 'json', shared],
  ['provision', 'key-file', 'shared key', () => DEVICE],
  ['provision', 'group-key-file', 'shared key', () => DEVICE],
  ['sas', 'key-file', 'shared key', () => DEVICE.slice(0, 4)],
  ['sas', 'group-key-file', 'shared key', () => DEVICE.slice(0, 4)],
  ['derive-key', 'group-key-file', 'shared key', () => DEVICE.slice(2, 4)],
  ['emulate', 'config', 'json', () => []],
  ['emulate', 'scenario', 'json', () => []],
];

describe.each(FLAGS)('mote %s --%s', (command, flag, slot, words) => {
  const cases = [...SAMPLES.entries()].map(([what, sample], i) => [what, sample, i] as const);
  test.each(cases.filter(([, { fits }]) => !fits.includes(slot)))(
    'refuses %s, names it, and shows nothing of it',
    async (_what, sample, i) => {
      const file = `${flag === 'payload' ? '@' : ''}${path(`sample-${i}`)}`;
      const variable = `${command === 'emulate' ? 'DPS_EMULATOR_' : 'DPS_'}${flag.toUpperCase().replaceAll('-', '_')}`;
      for (const [said, name] of [
        [await spoken([command, ...words(), `--${flag}`, file]), `--${flag}`],
        [await spoken([command, ...words()], { [variable]: file }), variable],
      ] as const) {
        expect(said.stderr).toContain(`mote: ${name}: ${path(`sample-${i}`)} `);
        expect(said.code).toBe(2);
        // A shared key is of letters and digits as many a text is, and JSON that is whole may still be no configuration.
        if (slot !== 'shared key') expect(said.stderr).toContain(sample.words);
        expect(leaksOf(sample, said.text.replaceAll(dir, ''))).toEqual([]);
      }
    },
  );
});

describe.each([
  ['cert', 'cert', () => [...DEVICE, '--cert-key', path('device.key')]],
  ['cert-key', 'key', () => [...DEVICE, '--cert', path('device.pem')]],
  ['key-file', 'shared key', () => DEVICE],
] as const)('mote doctor --%s', (flag, slot, words) => {
  const cases = [...SAMPLES.entries()].map(([what, sample], i) => [what, sample, i] as const);
  test.each(cases.filter(([, { fits }]) => !(fits as readonly Slot[]).includes(slot)))(
    'has a cross for %s, and shows nothing of it',
    async (_what, sample, i) => {
      const { code, text } = await spoken(['doctor', ...words(), `--${flag}`, path(`sample-${i}`), '--no-register']);
      expect(code).toBe(1);
      expect(text).toMatch(/✖ (?:certificate|private key|device key) /);
      if (slot !== 'shared key') expect(text).toContain(sample.words);
      expect(leaksOf(sample, text)).toEqual([]);
    },
  );
});
