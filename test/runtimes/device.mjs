// A device from its key to its telemetry on each engine, by the examples as they stand, over real TLS against the emulator; and what goes
// wrong there has the code that it has on Node.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withSmallDevice } from './engines/device.mjs';
import { installFromDebian, reasonFor } from './install.mjs';

const TIMEOUT_MS = 60_000;

/** Each with what it changes, and the last word that Node has for it. */
const CASES = [
  { name: 'telemetry', expected: 'done' },
  { name: 'wrong key', expected: 'unauthorized', settings: { key: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' } },
  {
    name: 'lost link',
    expected: 'connection-lost',
    settings: { retry: { attempts: 1, baseMs: 1 } },
    scenario: { rules: [{ on: 'register', fault: { drop: 'before' } }] },
  },
  {
    name: 'throttled',
    expected: 'throttled',
    settings: { retry: { attempts: 1, baseMs: 1 } },
    scenario: { rules: [{ on: 'register', fault: { statusCode: 429, retryAfter: 1 } }] },
  },
  {
    name: 'bad answer',
    expected: 'protocol-violation',
    // Bytes that no packet begins with: of random ones some are the beginning of a long PUBLISH, whose end the device waits for.
    scenario: { rules: [{ on: 'register', fault: { hex: 'f7'.repeat(64) } }] },
  },
];

/** What examples/telemetry.js does, too; the rest is the same Registration. */
const SMALL_TOO = ['telemetry', 'wrong key'];

/** The folder of settings, and an emulator for each case. */
export async function startServices(folder) {
  const { startEmulator } = await import('@mote/emulator');
  mkdirSync(folder, { recursive: true });
  const services = [];
  for (const { name, expected, settings, scenario } of CASES) {
    const azure = await startEmulator({ iotHubs: ['localhost'], ...(scenario && { scenario }) });
    const place = join(folder, name.replace(' ', '-'));
    mkdirSync(place, { recursive: true });
    const { registrationId, primaryKey: key } = azure.individual('symmetricKey');
    const ca = join(place, 'ca.pem');
    writeFileSync(ca, azure.ca);
    const all = { idScope: azure.idScope, registrationId, key, host: 'localhost', port: azure.port, ca, ...settings };
    writeFileSync(join(place, 'settings.json'), JSON.stringify(all));
    const received = [];
    (async () => {
      for await (const { body } of azure.hub.telemetry()) received.push(Buffer.from(body).toString());
    })();
    services.push({ name, expected, place, received, azure });
  }
  return services;
}

/** Undefined where the engine takes no device; otherwise what failed, the seconds of a good run, and the most memory it had in KB. */
export async function measureDevice({ device, makeDevice }, services) {
  if (!device) return undefined;
  const why = (makeDevice && reasonFor(makeDevice)) ?? missingTool();
  if (why) return { failures: [why] };
  const failures = [];
  let good;
  for (const { name, expected, place, received } of services) {
    const command = device(join(place, 'settings.json'));
    const tried = { '': command, 'small device, ': SMALL_TOO.includes(name) ? withSmallDevice(command) : undefined };
    for (const [which, words] of Object.entries(tried)) {
      if (!words) continue;
      const before = received.length;
      const { last, seconds, peak } = await run(words);
      if (last !== expected) failures.push(`${which}${name}: ended with ${last}, not with ${expected}`);
      if (name !== 'telemetry') continue;
      good ??= { seconds, peak };
      const sent = received.slice(before).sort().join();
      if (sent !== '{"reading":1},{"reading":2},{"reading":3}')
        failures.push(`${which}the hub has received ${sent || 'nothing'}`);
    }
  }
  return { failures, ...good };
}

function missingTool() {
  return installFromDebian({ debian: ['socat'], binary: '/usr/bin/socat' });
}

function run([command, ...args]) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let peak = 0;
    child.stdout.on('data', (bytes) => (said += bytes));
    child.stderr.on('data', (bytes) => (said += /debug: \[|^$/.test(`${bytes}`) ? '' : bytes));
    const look = setInterval(() => (peak = Math.max(peak, ...engineMemory(child.pid))), 50);
    const limit = setTimeout(() => child.kill(), TIMEOUT_MS);
    child.on('close', () => {
      clearInterval(look);
      clearTimeout(limit);
      // Some engines say more when their input ends.
      const last = said
        .trim()
        .split('\n')
        .findLast((line) => /^[a-z-]+$/.test(line));
      resolve({ last, seconds: (performance.now() - began) / 1000, peak });
    });
  });
}

/** VmHWM, in KB, of the engine among the processes that were started. */
function engineMemory(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const stat = quietly(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    const parent = stat?.slice(stat.lastIndexOf(')')).split(' ')[2];
    if (parent) children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const all = [`${pid}`];
  for (const each of all) all.push(...(children.get(each) ?? []));
  return all.map((each) => {
    const status = quietly(() => readFileSync(`/proc/${each}/status`, 'utf8')) ?? '';
    return /^Name:\s*(perl|socat|sh|cat|stdbuf|openssl)$/m.test(status)
      ? 0
      : Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  });
}

function quietly(call) {
  try {
    return call();
  } catch {
    return undefined;
  }
}
