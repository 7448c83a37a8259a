import { connectHub, type HubDevice, HubError, openDevice } from '@mote/client';
import type { Command, Invocation } from '../command.ts';
import { DEVICE_FLAGS, methodAnswers, pairsOf, type Way, wayOf } from '../device/flags.ts';
import { deviceFailed, wordsOf } from '../device/outcome.ts';
import { standardInput } from '../device/standard-input.ts';
import { type States, statesOn } from '../device/states.ts';
import { type Sent, sendLines } from '../device/telemetry.ts';
import { tellDesired, tellMessage, tellMethod } from '../device/tell.ts';
import { jsonObject } from '../flags/json-object.ts';
import { ABORTED } from '../provision/exit-code.ts';
import { type Observers, observers } from '../provision/observers.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { stderr, stdout } from '../terminal/output.ts';

/** Milliseconds that messages under way get for their acknowledgement when the device is closed. */
const DRAIN_MS = 2000;

export const deviceCommand: Command = {
  name: 'device',
  summary:
    'runs a device at its hub: sends each line of standard input as telemetry; prints messages, methods and twin changes',
  usage: '[the flags of provision] [--cache FILE] [--property NAME=TEXT] [--method NAME=JSON] [--exit-on-eof] [FLAGS]',
  flags: DEVICE_FLAGS,
  environmentPrefix: 'DPS_',
  operands: 0,
  notes: [
    'A line that is JSON is sent as JSON, any other as text; empty lines are skipped. When standard input ends, the device stays connected: --exit-on-eof',
    'ends it then. Ctrl-C disconnects it and ends with exit code 130. Against `mote emulate --port 8883 --dir .`: --host localhost:8883 --ca ca.pem.',
    'Exit codes are those of `mote provision`, and 36 too-large, 37 taken-over, 38 unsupported-profile; `mote explain exit-N` tells more.',
  ],
  run: runDevice,
};

async function runDevice(invocation: Invocation): Promise<number> {
  // Files are read before abortOnSignals: reading may block on a pipe, and until then Ctrl-C still ends the process.
  const way = wayOf(invocation);
  const answers = methodAnswers(invocation);
  const properties = Object.fromEntries(pairsOf(invocation, 'property'));
  const reported = invocation.text('reported');
  const patch = reported === undefined ? undefined : jsonObject('reported', reported, '{"firmware":"1.2"}');
  const input = standardInput();
  const watching = observers(invocation);
  const states = statesOn(process.stderr, (error) => invocation.asGiven(wordsOf(invocation, error, way).message));
  const abort = abortOnSignals();
  try {
    const device = await opened(way, { signal: abort.signal, states, watching });
    try {
      listen(device, answers, invocation.on('json'));
      const lasting = serve(device, invocation.on('json'));
      if (patch !== undefined) await Promise.race([device.twin.report(patch), lasting]);
      const lines = sendLines(device, input, properties, invocation.asGiven);
      // When the device ends first, standard input is destroyed below and `lines` rejects. That is not worth an error.
      lines.catch(() => {});
      const over = invocation.on('exit-on-eof') ? lines : lines.then(() => new Promise<never>(() => {}));
      const sent = await Promise.race([over, lasting, interrupted(abort.signal)]);
      await device.close({ drainMs: DRAIN_MS });
      if (sent !== undefined) return summed(sent);
      stderr.line('interrupted; the device is disconnected');
      return ABORTED;
    } finally {
      // An open terminal or pipe would keep the process running.
      process.stdin.destroy();
      await device.close({ drainMs: 0 });
    }
  } catch (error) {
    states.failed();
    if (abort.signal.aborted) {
      stderr.line('interrupted before the device was online');
      if (invocation.on('json'))
        stdout.json({ error: { code: 'aborted', message: 'interrupted before the device was online' } });
      return ABORTED;
    }
    if (error instanceof HubError) return await deviceFailed(invocation, error, way);
    throw error;
  } finally {
    abort.release();
    watching.finish();
  }
}

interface Watching {
  readonly signal: AbortSignal;
  readonly states: States;
  readonly watching: Observers;
}

/** Opens the device. The signal aborts only the opening: a device that is online is closed by `close`, which sends DISCONNECT. */
async function opened(way: Way, { signal, states, watching }: Watching): Promise<HubDevice> {
  const opening = new AbortController();
  const abort = (): void => opening.abort(signal.reason);
  signal.addEventListener('abort', abort);
  const watch = { signal: opening.signal, onPacket: watching.onPacket };
  try {
    if (way.kind === 'hub') return await connectHub({ ...way.options, ...watch, onState: states.state });
    const hub = { ...way.options.hub, onState: states.state };
    return await openDevice({ ...way.options, ...watch, hub, onProgress: states.progress });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Answers methods: those of --method with their JSON, every other with its own payload. */
function listen(device: HubDevice, answers: ReadonlyMap<string, unknown>, json: boolean): void {
  const answer = (name: string, payloadOf: (asked: unknown) => unknown) =>
    device.onMethod(name, (request) => {
      const payload = payloadOf(request.payload);
      tellMethod(request, 200, payload)(json);
      return { status: 200, payload };
    });
  answer('*', (asked) => asked).catch(() => {});
  for (const [name, payload] of answers) answer(name, () => payload).catch(() => {});
}

/** Prints messages and twin changes. Never resolves; rejects with the error that ends the device. */
function serve(device: HubDevice, json: boolean): Promise<never> {
  const loop = async <Value>(
    what: string,
    values: AsyncIterable<Value>,
    tell: (value: Value) => (json: boolean) => void,
  ) => {
    try {
      for await (const value of values) tell(value)(json);
    } catch (error) {
      // A hub of the basic tier refuses these subscriptions. The device goes on: it can still send telemetry.
      if (!(error instanceof HubError) || error.code !== 'subscribe-refused') throw error;
      stderr.line(`mote: the hub grants no ${what}: is it of the basic tier?`);
    }
    return await new Promise<never>(() => {});
  };
  return Promise.race([
    loop('messages', device.messages(), tellMessage),
    loop('twin', device.twin.desired(), tellDesired),
  ]);
}

function interrupted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
}

function summed({ messages, failures, exitCode }: Sent): number {
  stderr.line(`${messages} messages are at the hub${failures === 0 ? '' : `, ${failures} are not`}`);
  return exitCode;
}
