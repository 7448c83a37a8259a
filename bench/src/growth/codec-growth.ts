// How the codec's cost grows, in a process of its own (--expose-gc). Prints the curves as JSON.

import { setTimeout } from 'node:timers/promises';
import { decodePublish, encodePublish, encodePublishInto, Framer } from '@mote/codec';
import mqttPacket from 'mqtt-packet';
import { cpuTimeOf } from '../measure/time.ts';
import { type Curve, curve, steps } from './curve.ts';

const MIB = 1048576;
const topicName = 'devices/dev-001/messages/events/';

const curves: Curve[] = [
  curve(
    'encode one PUBLISH',
    'bytes of payload',
    'ns',
    steps(64, 4 * MIB, 4).map((size) => [size, encodeTime(size)]),
  ),
  curve(
    'decode one PUBLISH, 64 KiB chunks',
    'bytes of payload',
    'ns',
    steps(64, 4 * MIB, 4).map((size) => [size, decodeTime(size, 65536)]),
  ),
  curve(
    'decode a PUBLISH of 1 MiB',
    'chunks it comes in',
    'ns',
    steps(1, MIB, 4).map((chunks) => [chunks, decodeTime(MIB, Math.ceil(MIB / chunks))]),
  ),
  curve(
    'decode a PUBLISH, 1-byte chunks',
    'bytes of payload',
    'ns',
    steps(1024, 4 * MIB, 4).map((size) => [size, decodeTime(size, 1)]),
  ),
  {
    ...curve(
      'the same, mqtt-packet',
      'bytes of payload',
      'ns',
      steps(2048, 131072, 4).map((size) => [size, peerDecodeTime(size)]),
    ),
    peer: true,
  },
  curve(
    'decode a stream',
    'packets of 100 bytes',
    'ns',
    steps(1000, 1e6, 10).map((count) => [count, streamTime(count)]),
  ),
  curve('heap after a stream', 'packets of 100 bytes', 'bytes', await points(steps(1000, 1e6, 10), streamHeap)),
  curve(
    'memory held for half a packet',
    'bytes received, one by one',
    'bytes',
    await points(steps(4096, 4 * MIB, 4), heldFor),
  ),
];
process.stdout.write(JSON.stringify(curves));

function encodeTime(size: number): number {
  const packet = { topicName, payload: new Uint8Array(size) };
  const target = new Uint8Array(size + 64);
  return cpuTimeOf(() => encodePublishInto(packet, target, 0), 50, 20, 3);
}

function decodeTime(size: number, chunkSize: number): number {
  const bytes = encodePublish({ topicName, payload: new Uint8Array(size) });
  const framer = new Framer({ maxPacketSize: bytes.length });
  const pass = () => {
    let found = 0;
    for (let at = 0; at < bytes.length; at += chunkSize) {
      framer.push(bytes, at, Math.min(at + chunkSize, bytes.length));
      for (let frame = framer.next(); frame; frame = framer.next()) found += decodePublish(frame).payload.length;
    }
    if (found !== size) throw new Error(`${found} bytes of ${size}`);
  };
  return cpuTimeOf(pass, 50, 20, 3);
}

function peerDecodeTime(size: number): number {
  const bytes = Buffer.from(encodePublish({ topicName, payload: new Uint8Array(size) }));
  const parser = mqttPacket.parser();
  const pass = () => {
    for (let at = 0; at < bytes.length; at++) parser.parse(bytes.subarray(at, at + 1));
  };
  return cpuTimeOf(pass, 50, 20, 3);
}

function streamTime(count: number): number {
  return cpuTimeOf(() => readStream(count), 50, 20, 3);
}

/** Bytes of all that is reachable after the stream was read and the collector has run. */
async function streamHeap(count: number): Promise<number> {
  const framer = readStream(count);
  const used = await reachable();
  framer.push(new Uint8Array(0));
  return used;
}

function readStream(count: number): Framer {
  const packet = encodePublish({ topicName, payload: new Uint8Array(64) });
  const chunk = new Uint8Array(packet.length * 100);
  for (let at = 0; at < chunk.length; at += packet.length) chunk.set(packet, at);
  const framer = new Framer();
  let found = 0;
  for (let pushed = 0; pushed < count; pushed += 100) {
    framer.push(chunk);
    for (let frame = framer.next(); frame; frame = framer.next()) found += decodePublish(frame).payload.length;
  }
  if (found !== count * 64) throw new Error(`${found} bytes of ${count * 64}`);
  return framer;
}

/**
 * Bytes that a Framer holds after `size` bytes of an unfinished packet, beyond those of an empty one. There are enough Framers to
 * hold 4 MiB together, so that other changes of the heap, 0.2 MB, do not matter.
 */
async function heldFor(size: number): Promise<number> {
  const bytes = encodePublish({ topicName, payload: new Uint8Array(2 * size) });
  const framers = Array.from(
    { length: Math.ceil((4 * MIB) / size) },
    () => new Framer({ maxPacketSize: bytes.length }),
  );
  const before = await reachable();
  for (const framer of framers) {
    for (let at = 0; at < size; at++) {
      framer.push(bytes, at, at + 1);
      if (framer.next()) throw new Error('the packet is not all here');
    }
  }
  const held = (await reachable()) - before;
  for (const framer of framers) framer.push(bytes, size, size);
  return held / framers.length;
}

async function points(
  causes: readonly number[],
  cost: (cause: number) => Promise<number>,
): Promise<[number, number][]> {
  await cost(causes[0]!); // the first time makes code, which stays
  const measured: [number, number][] = [];
  for (const cause of causes) measured.push([cause, await cost(cause)]);
  return measured;
}

/** The collector leaves the memory of array buffers to a thread of its own, and counts it later. */
async function reachable(): Promise<number> {
  for (let n = 0; n < 3; n++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
