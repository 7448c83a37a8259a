// `pnpm test:emulator-load`, second part: 125 to 1,000 devices that send telemetry to the hub at once, over TLS. Prints a line for each
// count, writes the figures into docs/emulator.md, and ends with `N passed, N failed`. `--small` takes a twentieth and writes nothing.
import { fork } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { connect } from 'node:tls';
import { CONNACK, encodeConnect, encodePublish, Framer, PUBACK } from '../../../packages/codec/dist/index.js';

const small = process.argv.includes('--small');
const COUNTS = [125, 250, 500, 1000].map((count) => (small ? Math.ceil(count / 20) : count));
const MESSAGES = 100;
const HOST = 'localhost';
const KEY = Buffer.alloc(32, 5);
const BODY = Buffer.alloc(64, 'x');
/** Handshakes that are under way at once: what is measured begins behind them. */
const DIALS = 32;
const MOST_EXPONENT = 1.1;
const MOST_BYTES_EACH = 256 * 1024;

const rows = [];
const measured = [];
for (const devices of COUNTS) {
  const one = await measure(devices);
  measured.push(one);
  const cpu = `${((one.cpuMs * 1000) / one.messages).toFixed(0)} µs of CPU each`;
  const rate = `${Math.round(one.messages / (one.ms / 1000)).toLocaleString('en')} messages a second, ${cpu}`;
  rows.push(
    `| ${devices.toLocaleString('en')} devices, ${MESSAGES} messages of ${BODY.length} bytes each, QoS 1 | ${rate}; RSS ${mebibytes(one.rss)} MiB, heap ${mebibytes(one.heap)} MiB |`,
  );
  console.log(rows.at(-1));
}
const exponent = slope(measured.map(({ messages, cpuMs }) => [Math.log(messages), Math.log(cpuMs)]));
const each = (measured.at(-1).rss - measured[0].rss) / (COUNTS.at(-1) - COUNTS[0]);
rows.push(
  `| CPU grows with the number of messages by the power of | ${exponent.toFixed(2)}, ${MOST_EXPONENT} allowed |`,
);
rows.push(
  `| memory for each further device, TLS and all | ${Math.round(each / 1024)} KiB, ${MOST_BYTES_EACH / 1024} allowed |`,
);
const checks = [
  ['every message is acknowledged and told', measured.every(({ told, messages }) => told === messages)],
  [`growth exponent ${exponent.toFixed(2)}`, small || exponent <= MOST_EXPONENT],
  [`${Math.round(each / 1024)} KiB for each device`, small || each <= MOST_BYTES_EACH],
];
for (const [title, good] of checks) console.log(`${good ? 'ok     ' : 'NOT OK '} ${title}`);
if (!small) document();
const failed = checks.filter(([, good]) => !good).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function measure(count) {
  const ids = Array.from({ length: count }, (_, index) => `device-${index}`);
  const symmetricKey = { primaryKey: KEY.toString('base64') };
  const child = fork(new URL('emulator-process.mjs', import.meta.url), { execArgv: ['--expose-gc'] });
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  const memory = async () => {
    child.send('memory');
    return (await answer()).memory;
  };
  child.send({
    iotHubs: [HOST],
    devices: ids.map((deviceId) => ({ deviceId, authentication: { type: 'sas', symmetricKey } })),
    webSocketPort: false,
  });
  const { listening } = await answer();
  const devices = [];
  for (let at = 0; at < count; at += DIALS) {
    devices.push(...(await Promise.all(ids.slice(at, at + DIALS).map((id) => dial(listening, id)))));
  }
  const before = await memory();
  const start = performance.now();
  await Promise.all(devices.map((device) => device.sendAll()));
  const ms = performance.now() - start;
  const after = await memory();
  for (const { socket } of devices) socket.destroy();
  child.send('close');
  const cpuMs = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1000;
  const messages = count * MESSAGES;
  return { messages, ms, cpuMs, rss: after.rss, heap: after.heapUsed, told: after.telemetry };
}

/** A device whose CONNECT was accepted. */
function dial({ port, ca }, id) {
  const sr = encodeURIComponent(`${HOST}/devices/${id}`);
  const se = 4_102_444_800;
  const sig = encodeURIComponent(createHmac('sha256', KEY).update(`${sr}\n${se}`).digest('base64'));
  const connectPacket = encodeConnect({
    clientId: id,
    cleanSession: true,
    keepAlive: 0,
    userName: `${HOST}/${id}/?api-version=2021-04-12`,
    password: Buffer.from(`SharedAccessSignature sr=${sr}&sig=${sig}&se=${se}`),
  });
  const all = Buffer.concat(
    Array.from({ length: MESSAGES }, (_, index) =>
      encodePublish({ topicName: `devices/${id}/messages/events/`, payload: BODY, qos: 1, packetId: index + 1 }),
    ),
  );
  return new Promise((resolve, reject) => {
    const framer = new Framer();
    let acknowledged = 0;
    let done = () => {};
    const socket = connect({ host: '127.0.0.1', port, ca }, () => socket.write(connectPacket));
    socket.on('error', reject).on('data', (chunk) => {
      framer.push(chunk);
      for (const { type } of framer) {
        if (type === PUBACK) acknowledged += 1;
        if (type === CONNACK) resolve({ socket, sendAll });
        if (acknowledged === MESSAGES) done();
      }
    });
    const sendAll = () => {
      const finished = new Promise((settle) => {
        done = settle;
      });
      socket.write(all);
      return finished;
    };
  });
}

/** Of the line through these points, by least squares. */
function slope(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [0, 1].map((axis) => mean(points.map((point) => point[axis])));
  const products = points.map(([a, b]) => (a - x) * (b - y));
  return mean(products) / mean(points.map(([a]) => (a - x) ** 2));
}

function document() {
  const file = new URL('../../../docs/emulator.md', import.meta.url);
  const where = `Node ${process.version}, ${cpus()[0].model.trim()}, ${availableParallelism()} cores at a load of ${loadavg()[1].toFixed(1)}, ${new Date().toISOString().slice(0, 10)}`;
  const table = [
    '<!-- hub-load:begin -->',
    `Measured by \`pnpm test:emulator-load\` (${where}), devices and emulator on the same machine:`,
    '',
    '| telemetry at once | figures |',
    '|---|---|',
    ...rows,
    '<!-- hub-load:end -->',
  ];
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(/<!-- hub-load:begin -->[\s\S]*<!-- hub-load:end -->/, () => table.join('\n')),
  );
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}
