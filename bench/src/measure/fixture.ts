import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packet } from '@mote/codec';
import mqttPacket from 'mqtt-packet';
import { checksum } from '../codec/checksum.ts';
import { toMqttPacket } from '../codec/mqtt-packet.ts';
import { packetsOf } from '../workload/chunks.ts';
import { type TaskId, task } from '../workload/tasks.ts';
import type { Fixture } from './job.ts';

/** The packets of a task and their bytes, as mqtt-packet writes them: it is the judge of all the others. */
export interface Reference {
  readonly packets: readonly Packet[];
  readonly bytes: readonly Uint8Array[];
  readonly stream: Uint8Array;
  readonly ends: readonly number[];
}

export function referenceOf(id: TaskId): Reference {
  const written = new Map<Packet, Uint8Array>();
  const write = (packet: Packet) => {
    const bytes = written.get(packet) ?? mqttPacket.generate(toMqttPacket(packet));
    written.set(packet, bytes);
    return bytes;
  };
  const packets = packetsOf(id, (packet) => write(packet).length);
  const bytes = packets.map(write);
  let end = 0;
  const ends = bytes.map(({ length }) => (end += length));
  return { packets, bytes, stream: Buffer.concat(bytes), ends };
}

export function writeFixture(id: TaskId, { packets, stream, ends }: Reference, folder: string): Fixture {
  const streamFile = join(folder, `${id.replaceAll(' ', '-')}.bin`);
  const endsFile = `${streamFile}.ends`;
  writeFileSync(streamFile, stream);
  writeFileSync(endsFile, new Uint8Array(Uint32Array.from(ends).buffer));
  const decodes = task(id).chunking !== undefined;
  const expected = decodes ? packets.reduce((sum, packet) => sum + checksum(packet), 0) : stream.length;
  return { streamFile, endsFile, packets: packets.length, expected };
}
