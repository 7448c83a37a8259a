// A process publishes from a journal and is killed at random moments; the next one takes its journal over. At the end everything
// that was accepted has to be at the broker: at least once at QoS 1, exactly once at QoS 2, in order.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PUBLISHER = fileURLToPath(new URL('publisher.mjs', import.meta.url));

export async function crashes(lane, broker, Observer, qos, kills) {
  const observer = new Observer(broker.port);
  const topic = `crash/${qos}`;
  await observer.subscribe(topic);
  const journal = join(lane.folder, `journal-${qos}`);
  const accepted = [];
  let next = 1;
  const start = (count) =>
    spawn(
      process.execPath,
      [PUBLISHER, String(broker.port), journal, topic, String(qos), String(next), String(count)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  for (let kill = 0; kill < kills; kill++) {
    const child = start(1_000_000);
    // Between the first connection and some time after it, in steps that no clock of the client has.
    const stop = 1 + Math.floor(Math.random() * 40);
    let seen = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, number] = line.split(' ');
      if (word === 'accepted') {
        accepted.push(number);
        next = Number(number) + 1;
      }
      if (++seen === stop) child.kill('SIGKILL');
    }
    // A message may have been accepted without our having read of it: its number is not used again.
    next += 100;
  }
  // The last one sends what is left, and ends by itself.
  const last = start(0);
  const ended = new Promise((resolve) => last.on('exit', resolve));
  for await (const _line of createInterface({ input: last.stdout }));
  const code = await ended;
  const seen = observer.seen.filter((message) => message.topic === topic).map(({ payload }) => payload.trim());
  observer.close();
  const faults = code === 0 ? [] : [`the last process ended with ${code}`];
  const arrived = new Set(seen);
  for (const number of accepted) if (!arrived.has(number)) faults.push(`${number} was accepted and is lost`);
  const firsts = [...arrived].map(Number);
  for (let i = 1; i < firsts.length; i++)
    if (firsts[i] < firsts[i - 1]) faults.push(`${firsts[i]} came after ${firsts[i - 1]}`);
  if (qos === 2 && seen.length > arrived.size) {
    const twice = seen.filter((number, i) => seen.indexOf(number) !== i);
    faults.push(`twice at QoS 2: ${twice}`);
  }
  return { faults: faults.slice(0, 10), accepted: accepted.length, kills };
}
