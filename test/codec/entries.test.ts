import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as codec from '@mote/codec';
import { expect, test } from 'vitest';

const path = (relative: string) => fileURLToPath(new URL(`../../packages/codec/${relative}`, import.meta.url));
const manifest = JSON.parse(readFileSync(path('package.json'), 'utf8'));
const packets = readdirSync(path('src/packets')).map((file) => file.replace(/\.ts$/, ''));

test('there is one entry for each packet, and a test of the same name', () => {
  const entries = Object.keys(manifest.exports).map((entry) => entry.slice(2));
  expect(entries.filter((entry) => packets.includes(entry)).sort()).toEqual(packets.sort());
  expect(entries.filter((entry) => !packets.includes(entry))).toEqual(['', 'annotate', 'package.json']);
  const tests = readdirSync(new URL('packets', import.meta.url)).map((file) => file.replace(/\.test\.ts$/, ''));
  expect(tests.sort()).toEqual(packets);
});

test('every entry points to a file that the build writes, types too', () => {
  for (const target of Object.values<string | Record<string, string>>(manifest.exports)) {
    for (const file of typeof target === 'string' ? [target] : Object.values(target)) {
      expect([file, existsSync(path(file))]).toEqual([file, true]);
    }
  }
});

test('the codec depends on nothing', () => {
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    expect(manifest[kind]).toBeUndefined();
  expect(manifest.sideEffects).toBe(false);
});

test('each packet has its three functions, and the index exports what the contract names and no more', () => {
  const names = packets.map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  expect(Object.keys(codec).sort()).toEqual(
    [
      ...names.flatMap((name) => [`encode${name}`, `encode${name}Into`, `decode${name}`]),
      ...packets.map((name) => name.toUpperCase()),
      ...['encodePacket', 'encodePacketInto', 'packetSize', 'decodePacket', 'decode', 'Framer', 'PublishView'],
      ...['preparePublish', 'isTopicName', 'isTopicFilter', 'topicMatches', 'DecodeError', 'EncodeError'],
      ...['encodeUtf8', 'decodeUtf8'],
    ].sort(),
  );
});

test('each packet file writes above and reads below', () => {
  for (const name of packets) {
    const source = readFileSync(path(`src/packets/${name}.ts`), 'utf8');
    const encoders = [...source.matchAll(/^export (?:function|const) encode/gm)].map(({ index }) => index);
    expect(encoders.length).toBe(2);
    expect(source.search(/^export (?:function|const) decode/m)).toBeGreaterThan(encoders[1]!);
  }
});

test('the entry of a packet gives out what the index gives out of it, and nothing internal', async () => {
  for (const name of packets) {
    const entry = await import(path(`dist/packets/${name}.js`));
    const upper = name.charAt(0).toUpperCase() + name.slice(1);
    expect(Object.keys(entry).sort()).toEqual([`decode${upper}`, `encode${upper}`, `encode${upper}Into`]);
    expect(readFileSync(path(`dist/packets/${name}.d.ts`), 'utf8')).not.toContain('@internal');
  }
});
