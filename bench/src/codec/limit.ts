import { encodePacket } from '@mote/codec';
import { tasksOf } from '../workload/tasks.ts';
import { type Subject, writing } from './subject.ts';

/** What no encoder in JavaScript can undercut: the finished bytes are copied to where they belong. */
export const limit: Subject = {
  codec: 'limit',
  form: 'Uint8Array.set of the finished packet',
  encodes: {
    tasks: tasksOf('encode'),
    start: (packets) =>
      writing(packets.map(encodePacket), (bytes, target, at) => {
        target.set(bytes, at);
        return at + bytes.length;
      }),
  },
};
