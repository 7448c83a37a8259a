import { readdirSync, readFileSync } from 'node:fs';
import { provision, symmetricKey, type Transport } from '@mote/client';
import { isTopicFilter, topicMatches } from '@mote/codec';
import { expect, test } from 'vitest';
import { recordTable } from '../figures.ts';
import bugs from './bugs.json' with { type: 'json' };
import { HELD } from './bugs.ts';

const TESTS = new URL('../../', import.meta.url);

test('each defect of others has a test that would fail if it were ours', () => {
  expect(Object.keys(HELD)).toEqual(bugs.items.map(({ id }) => id));
  const missing = Object.entries(HELD).flatMap(([id, held]) =>
    held.filter(([file, words]) => !textOf(file).includes(words)).map(([file, words]) => `${id}: ${file}: ${words}`),
  );
  expect(missing).toEqual([]);
  recordTable(
    'bugs',
    ['', 'what it asks of us', 'held by'],
    bugs.items.map(({ id, requirement }) => {
      const files = new Set(HELD[id]!.map(([file]) => `\`test/${file}\``));
      return `| ${id} | ${requirement.replaceAll('|', '\\|')} | ${[...files].join(', ')} |`;
    }),
  );
});

test('a filter of 65,535 slashes, or of 32,767 levels of +, costs no stack', () => {
  const slashes = '/'.repeat(65_535);
  const levels = `${'+/'.repeat(32_767)}+`;
  expect([slashes, levels].map(isTopicFilter)).toEqual([true, true]);
  expect(topicMatches(slashes, slashes)).toBe(true);
  expect(topicMatches(levels, '/'.repeat(32_767))).toBe(true);
});

test('no memory is sent that was not written: nothing is allocated unsafely', () => {
  const sources = ['codec', 'client', 'cli'].flatMap((name) => {
    const folder = new URL(`../packages/${name}/src/`, TESTS);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    return files.map((file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const);
  });
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.filter(([, text]) => /allocUnsafe|new Buffer\(/.test(text)).map(([file]) => file)).toEqual([]);
});

test('CONNECT is wiped when the transport is done with it', async () => {
  const sent: Uint8Array[] = [];
  const transport: Transport = {
    name: 'recorder',
    dial: (_target, events) => {
      queueMicrotask(() => events.connected());
      return {
        send(bytes, written) {
          expect(Buffer.from(bytes).includes('SharedAccessSignature')).toBe(true);
          sent.push(bytes);
          written?.();
          queueMicrotask(() => events.closed());
        },
        close() {},
      };
    },
  };
  const attestation = symmetricKey(Buffer.alloc(32, 7).toString('base64'));
  const options = { idScope: '0ne00ABCDEF', registrationId: 'device', attestation, transport };
  await expect(provision({ ...options, retry: { attempts: 0 } })).rejects.toMatchObject({ code: 'connection-lost' });
  expect(sent.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true]);
});

function textOf(file: string): string {
  return readFileSync(new URL(file, TESTS), 'utf8');
}
