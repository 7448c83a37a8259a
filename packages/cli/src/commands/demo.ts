import { groupKey, type ProvisionOptions, provision, symmetricKey, x509 } from '@mote/client';
import { type Emulator, type EnrollmentSummary, startEmulator } from '@mote/emulator';
import type { Command } from '../command.ts';
import { Exchange } from '../diagram/exchange.ts';
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
  try {
    await using dps = await startEmulator({ pollsBeforeAssigned: 1, retryAfterSeconds: 1 });
    stdout.lines([`a DPS endpoint of our own listens on ${dps.host}:${dps.port}, ID scope ${dps.idScope}`, '']);
    for (const device of devicesOf(dps)) {
      stdout.line(paintFor(process.stdout).bold(device.title));
      await provisionAndDraw(dps, device.options, abort.signal);
    }
    return 0;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    stderr.line('interrupted; nothing is left running');
    return ABORTED;
  } finally {
    abort.release();
  }
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

async function provisionAndDraw(dps: Emulator, device: DemoDevice['options'], signal: AbortSignal): Promise<void> {
  const exchange = new Exchange();
  const steps = stepsOn(process.stderr);
  const assignment = await provision({
    ...device,
    idScope: dps.idScope,
    endpoint: `${dps.host}:${device.transport === 'websocket' ? dps.webSocketPort : dps.port}`,
    tls: { ca: dps.ca },
    signal,
    onProgress: (event) => steps.next(event.message, event.elapsedMs),
    onPacket: exchange.add,
  }).catch((error: unknown) => {
    steps.failed();
    throw error;
  });
  steps.done();
  const paint = paintFor(process.stdout);
  stdout.lines(['', ...terminalDiagram(exchange.messages, paint), '']);
  stdout.lines([`${assignment.deviceId} is assigned to ${paint.good(assignment.assignedHub)}`, '']);
}
