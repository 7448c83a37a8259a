import assert from 'node:assert/strict';
import { CONNACK, type Packet, PUBLISH } from '@mote/codec';
import type { Contestant } from '../codec/contestant.ts';
import { cut, inOneBuffer, type TaskId, task } from '../workload/tasks.ts';
import type { Reference } from './material.ts';

/** Throws unless the contestant makes the very bytes of mqtt-packet, or finds the very fields that were written. */
export function verify(contestant: Contestant, id: TaskId, { packets, bytes, stream, ends }: Reference): void {
  const { chunking } = task(id);
  const results: (Uint8Array | Packet)[] = chunking
    ? decodeAll(contestant, cut(stream, ends, chunking))
    : contestant.encodes!.start(packets).results();
  assert.equal(results.length, packets.length, `${contestant.codec} ${contestant.form}, ${id}: number of packets`);
  results.forEach((result, n) => {
    const expected = chunking ? comparable(packets[n]!) : Buffer.from(bytes[n]!);
    const actual = result instanceof Uint8Array ? Buffer.from(result) : comparable(result);
    assert.deepEqual(actual, expected, `${contestant.codec} ${contestant.form}, ${id}: packet ${n}`);
  });
}

function decodeAll({ decodes, reusedBuffer }: Contestant, chunks: ReturnType<typeof cut>): Packet[] {
  const { collect } = decodes!.start();
  return (reusedBuffer ? inOneBuffer(chunks) : chunks).flatMap(collect);
}

/** Payloads as plain arrays of bytes, whatever class they have; not all peers show Session Present. */
function comparable(packet: Packet): object {
  if (packet.type === PUBLISH) return { ...packet, payload: Buffer.from(packet.payload) };
  if (packet.type === CONNACK) return { ...packet, sessionPresent: false };
  return { ...packet };
}
