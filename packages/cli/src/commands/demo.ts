import { type Assignment, groupKey, type ProvisionOptions, provision, symmetricKey, x509 } from '@mote/client';
import { type Emulator, type EnrollmentSummary, startEmulator } from '@mote/emulator';
import type { Command } from '../command.ts';
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
    'starts the emulator, provisions devices against it over real TLS and WebSocket, and draws what went over the wire',
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
    await using dps = await startEmulator({ pollsBeforeAssigned: 1, retryAfterSeconds: 1 });
    const paint = paintFor(process.stdout);
    stdout.lines([
      'Nothing leaves this machine: the emulator of the Device Provisioning Service listens on',
      `${dps.host}:${dps.port} (TLS) and ${dps.host}:${dps.webSocketPort} (WebSocket), ID scope ${dps.idScope}.`,
      '',
    ]);
    const devices = devicesOf(dps);
    for (const [i, device] of devices.entries()) {
      stdout.line(paint.bold(`${i + 1} of ${devices.length}: ${device.title}`));
      const exchange = new Exchange();
      const assignment = await provisionDevice(dps, device.options, exchange, abort.signal);
      // The others look nearly the same.
      if (i === 0) stdout.lines(drawn(exchange));
      stdout.lines([`${assignment.deviceId} is assigned to ${paint.good(assignment.assignedHub)}`, '']);
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    stdout.lines([
      paint.good(`${devices.length} of ${devices.length} devices assigned in ${seconds} s.`),
      '',
      ...next(),
    ]);
    return 0;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    stderr.line('interrupted; nothing is left running');
    return ABORTED;
  } finally {
    abort.release();
  }
}

function drawn(exchange: Exchange): string[] {
  const { messages, acknowledgements } = foldAcknowledgements(exchange.messages);
  const paint = paintFor(process.stdout);
  return [
    '',
    ...terminalDiagram(messages, paint),
    paint.dim(
      `${acknowledgements} PUBACK packets are not drawn; \`mote provision --diagram FILE\` draws every packet.`,
    ),
    '',
  ];
}

/** Commands for the next minute. In a clone the command is not on the PATH, and npx finds it. */
function next(): string[] {
  const mote = process.env['npm_lifecycle_event'] === 'demo' ? 'npx mote' : 'mote';
  const tries = [
    ['emulate --ui', 'the emulator with a dashboard in the browser'],
    ['emulate --scenario throttled', 'a service that answers 429 at first'],
    ['explain 401002', 'what a code means, how to check, what to do'],
    ['inspect 20020005', 'the bytes of a packet, field by field'],
    ['doctor --help', 'finds what is wrong with a device'],
  ] as const;
  return ['Now try:', ...tries.map(([words, what]) => `  ${`${mote} ${words}`.padEnd(40)} ${what}`)];
}

interface DemoDevice {
  readonly title: string;
  readonly options: Pick<ProvisionOptions, 'registrationId' | 'attestation' | 'transport'>;
}

function devicesOf(dps: Emulator): DemoDevice[] {
  const enrolled = (kind: EnrollmentSummary['kind'], attestation: EnrollmentSummary['attestation']) =>
    dps.enrollments.find((enrollment) => enrollment.kind === kind && enrollment.attestation === attestation)!;
  const keyed = enrolled('individual', 'symmetricKey');
  const registrationId = enrolled('individual', 'x509').registrationId!;
  return [
    {
      title: 'A device with a key of its own, over TLS',
      options: { registrationId: keyed.registrationId!, attestation: symmetricKey(keyed.primaryKey!) },
    },
    {
      title: 'A device whose key is derived from the key of its enrollment group, over TLS',
      options: { registrationId: 'sensor-17', attestation: groupKey(enrolled('group', 'symmetricKey').primaryKey!) },
    },
    {
      title: 'A device with a certificate, over WebSocket',
      options: {
        registrationId,
        attestation: x509(dps.issueDeviceCertificate(registrationId)),
        transport: 'websocket',
      },
    },
  ];
}

async function provisionDevice(
  dps: Emulator,
  device: DemoDevice['options'],
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Assignment> {
  const steps = stepsOn(process.stderr);
  const assignment = await provision({
    ...device,
    idScope: dps.idScope,
    endpoint: `${dps.host}:${device.transport === 'websocket' ? dps.webSocketPort : dps.port}`,
    tls: { ca: dps.ca },
    signal,
    onProgress: (event) => steps.next(event),
    onPacket: exchange.add,
  }).catch((error: unknown) => {
    steps.failed();
    throw error;
  });
  steps.done();
  return assignment;
}
