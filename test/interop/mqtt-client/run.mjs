// The general client at brokers that others made, through a proxy that cuts at every byte of a whole exchange, in both
// directions, at QoS 0, 1 and 2; processes that are killed while they publish from a journal; docs/from-mqtt-js.md beside MQTT.js; and a
// device at a scripted hub.
// Needs a built workspace (`pnpm build`). Prints a line for each case and `N passed, N failed`; the exit code says the same.

import { install, Lane } from '../lane.mjs';
import { crashes } from './crashes.mjs';

install(import.meta.url);
const { Observer, startAedes, startMosquitto } = await import('./brokers.mjs');
const { exchange } = await import('./cuts.mjs');
const { EXPECTED, migration } = await import('./migration.mjs');
const { deviceAtScript, EXPECTED_LIFE } = await import('./scripted-hub.mjs');

const AT_ONCE = 16;
const KILLS = Number(process.env.MOTE_KILLS ?? 200);
const lane = new Lane();

/** Every offset of one direction. */
async function cuts(broker, observer, qos, direction) {
  const whole = await exchange(
    broker,
    observer,
    qos,
    direction,
    Infinity,
    `whole-${qos}-${direction.replaceAll(' ', '-')}`,
  );
  const length = whole.counted[direction];
  const faults = [...whole.faults];
  let at = 0;
  const work = async () => {
    while (at < length) {
      const offset = at++;
      const name = `${qos}-${direction === 'to the broker' ? 'b' : 'c'}-${String(offset).padStart(4, '0')}`;
      faults.push(...(await exchange(broker, observer, qos, direction, offset, name)).faults);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { length, faults };
}

const brokers = [await startAedes(), await startMosquitto(lane)];
try {
  for (const broker of brokers) {
    if (!broker) {
      lane.skip(11, 'at mosquitto', 'it is not installed');
      continue;
    }
    const observer = new Observer(broker.port);
    await observer.subscribe('out/#');
    for (const qos of [0, 1, 2])
      for (const direction of ['to the broker', 'to the client'])
        await lane.check(
          `${broker.name}: QoS ${qos}, cut at every byte ${direction}`,
          cuts(broker, observer, qos, direction),
          ({ faults, length }) => faults.length === 0 && length > 20,
          ({ length }) => `${length} cuts`,
        );
    observer.close();
    for (const name of ['before', 'after'])
      await lane.check(
        `${broker.name}: docs/from-mqtt-js.md, the file ${name}`,
        migration(broker, Observer, name),
        ({ code, stdout, seen }) =>
          code === 0 && stdout === 'led on' && JSON.stringify(seen) === JSON.stringify(EXPECTED),
      );
    await lane.check(
      `${broker.name}: a device at a hub that is a script of fixed answers: twin, telemetry, message, methods`,
      deviceAtScript(broker),
      (life) => JSON.stringify(life) === JSON.stringify(EXPECTED_LIFE),
    );
    if (broker.name === 'mosquitto')
      for (const qos of [1, 2])
        await lane.check(
          `mosquitto: QoS ${qos}, a publishing process with a journal killed ${KILLS} times`,
          crashes(lane, broker, Observer, qos, KILLS),
          ({ faults }) => faults.length === 0,
          ({ accepted, kills }) => `${accepted} messages accepted over ${kills} kills`,
        );
  }
} finally {
  for (const broker of brokers) broker?.close();
  lane.end();
}
