import { type ClientState, type ConnectOptions, connect, type MqttClient, MqttError } from '@mote/client';
import { inFlags, MQTT_FLAGS } from '@mote/client/explain';
import { type Invocation, UsageError } from '../command.ts';
import { answerHint } from '../network/what-answers.ts';
import { ABORTED } from '../provision/exit-code.ts';
import { observers } from '../provision/observers.ts';
import { abortOnSignals } from '../terminal/abort-on-signals.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { paintFor } from '../terminal/paint.ts';
import { mqttExitCodeOf } from './exit-code.ts';

const WITHOUT_TLS = 'To speak without TLS, give `mqtt://HOST` or `--transport tcp`; everyone on the way can read it.';

/**
 * Connects, calls `work`, disconnects. Prints a failure, and resolves to the exit code. Throws UsageError for a wrong option. The signal
 * that `work` gets aborts when the command is interrupted, and when the client has ended by itself.
 */
export async function session(
  invocation: Invocation,
  options: ConnectOptions,
  work: (client: MqttClient, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  // Here --debug prints a line for each packet: --verbose already means, as in mosquitto_sub, to print topics.
  const watching = observers({
    ...invocation,
    on: (flag) => invocation.on(flag === 'verbose' ? 'debug' : flag),
  });
  const abort = abortOnSignals();
  const over = new AbortController();
  abort.signal.addEventListener('abort', () => over.abort(abort.signal.reason));
  let client: MqttClient | undefined;
  try {
    const onState = losses(invocation, options.timeoutMs);
    client = await connect({ ...options, signal: abort.signal, onPacket: watching.onPacket, onState });
    client.ended.then((error) => over.abort(error));
    await work(client, over.signal);
    await client.close();
    return 0;
  } catch (error) {
    await client?.close({ drainMs: 0 });
    if (abort.signal.aborted) {
      stderr.line('interrupted');
      return ABORTED;
    }
    if (!(error instanceof MqttError)) throw error;
    if (error.code === 'invalid-options') throw new UsageError(inFlags(error, flagsOf(invocation)).message);
    return await failed(invocation, error);
  } finally {
    abort.release();
    watching.finish();
  }
}

/**
 * Prints on stderr why a connection was lost, and when the next attempt follows. Before the first connection it prints the first failure
 * alone, so that nobody waits in silence for what cannot come; the last one is printed at the end.
 */
function losses(invocation: Invocation, timeoutMs = 0): (state: ClientState) => void {
  let wasOnline = false;
  let wasTold = false;
  return (state) => {
    wasOnline ||= state.type === 'online';
    if (state.type !== 'waiting' || (wasTold && !wasOnline)) return;
    wasTold = true;
    const until = wasOnline ? `again in ${(state.delayMs / 1000).toFixed(1)}` : `trying for ${timeoutMs / 1000}`;
    stderr.line(`offline, ${until} s: ${messageOf(invocation, state.cause)}`);
  };
}

/** OpenSSL adds file and line of its own sources and the number of the alert, which help no user. */
function messageOf(invocation: Invocation, error: MqttError): string {
  const { message } = inFlags(error, MQTT_FLAGS);
  return invocation.asGiven(message.replace(/error:[\dA-F]+:SSL routines:\w*:([^:]+):\S+?:\d+:.*$/, '$1'));
}

/** The flags that set the options of `connect`, as they were given: user name and password have several. */
function flagsOf(invocation: Invocation): ReadonlyMap<string, string> {
  const given = (...flags: string[]): string => `--${flags.find((flag) => invocation.text(flag) !== undefined)}`;
  return new Map([
    ...MQTT_FLAGS,
    ['credentials.userName', given('username', 'url')],
    ['credentials.password', given('pw', 'pw-file', 'url')],
    ['will.topicName', '--will-topic'],
    ['will.payload', '--will-payload'],
  ]);
}

async function failed(invocation: Invocation, error: MqttError): Promise<number> {
  const { code, stage, retryable, returnCode, reason } = error;
  const words = inFlags(error, MQTT_FLAGS);
  const message = messageOf(invocation, error);
  const advice = (await answerHint(error, invocation.text('proxy'), WITHOUT_TLS)) ?? words.hint;
  const hint = advice === undefined ? undefined : invocation.asGiven(advice);
  if (invocation.on('json')) stdout.json({ error: { code, stage, retryable, message, hint, returnCode, reason } });
  stderr.line(`${paintFor(process.stderr).bad(code)}: ${message}`);
  if (hint !== undefined) stderr.line(hint);
  stderr.line(`\`mote explain ${returnCode === undefined ? code : `connack-${returnCode}`}\` tells more.`);
  return mqttExitCodeOf(error);
}
