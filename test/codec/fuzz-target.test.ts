import { readdirSync, readFileSync } from 'node:fs';
import * as codec from '@mote/codec';
import { annotate } from '@mote/codec/annotate';
import { expect, test } from 'vitest';
import { hex } from './support/bytes.ts';

const folder = new URL('../fuzz/corpus/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.hex'));
const load = async () => (await import(new URL('../fuzz/target.mjs', import.meta.url).href)) as Target;

interface Target {
  targetOf(subject: object): (bytes: Uint8Array) => void;
}

test('the corpus of the fuzzer is indexed', () => {
  const index = readFileSync(new URL('README.md', folder), 'utf8');
  expect([...index.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name)).toEqual(names.sort());
});

test.each(names)('%s holds what must hold for any bytes', async (name) => {
  const { targetOf } = await load();
  const bytes = hex(readFileSync(new URL(name, folder), 'utf8').trim());
  expect(() => targetOf({ ...codec, annotate })(bytes)).not.toThrow();
});

test('the target of the fuzzer notices a decoder that takes what it should not', async () => {
  const { targetOf } = await load();
  const careless = {
    ...codec,
    annotate,
    encodePacket: (packet: codec.Packet) => codec.encodePacket(packet).map((byte) => byte ^ 1),
  };
  expect(() => targetOf(careless)(hex('40020001'))).toThrow('written with other bytes');
  const noisy = { ...codec, annotate: (bytes: Uint8Array) => annotate(bytes).slice(1) };
  expect(() => targetOf(noisy)(hex('40020001'))).toThrow('gap');
});
