import { encodePacket } from '@mote/codec';
import { tasksOf } from '../workload/tasks.ts';
import { type Subject, writing } from './subject.ts';

/** The lower limit for every encoder in JavaScript: it only copies the finished bytes to their place. */
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
