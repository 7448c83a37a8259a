import { HubError, openDevice } from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';
import type { Command } from '../command.ts';
import { answerMethod, followTwin, sendTelemetry, type Told } from '../demo/at-hub.ts';
import { type DemoDevice, devicesOf } from '../demo/devices.ts';
import { Exchange } from '../diagram/exchange.ts';
import { foldAcknowledgements } from '../diagram/fold.ts';
import { terminalDiagram } from '../diagram/terminal.ts';
import { ABORTED } from '../provision/exit-code.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import { stepsOn } from '../terminal/steps.ts';

export const demoCommand: Command = {
  name: 'demo',
  summary:
    'from key to telemetry, offline: starts the emulator, takes devices to their hub over real TLS and WebSocket, and draws what went over the wire',
  usage: '',
  environmentPrefix: 'DPS_DEMO_',
  operands: 0,
  flags: [],
  run: runDemo,
};

async function runDemo(): Promise<number> {
  const abort = abortOnSignals();
  const began = performance.now();
  try {
    await using azure = await startEmulator({ pollsBeforeAssigned: 1, retryAfterSeconds: 1 });
    const paint = paintFor(process.stdout);
    stdout.prose([
      'Nothing leaves this machine: the emulator of the Device Provisioning Service and IoT Hub listens on',
      `${azure.host}:${azure.port} (TLS) and ${azure.host}:${azure.webSocketPort} (WebSocket), ID scope ${azure.idScope}.`,
      '',
    ]);
    const devices = devicesOf(azure);
    for (const [i, device] of devices.entries()) {
      stdout.line(paint.bold(`${i + 1} of ${devices.length}: ${device.title}`));
      const exchange = new Exchange();
      const told = await live(azure, device.options, exchange, abort.signal, i === 0);
      // One diagram is enough: those of the other devices look nearly the same.
      if (i === 0) draw(exchange);
      stdout.prose([...told.map(([what, how]) => `${paint.good('✔')} ${what.padEnd(10)} ${how}`), ''], 13);
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    stdout.prose([
      paint.good(`${devices.length} of ${devices.length} devices: from their key to their telemetry in ${seconds} s.`),
      '',
      'Now try:',
    ]);
    stdout.prose(next(), NEXT_COLUMN);
    return 0;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    stderr.line('interrupted; nothing is left running');
    return ABORTED;
  } finally {
    abort.release();
  }
}

function draw(exchange: Exchange): void {
  const { messages, acknowledgements } = foldAcknowledgements(exchange.messages);
  const paint = paintFor(process.stdout);
  stdout.lines(['', ...terminalDiagram(messages, paint, stdout.width)]);
  stdout.prose([
    paint.dim(
      `${acknowledgements} PUBACK and SUBACK packets are not drawn; \`mote provision --diagram FILE\` draws all.`,
    ),
    '',
  ]);
}

/** Where the words about the commands to try next begin. */
const NEXT_COLUMN = 43;

/** Commands to try next. In a clone `mote` is not on the PATH, so the lines begin with npx there. */
function next(): string[] {
  const mote = process.env['npm_lifecycle_event'] === 'demo' ? 'npx mote' : 'mote';
  const tries = [
    ['emulate --ui', 'the emulator with a dashboard in the browser'],
    ['device --help', 'a device at its hub: lines you type are telemetry'],
    ['emulate --scenario throttled', 'a service that answers 429 at first'],
    ['explain 401002', 'what a code means, how to check, what to do'],
    ['inspect 20020005', 'the bytes of a packet, field by field'],
    ['doctor --help', 'finds what is wrong with a device'],
  ] as const;
  return tries.map(([words, what]) => `  ${`${mote} ${words}`.padEnd(NEXT_COLUMN - 2)}${what}`);
}

/** Takes one device from its key to its telemetry. `whole`: its hub also calls a method and changes its twin. Returns lines to print. */
async function live(
  azure: Emulator,
  device: DemoDevice['options'],
  exchange: Exchange,
  signal: AbortSignal,
  whole: boolean,
): Promise<Told> {
  const steps = stepsOn(process.stderr);
  const endpoint = `${azure.host}:${device.transport === 'websocket' ? azure.webSocketPort : azure.port}`;
  try {
    await using atHub = await openDevice({
      ...device,
      idScope: azure.idScope,
      endpoint,
      tls: { ca: azure.ca },
      // The emulator serves its hubs on the same ports as DPS.
      hub: { endpoint },
      signal,
      onProgress: (event) => steps.next(event),
      onPacket: exchange.add,
    });
    steps.done();
    return [
      ['assigned', `${atHub.deviceId} is assigned to ${atHub.hostName}`],
      ...(await sendTelemetry(atHub, azure, 21.5)),
      ...(whole ? [...(await answerMethod(atHub, azure)), ...(await followTwin(atHub, azure))] : []),
    ];
  } catch (error) {
    steps.failed();
    // The HubError only says that the device was closed. The reason is that of the signal.
    if (error instanceof HubError) signal.throwIfAborted();
    throw error;
  }
}
