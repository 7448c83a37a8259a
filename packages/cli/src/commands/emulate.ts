import {
  ConfigError,
  type Emulator,
  type EmulatorOptions,
  parseConfig,
  parseScenario,
  startEmulator,
  watchConfig,
} from '@mote/emulator';
import { wholeNumber } from '../arguments.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { eventLine } from '../emulate/event-line.ts';
import { enrollmentJson, greeting, writeCertificates } from '../emulate/greeting.ts';
import { fileText } from '../provision/flags.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { paintFor } from '../terminal/paint.ts';
import type { Dashboard } from '../ui/dashboard.ts';

export const emulateCommand: Command = {
  name: 'emulate',
  summary: 'runs the device endpoint of the provisioning service on this machine',
  usage: '[FLAGS]',
  environmentPrefix: 'DPS_EMULATOR_',
  operands: 0,
  flags: [
    { name: 'host', value: 'ADDR', summary: 'address to listen on; default 127.0.0.1' },
    { name: 'port', value: 'N', summary: 'MQTT over TLS; default 0: any free port' },
    { name: 'ws-port', value: 'N', summary: 'MQTT over WebSocket; default 0: any free port' },
    { name: 'api-port', value: 'N', summary: 'service API over HTTP on loopback; off unless given; 0: any free port' },
    {
      name: 'config',
      value: 'FILE',
      summary: 'enrollments in the JSON of the service; read again when the file changes',
    },
    {
      name: 'scenario',
      value: 'NAME|FILE',
      summary: 'faults to rehearse: throttled, flaky-link, slow-assign, wrong-hub, hostile, or a file',
    },
    { name: 'dir', value: 'DIR', summary: 'write ca.pem and device certificates here' },
    { name: 'state', value: 'FILE', summary: 'keep registrations here, over a restart' },
    { name: 'polls', value: 'N', summary: 'polls until a device is assigned; default 1' },
    { name: 'retry-after', value: 'SECONDS', summary: 'wait that the answers ask for; default 3' },
    { name: 'seed', value: 'N', summary: 'the same seed and the same requests give the same transcript' },
    { name: 'ui', summary: 'a dashboard for the browser, on loopback; its address is printed' },
    { name: 'ui-port', value: 'N', summary: 'port of the dashboard; default 0: any free port' },
    { name: 'throttle', summary: 'enforce the quotas of the service' },
    { name: 'json', summary: 'one JSON object a line: listening first, then every event' },
    { name: 'verbose', short: 'v', summary: 'packets too' },
  ],
  notes: ['Ctrl-C ends it. It is a tool for tests: keep it on a loopback address.'],
  run: runEmulate,
};

async function runEmulate(invocation: Invocation): Promise<number> {
  const abort = abortOnSignals();
  const config = invocation.text('config');
  try {
    await using dps = await startEmulator(optionsOf(invocation, config));
    const watch = config === undefined ? undefined : watchConfig(config, dps);
    abort.signal.addEventListener('abort', () => void dps.close());
    const dashboard = await dashboardOf(dps, invocation);
    try {
      await serve(dps, invocation, dashboard?.url);
    } finally {
      watch?.close();
      await dashboard?.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw explained(error as NodeJS.ErrnoException);
  } finally {
    abort.release();
  }
}

/** Loaded when it is asked for. */
async function dashboardOf(dps: Emulator, invocation: Invocation): Promise<Dashboard | undefined> {
  const port = wholeNumber(invocation, 'ui-port', 0, 65_535);
  if (port === undefined && !invocation.on('ui')) return undefined;
  const { startDashboard } = await import('../ui/dashboard.ts');
  return await startDashboard(dps, port);
}

/** Until the emulator is closed. */
async function serve(dps: Emulator, invocation: Invocation, dashboard: string | undefined): Promise<void> {
  const json = invocation.on('json');
  const dir = invocation.text('dir');
  const written = dir === undefined ? undefined : writeCertificates(dps, dir);
  if (json) {
    const { host, port, webSocketPort, apiPort, ca, idScope } = dps;
    const enrollments = dps.enrollments.map((enrollment) => enrollmentJson(enrollment, written));
    console.log(
      JSON.stringify({
        event: 'listening',
        host,
        port,
        webSocketPort,
        apiPort,
        ca,
        caFile: written?.ca,
        idScope,
        dashboard,
        enrollments,
      }),
    );
  } else {
    console.log(greeting(dps, written, paintFor(process.stdout)));
    if (dashboard !== undefined) console.log(`dashboard  ${dashboard}\n`);
  }
  const paint = paintFor(process.stderr);
  for await (const event of dps.events) {
    if (event.type === 'packet' && !invocation.on('verbose')) continue;
    if (json) {
      const { type, ...facts } = event;
      console.log(JSON.stringify({ event: type, ...facts }));
    } else {
      process.stderr.write(`${eventLine(event, paint)}\n`);
    }
  }
}

function optionsOf(invocation: Invocation, config: string | undefined): EmulatorOptions {
  const host = invocation.text('host');
  const port = wholeNumber(invocation, 'port', 0, 65_535);
  const webSocketPort = wholeNumber(invocation, 'ws-port', 0, 65_535);
  const apiPort = wholeNumber(invocation, 'api-port', 0, 65_535);
  const pollsBeforeAssigned = wholeNumber(invocation, 'polls', 0, 1000);
  const retryAfterSeconds = wholeNumber(invocation, 'retry-after', 0, 86_400);
  const seed = wholeNumber(invocation, 'seed', 0, 4_294_967_295);
  const scenario = invocation.text('scenario');
  const stateFile = invocation.text('state');
  return {
    ...(config === undefined ? {} : parseConfig(jsonFile('config', config))),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(webSocketPort === undefined ? {} : { webSocketPort }),
    ...(apiPort === undefined ? {} : { apiPort }),
    ...(pollsBeforeAssigned === undefined ? {} : { pollsBeforeAssigned }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(seed === undefined ? {} : { seed }),
    ...(scenario === undefined ? {} : { scenario: scenarioOf(scenario) }),
    ...(stateFile === undefined ? {} : { stateFile }),
    ...(invocation.on('throttle') ? { throttling: 'service' as const } : {}),
  };
}

/** A bare word is a scenario of the library, anything with a dot or a slash a file. */
function scenarioOf(text: string): NonNullable<EmulatorOptions['scenario']> {
  return /^[a-z-]+$/.test(text) ? text : parseScenario(jsonFile('scenario', text));
}

function jsonFile(flag: string, path: string): unknown {
  try {
    return JSON.parse(fileText(flag, path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--${flag}: ${path} is not JSON: ${(error as Error).message}`);
  }
}

function explained(error: NodeJS.ErrnoException): Error {
  if (error.code === 'EADDRINUSE')
    return new UsageError('another program listens on that port; `--port 0` takes any free one');
  if (error.code === 'EACCES') return new UsageError('this user may not listen on that port; choose one above 1023');
  if (error.code === 'EADDRNOTAVAIL') return new UsageError('--host is not an address of this machine');
  return error;
}
