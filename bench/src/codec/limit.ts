import { encodePacket } from '@mote/codec';
import { type Contestant, encoding } from './contestant.ts';
import { OutputBuffer } from './output-buffer.ts';

/** What no encoder in JavaScript can undercut: the finished bytes are copied to where they belong. */
export const limit: Contestant = {
  codec: 'limit',
  form: 'Uint8Array.set of the finished packet',
  encodes: {
    tasks: ['encode W1', 'encode W2', 'encode W3', 'encode W4', 'encode W5', 'encode W6', 'encode W8', 'encode W9'],
    start(packets) {
      const output = new OutputBuffer();
      return encoding(
        packets.map(encodePacket),
        (bytes) => {
          const at = output.begin();
          output.bytes.set(bytes, at);
          return output.finish(at + bytes.length);
        },
        () => output.last(),
      );
    },
  },
};
