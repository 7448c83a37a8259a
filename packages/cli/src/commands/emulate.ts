import { statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import {
  ConfigError,
  type Emulator,
  SCENARIOS,
  SINGLE_FAULTS,
  StateFileError,
  startEmulator,
  watchConfig,
} from '@mote/emulator';
import { fileReason } from '@mote/emulator/files';
import { wholeNumber } from '../arguments.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { eventLine } from '../emulate/event-line.ts';
import { EMULATE_FLAGS, emulatorOptions } from '../emulate/flags.ts';
import { deviceJson, enrollmentJson, greeting, writeCertificates } from '../emulate/greeting.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import type { Dashboard } from '../ui/dashboard.ts';

export const emulateCommand: Command = {
  name: 'emulate',
  summary: 'runs the device endpoints of DPS and IoT Hub on this machine, with faults if you want',
  usage: '[FLAGS]',
  environmentPrefix: 'DPS_EMULATOR_',
  operands: 0,
  flags: EMULATE_FLAGS,
  notes: [
    'Ctrl-C ends it. It is a tool for tests: keep it on a loopback address.',
    `Scenarios, several faults together: ${Object.keys(SCENARIOS).join(', ')}.`,
    `One fault alone: ${Object.keys(SINGLE_FAULTS).join(', ')}.`,
  ],
  run: runEmulate,
};

async function runEmulate(invocation: Invocation): Promise<number> {
  const config = invocation.text('config');
  // Files are read before abortOnSignals: reading may block on a pipe, and until then Ctrl-C still ends the process.
  const options = explaining(invocation, () => emulatorOptions(invocation));
  const abort = abortOnSignals();
  try {
    await using dps = await startEmulator(options);
    // Only a file is watched: a pipe can be read only once.
    const watch = config !== undefined && isFile(config) ? watchConfig(config, dps) : undefined;
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
    throw explained(error as NodeJS.ErrnoException, invocation);
  } finally {
    abort.release();
  }
}

/** Starts the dashboard, if --ui or --ui-port asks for it. Its modules are loaded only then. */
async function dashboardOf(dps: Emulator, invocation: Invocation): Promise<Dashboard | undefined> {
  const port = wholeNumber(invocation, 'ui-port', 0, 65_535);
  if (port === undefined && !invocation.on('ui')) return undefined;
  const { startDashboard } = await import('../ui/dashboard.ts');
  const dir = invocation.text('dir');
  return await startDashboard(dps, { port, caFile: dir === undefined ? undefined : join(dir, 'ca.pem') });
}

/** Prints where the emulator listens, then each event. Resolves when the emulator is closed. */
async function serve(dps: Emulator, invocation: Invocation, dashboard: string | undefined): Promise<void> {
  const json = invocation.on('json');
  const dir = invocation.text('dir');
  const written = dir === undefined ? undefined : writeCertificates(dps, dir);
  if (json) {
    const { host, port, webSocketPort, apiPort, ca, idScope } = dps;
    const enrollments = dps.enrollments.map((enrollment) => enrollmentJson(enrollment, written));
    const devices = dps.hub.devices.filter(({ hub }) => hub === undefined).map((device) => deviceJson(dps, device));
    stdout.json({
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
      devices,
    });
  } else {
    for (const text of greeting(dps, written, paintFor(process.stdout))) {
      // What is indented is to be pasted.
      if (text.startsWith('  ')) stdout.lines([text]);
      else stdout.line(text);
    }
    if (dashboard !== undefined) stdout.lines([`dashboard  ${dashboard}`, '']);
  }
  const paint = paintFor(process.stderr);
  for await (const event of dps.events) {
    if (event.type === 'packet' && !invocation.on('verbose')) continue;
    if (json) {
      const { type, ...facts } = event;
      stdout.json({ event: type, ...facts });
    } else {
      stderr.line(eventLine(event, paint), EVENT_COLUMN);
    }
  }
}

/** Where an event begins: behind its time. */
const EVENT_COLUMN = 13;

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function explaining<T>(invocation: Invocation, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, invocation);
  }
}

/** A UsageError, in a sentence, for a port, address or file that cannot be used. Any other error is returned as it is: a fault of ours. */
function explained(error: NodeJS.ErrnoException, invocation: Invocation): Error {
  if (error instanceof StateFileError) return new UsageError(`--state: ${error.message}`);
  if (error instanceof ConfigError) {
    const lines = error.message.split('\n').map((line) => inFlags(line, invocation.text('config')));
    return new UsageError(lines.join('\n'), lines);
  }
  switch (error.code) {
    case 'EADDRINUSE':
      return new UsageError(portInUse((error as { port?: number }).port, invocation));
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UsageError('--host is not an address of this machine');
  }
  if (error.code === 'EACCES' && error.syscall === 'listen') {
    return new UsageError('this user may not listen on that port; choose one above 1023');
  }
  if (error.path !== undefined) {
    const flag = PATH_FLAGS.find((name) => isWithin(error.path!, invocation.text(name)));
    const front = flag === undefined ? '' : `--${flag}: `;
    return new UsageError(`${front}cannot use ${error.path}: ${fileReason(error, 'folder')}`);
  }
  const withZero = PATH_FLAGS.find((name) => invocation.text(name)?.includes('\0'));
  return withZero === undefined ? error : new UsageError(`--${withZero}: ${fileReason(error)}`);
}

/** A line about an option of the emulator, which is a flag here. */
function inFlags(line: string, config: string | undefined): string {
  const ofFlag = line.replace(
    /^(authority|serverNames|scenario)(?:\[\d+\])?(?=:)/,
    (_, option: string) => `--${OPTION_FLAGS[option]}`,
  );
  // Every other member can only be wrong in the file.
  return line !== ofFlag || line.startsWith('--') || config === undefined ? ofFlag : `--config: ${config}: ${line}`;
}

const OPTION_FLAGS: Readonly<Record<string, string>> = {
  authority: 'ca-dir',
  serverNames: 'name',
  scenario: 'scenario',
};

/** Flags whose paths the emulator opens itself. */
const PATH_FLAGS = ['dir', 'ca-dir', 'state'];

/** True for the path itself, for what is below or beside it (a lock, a new version), and for a folder above it that cannot be made. */
function isWithin(path: string, given: string | undefined): boolean {
  if (given === undefined) return false;
  const [one, other] = [resolve(path), resolve(given)];
  return one.startsWith(other) || other.startsWith(`${one}${sep}`) || dirname(one) === other;
}

const PORT_FLAGS = ['port', 'ws-port', 'api-port', 'ui-port'];

function portInUse(port: number | undefined, invocation: Invocation): string {
  // Node's error has the port, not the flag: the flag with that value is meant.
  const flag = PORT_FLAGS.find((name) => port !== undefined && invocation.text(name) === String(port)) ?? 'port';
  return `another program listens on that port (${port ?? invocation.text(flag)}); \`--${flag} 0\` takes any free one`;
}
