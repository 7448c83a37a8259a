// The emulator that is attacked, with its dashboard and service API, in a process of its own: its memory can be told from the
// attackers'. Options come as the first message; 'memory' is answered with what it holds after a collection, 'events' with
// what happened.
import { startDashboard } from '../../../packages/cli/dist/ui/dashboard.js';
import { startEmulator } from '../../../packages/emulator/dist/index.js';

const options = await new Promise((resolve) => process.once('message', resolve));
const dps = await startEmulator(options);
const dashboard = options.apiPort === undefined ? undefined : await startDashboard(dps);
const counts = {};
void (async () => {
  for await (const { type, ...facts } of dps.events) {
    counts[type] = (counts[type] ?? 0) + 1;
    // As `mote emulate --json` does with every event.
    JSON.stringify(facts);
  }
})();
const { port, ca, idScope, apiPort } = dps;
process.send({
  listening: { port, ca, idScope, apiPort, dashboard: dashboard?.url, registrations: dps.registrations.size },
});
process.on('message', async (message) => {
  if (message === 'close') {
    await dashboard?.close();
    await dps.close();
    process.disconnect();
    return;
  }
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  process.send({ heap: heapUsed + arrayBuffers, counts, registrations: dps.registrations.size });
});
