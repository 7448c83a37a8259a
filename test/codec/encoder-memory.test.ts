import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  encodePingreqInto,
  encodePubackInto,
  encodePubcompInto,
  encodePublish,
  encodePublishInto,
  encodePubrecInto,
  encodePubrelInto,
  encodeSubscribe,
  isTopicName,
} from '@mote/codec';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What is asked of `new Uint8Array`: sizes, or the memory to look into. */
function allocatedBy(run: () => void): unknown[] {
  const asked: unknown[] = [];
  const construct = (target: typeof Uint8Array, args: [number]) => {
    asked.push(args[0]);
    return new target(...args);
  };
  vi.stubGlobal('Uint8Array', new Proxy(Uint8Array, { construct }));
  run();
  vi.unstubAllGlobals();
  return asked;
}

const payload = new Uint8Array(40);

test('what is written into a target takes no memory of its own', () => {
  const target = new Uint8Array(200);
  const ack = { packetId: 7 };
  const writeAll = () => {
    for (const topicName of ['devices/one', 'devices/two', 'devices/two']) {
      encodePublishInto({ topicName, payload }, target, 5);
      encodePublishInto({ topicName, payload, qos: 1, packetId: 7 }, target, 5);
    }
    for (const encodeInto of [encodePubackInto, encodePubrecInto, encodePubrelInto, encodePubcompInto]) {
      encodeInto(ack, target, 100);
    }
    encodePingreqInto({}, target, 150);
  };
  writeAll();
  expect(allocatedBy(writeAll)).toEqual([]);
});

test('small packets lie in one array together', () => {
  const packets: Uint8Array[] = [];
  const allocated = allocatedBy(() => {
    for (let i = 0; i < 100; i++) packets.push(encodePublish({ topicName: 'devices/one', payload }));
  });
  expect(packets[0]?.length).toBe(55);
  expect(allocated.length).toBe(100); // a window for each
  expect(new Set(allocated)).toEqual(new Set(packets.map(({ buffer }) => buffer)));
  expect(new Set(packets.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(2);
});

test('a text that is too long is refused before memory is taken for it', () => {
  const text = 't'.repeat(1_000_000);
  expect(isTopicName('t')).toBe(true);
  expect(allocatedBy(() => expect(isTopicName(text)).toBe(false))).toEqual([]);
});

test('the memory that a large packet took is let go with the next one', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const topicFilter = 'f'.repeat(60_000);
  const inUse = () => {
    encodePublish({ topicName: 'devices/one', payload });
    collect();
    collect(); // what the first has found is freed beside it, at the latest when the second begins
    return process.memoryUsage().arrayBuffers;
  };
  const subscriptions = Array.from({ length: 20 }, () => ({ topicFilter }));
  const sizeOfLarge = () => encodeSubscribe({ packetId: 1, subscriptions }).length; // of its own, so that no frame holds it
  const before = inUse();
  expect(sizeOfLarge()).toBeGreaterThan(1_200_000);
  expect(inUse() - before).toBeLessThan(300_000);
});
