import assert from 'node:assert/strict';
import { CONNACK, type Packet, PUBLISH } from '@mote/codec';
import type { Subject } from '../codec/subject.ts';
import { cut, inOneBuffer } from '../workload/chunks.ts';
import { type TaskId, task } from '../workload/tasks.ts';
import type { Reference } from './fixture.ts';
import { otherClasses } from './hidden-class.ts';

/**
 * Throws unless the subject makes the very bytes of mqtt-packet from objects of one shape, or finds the very fields that were
 * written.
 */
export function verify(subject: Subject, id: TaskId, { packets, bytes, stream, ends }: Reference): void {
  const { chunking } = task(id);
  const results: (Uint8Array | Packet)[] = chunking
    ? decodeAll(subject, cut(stream, ends, chunking))
    : encodeAll(subject, id, packets);
  assert.equal(results.length, packets.length, `${subject.codec} ${subject.form}, ${id}: number of packets`);
  results.forEach((result, n) => {
    const expected = chunking ? comparable(packets[n]!) : Buffer.from(bytes[n]!);
    const actual = result instanceof Uint8Array ? Buffer.from(result) : comparable(result);
    assert.deepEqual(actual, expected, `${subject.codec} ${subject.form}, ${id}: packet ${n}`);
  });
}

function encodeAll({ codec, form, encodes }: Subject, id: TaskId, packets: readonly Packet[]): Uint8Array[] {
  const { inputs, results } = encodes!.start(packets);
  assert.equal(otherClasses(inputs), 0, `${codec} ${form}, ${id}: inputs of another hidden class than the first`);
  return results();
}

function decodeAll({ decodes, reusedBuffer }: Subject, chunks: ReturnType<typeof cut>): Packet[] {
  return decodes!.start().results(reusedBuffer ? inOneBuffer(chunks) : chunks);
}

/** Payloads as plain arrays of bytes, whatever class they have; not all peers show Session Present. */
function comparable(packet: Packet): object {
  if (packet.type === PUBLISH) return { ...packet, payload: Buffer.from(packet.payload) };
  if (packet.type === CONNACK) return { ...packet, sessionPresent: false };
  return { ...packet };
}
