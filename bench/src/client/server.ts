// The other side of the client rows, in a process of its own: it takes whatever comes, acknowledges PUBLISH of QoS 1, and sends as
// many messages as the Topic Filter of a SUBSCRIBE asks for. It does no more than that, so that the client is what is slow. Prints its
// port.

import { createServer, type Socket } from 'node:net';

const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const PINGRESP = Uint8Array.of(0xd0, 0);
/** How much of a burst is written at once. */
const BATCH_BYTES = 65_536;

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as { port: number }).port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

function serve(socket: Socket): void {
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const acknowledgements = Buffer.allocUnsafe(bytes.length + 4);
    let end = 0;
    let at = 0;
    for (;;) {
      let length = 0;
      let body = at + 1;
      for (let shift = 0; body < bytes.length; shift += 7) {
        const byte = bytes[body++]!;
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      if (body + length > bytes.length || body === at + 1) break;
      const first = bytes[at]!;
      if (first >> 4 === 3) {
        if (first & 6) {
          const identifier = body + 2 + bytes.readUInt16BE(body);
          acknowledgements[end++] = 0x40;
          acknowledgements[end++] = 2;
          acknowledgements[end++] = bytes[identifier]!;
          acknowledgements[end++] = bytes[identifier + 1]!;
        }
      } else if (first >> 4 === 1) socket.write(CONNACK);
      else if (first >> 4 === 10) socket.write(Uint8Array.of(0xb0, 2, bytes[body]!, bytes[body + 1]!));
      else if (first >> 4 === 12) socket.write(PINGRESP);
      else if (first >> 4 === 8) {
        socket.write(Uint8Array.of(0x90, 3, bytes[body]!, bytes[body + 1]!, 0));
        const filter = bytes.subarray(body + 4, body + 4 + bytes.readUInt16BE(body + 2)).toString();
        burst(socket, Number(filter.split('/')[1]));
      }
      at = body + length;
    }
    rest = Buffer.from(bytes.subarray(at));
    if (end > 0) socket.write(acknowledgements.subarray(0, end));
  });
}

function burst(socket: Socket, messages: number): void {
  const topic = Buffer.from(`burst/${messages}/temperature`);
  const packet = Buffer.concat([
    Uint8Array.of(0x30, 2 + topic.length + 64, 0, topic.length),
    topic,
    Buffer.alloc(64, 42),
  ]);
  const perBatch = Math.floor(BATCH_BYTES / packet.length);
  const batch = Buffer.concat(Array.from({ length: perBatch }, () => packet));
  let left = messages;
  const send = (): void => {
    while (left > 0) {
      const count = Math.min(left, perBatch);
      left -= count;
      if (!socket.write(batch.subarray(0, count * packet.length))) {
        socket.once('drain', send);
        return;
      }
    }
  };
  send();
}
