// A thousand idle clients of one kind in one process, or as many bare sockets. Arguments: kind, port, number. Prints bytes of heap and
// external memory for each of them.

import { once } from 'node:events';
import { connect as tcp } from 'node:net';

const MAKERS: Readonly<Record<string, (port: number, n: number) => Promise<unknown>>> = {
  async socket(port) {
    const socket = tcp(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket.on('data', () => {});
  },
  async mote(port, n) {
    const { connect, tcpTransport } = await import('@mote/client/lean');
    return connect({ host: '127.0.0.1', port, transport: tcpTransport, clientId: `idle-${n}` });
  },
  async 'mqtt-js'(port, n) {
    const { connectAsync } = await import('mqtt');
    return connectAsync({ host: '127.0.0.1', port, clientId: `idle-${n}` });
  },
};

const [kind, port, count] = process.argv.slice(2) as [string, string, string];
const make = MAKERS[kind]!;
// Makes one client before the measurement, so that the memory of the loaded modules is not counted.
const kept = [await make(Number(port), 0)];
const before = await settled();
for (let n = 1; n <= Number(count); n++) kept.push(await make(Number(port), n));
const each = ((await settled()) - before) / Number(count);
process.stdout.write(JSON.stringify({ bytes: each, kept: kept.length }), () => process.exit(0));

/** Heap and external memory once nothing is left to collect. */
async function settled(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc!();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
