import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readStoredState } from '../../packages/emulator/src/stored-state.ts';
import { storedDevice, storedRegistration } from './stored-records.ts';

// State files with a right digest and records that no emulator wrote.

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mote-foreign-'));
  path = join(folder, 'state.json');
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const end of ['', '.previous']) rmSync(`${path}${end}`, { force: true });
});

const stated = (body: string) => `mote-emulator-state-1 ${createHash('sha256').update(body).digest('hex')}\n${body}`;
const whole = () => ({ registrations: [storedRegistration('a')], devices: [storedDevice('boiler-1')] });

const start = () => startEmulator({ stateFile: path, webSocketPort: false, devices: [{ deviceId: 'boiler-1' }] });

/** Each member in it, with its path, and the value with another in its place. */
function* replaced(value: unknown, by: unknown, at: string): Generator<[at: string, value: unknown]> {
  yield [at, by];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const where = Array.isArray(value) ? `${at}[${name}]` : at === '' ? name : `${at}.${name}`;
    for (const [path, changed] of replaced(member, by, where)) {
      const copy = Array.isArray(value) ? [...value] : { ...value };
      Reflect.set(copy, name, changed);
      yield [path, copy];
    }
  }
}

/** What each member may also be, as JSON. Every other is refused. */
const ALLOWED: readonly (readonly [place: RegExp, values: string])[] = [
  [/^$|^registrations$|^devices$|\.subscriptions$|\.queue$/, '[]'],
  [/\.(?:twin|desired|reported|tags|properties|systemProperties)$/, '{}'],
  [/\.desired\.a$/, 'null 5 "" {} []'],
  [/roperties\.(?:level|flag|\$\.mid)$/, 'null ""'],
  [/\.(?:messageId|body)$|\.subscriptions\[0\]\[0\]$/, '""'],
  [/\.expiresAt$|Version$/, '5'],
];

describe('a record that no emulator wrote', () => {
  test.each([[null], [5], [''], [{}], [[]]])('with %j in the place of any member is refused, or of no harm', (by) => {
    for (const [at, state] of replaced(whole(), by, '')) {
      const read = () => readStoredState(state);
      // A pair of a subscription is judged as a whole.
      const where = at.replace(/(subscriptions\[0\]).+/, '$1');
      const values = ALLOWED.find(([place]) => place.test(at))?.[1].split(' ') ?? [];
      if (values.includes(JSON.stringify(by))) expect(read, at).not.toThrow();
      else expect(read, at).toThrow(where || /./);
    }
  });

  test('is told with its file and its place, and starts neither an emulator nor one over the file before it', async () => {
    const [text, before] = [stated(JSON.stringify({ registrations: [{}, null], devices: [] })), stated('[]')];
    writeFileSync(path, text);
    writeFileSync(`${path}.previous`, before);
    for (let time = 0; time < 2; time++)
      await expect(start()).rejects.toMatchObject({
        name: 'StateFileError',
        message:
          `${path} has a right digest, but no emulator wrote it: registrations[0].initialHub: must be a text, and is missing, ` +
          'and 2 more are wrong; correct what wrote it, or remove the file',
      });
    expect([readFileSync(path, 'utf8'), readFileSync(`${path}.previous`, 'utf8')]).toEqual([text, before]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test.each([
    ['{', 'JSON'],
    ['5', 'the whole must be an object, not 5'],
    ['{"registrations":[]}', 'devices: must be an array, and is missing'],
  ])('%s is told as what it is', async (body, says) => {
    writeFileSync(path, stated(body));
    await expect(start()).rejects.toThrow(says);
  });
});

test('what an emulator keeps of a device with everything is taken again', async () => {
  writeFileSync(path, stated(JSON.stringify(whole())));
  const emulator = await start();
  await emulator.hub.setDesired('boiler-1', { b: 2 });
  await emulator.close();
  const again = await start();
  expect(again.hub.twin('boiler-1').desired).toEqual({ a: 1, b: 2, $version: 3 });
  await again.close();
});
