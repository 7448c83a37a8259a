// The emulator in a process of its own, so that its work is not counted as the device's. Prints where it listens; for each
// line on stdin prints what it has used; ends with its stdin.

import { createInterface } from 'node:readline';
import { startEmulator } from '@mote/emulator';

const options = JSON.parse(process.argv[2]!) as Parameters<typeof startEmulator>[0];
const emulator = await startEmulator({ ...options, webSocketPort: false, pollsBeforeAssigned: 0 });
const { port, ca, idScope } = emulator;
console.log(JSON.stringify({ port, ca, idScope }));

for await (const _line of createInterface(process.stdin)) {
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1e6 }));
}
await emulator.close();
