// The emulator in a process of its own, so that its memory can be told from the attackers'. Takes its options as the first
// message, says where it listens, then answers each 'memory' with what it holds after a collection.
import { startEmulator } from '../../../packages/emulator/dist/index.js';

const options = await new Promise((resolve) => process.once('message', resolve));
const dps = await startEmulator(options);
const { port, webSocketPort, ca, idScope } = dps;
process.send({ listening: { port, webSocketPort, ca, idScope } });
let telemetry = 0;
void (async () => {
  for await (const { type } of dps.events) if (type === 'telemetry') telemetry += 1;
})();
process.on('message', async (message) => {
  if (message === 'close') {
    await dps.close();
    process.disconnect();
    return;
  }
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({
    memory: { rss, heapUsed, cpu: process.cpuUsage(), registrations: dps.registrations.size, telemetry },
  });
});
