import { encodePacket } from '@mote/codec';
import { type Contestant, writing } from './contestant.ts';

/** What no encoder in JavaScript can undercut: the finished bytes are copied to where they belong. */
export const limit: Contestant = {
  codec: 'limit',
  form: 'Uint8Array.set of the finished packet',
  encodes: {
    tasks: ['encode W1', 'encode W2', 'encode W3', 'encode W4', 'encode W5', 'encode W6', 'encode W8', 'encode W9'],
    start: (packets) =>
      writing(packets.map(encodePacket), (bytes, target, at) => {
        target.set(bytes, at);
        return at + bytes.length;
      }),
  },
};
