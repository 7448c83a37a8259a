import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from '@mote/client';
import { isTopicName } from '@mote/codec';
import { wholeNumber } from '../arguments.ts';
import { type Command, type Flag, type Invocation, UsageError } from '../command.ts';
import { linesOf } from '../device/lines.ts';
import { standardInput } from '../device/standard-input.ts';
import { flagFile } from '../flags/flag-file.ts';
import { required } from '../flags/flag-values.ts';
import { connectOptions, MQTT_FLAGS, qosOf, secondsOf } from '../mqtt/flags.ts';
import { FOREIGN_FLAGS } from '../mqtt/foreign-flags.ts';
import { urlOf } from '../mqtt/server-url.ts';
import { session } from '../mqtt/session.ts';
import { ABORTED } from '../provision/exit-code.ts';
import { stdout } from '../terminal/output.ts';

/** Bytes of the largest message that is read from a file or standard input. The protocol's own limit is 268,435,455 for a whole packet. */
const MOST_BYTES = 268_000_000;
/** Most messages under way at once. It keeps memory bounded when standard input is faster than the server. */
const MOST_UNDER_WAY = 64;

const FLAGS: readonly Flag[] = [
  { name: 'topic', short: 't', value: 'TOPIC', summary: 'topic to publish to' },
  { name: 'message', short: 'm', value: 'TEXT', summary: 'message', repeatable: true },
  { name: 'file', short: 'f', value: 'FILE', summary: 'file whose bytes are the message' },
  { name: 'stdin-line', short: 'l', summary: 'each line of standard input is a message' },
  { name: 'stdin-file', short: 's', summary: 'all of standard input is one message' },
  { name: 'null-message', short: 'n', summary: 'an empty message; with --retain it removes the retained one' },
  { name: 'qos', short: 'q', value: '0|1|2', summary: 'QoS; default 0', choices: ['0', '1', '2'] },
  { name: 'retain', short: 'r', summary: 'the server retains the message for later subscribers' },
  { name: 'repeat', value: 'COUNT', summary: 'publish the message that often; default 1' },
  { name: 'repeat-delay', value: 'SECONDS', summary: 'wait between them, such as 0.5; default 0' },
  {
    name: 'max-inflight',
    short: 'M',
    value: 'COUNT',
    summary: 'messages of QoS 1 and 2 under way at once; default 16',
  },
  ...MQTT_FLAGS,
  { name: 'json', summary: 'print {"published"} or {"error"}' },
];

export const publishCommand: Command = {
  name: 'publish',
  summary: 'publishes to a topic of any MQTT 3.1.1 server',
  usage: 'HOST[:PORT] -t TOPIC (-m TEXT | -f FILE | -l | -s | -n) [FLAGS]',
  flags: FLAGS,
  environmentPrefix: 'DPS_MQTT_',
  operands: 1,
  hostFlag: true,
  foreign: FOREIGN_FLAGS,
  notes: [
    'Exit code 0 when everything is acknowledged (QoS 1, 2) or sent (QoS 0); the others are those of `mote provision`, and',
    '17 queue-full, 18 session-lost, 41 expired. TCP without TLS is asked for: mqtt://HOST, or --transport tcp.',
  ],
  run: runPublish,
};

async function runPublish(invocation: Invocation): Promise<number> {
  const topic = invocation.text('topic') ?? urlOf(invocation)?.topic ?? required(invocation, 'topic');
  if (!isTopicName(topic)) throw new UsageError('--topic is one topic to publish to: without + and #');
  const ways = ['message', 'file', 'stdin-line', 'stdin-file', 'null-message'].filter(
    (flag) => invocation.text(flag) !== undefined || invocation.on(flag),
  );
  if (ways.length === 0) throw new UsageError('say what to publish: one of -m, -f, -l, -s and -n');
  if (ways.length > 1)
    throw new UsageError(`${ways.map((flag) => `--${flag}`).join(' and ')} exclude each other: give one`);
  if (invocation.texts('message').length > 1)
    throw new UsageError('--message is given more than once: one message is published; -l takes several, a line each');
  const repeat = wholeNumber(invocation, 'repeat', 1, 1_000_000_000) ?? 1;
  const delayMs = secondsOf(invocation, 'repeat-delay', 86_400) * 1000;
  const options = connectOptions(invocation);
  const payload = payloadOf(invocation);
  const settings = { qos: qosOf(invocation) ?? 0, retain: invocation.on('retain') } as const;
  let published = 0;
  const work = async (client: MqttClient, signal: AbortSignal): Promise<void> => {
    const underWay = new Set<Promise<void>>();
    // One refused message ends the command: a script that reads the exit code must not learn of it only at the end.
    const stop = new AbortController();
    signal.addEventListener('abort', () => stop.abort(signal.reason));
    try {
      for await (const message of payload === undefined
        ? lines(stop.signal)
        : repeated(payload, repeat, delayMs, stop.signal)) {
        const one = client
          .publish(topic, message, { ...settings, signal })
          .then(() => void published++)
          .catch((error: unknown) => stop.abort(error))
          .finally(() => underWay.delete(one));
        underWay.add(one);
        if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
        if (stop.signal.aborted) break;
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    await Promise.all(underWay);
    stop.signal.throwIfAborted();
  };
  const window = wholeNumber(invocation, 'max-inflight', 1, 65_000);
  const code = await session(invocation, { ...options, window }, work);
  if (code === 0 && invocation.on('json')) stdout.json({ published });
  if (code === ABORTED && invocation.on('json')) stdout.json({ error: { code: 'aborted', message: 'interrupted' } });
  return code;
}

/** The message, or undefined if each line of standard input is one. It is read before the dial: a missing file makes no connection. */
function payloadOf(invocation: Invocation): Uint8Array | undefined {
  const file = invocation.text('file');
  if (file !== undefined) return flagFile('file', file, MOST_BYTES);
  if (invocation.on('stdin-file')) {
    const bytes = flagFile('stdin-file', '-', MOST_BYTES);
    // With --retain it would remove what is retained, although only the program in front has failed.
    if (bytes.length === 0) throw new UsageError('there is nothing on standard input; -n publishes an empty message');
    return bytes;
  }
  if (invocation.on('stdin-line')) return undefined;
  return Buffer.from(invocation.text('message') ?? '');
}

async function* repeated(
  payload: Uint8Array,
  count: number,
  delayMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    if (i > 0 && delayMs > 0) await sleep(delayMs, undefined, { signal });
    yield payload;
  }
}

async function* lines(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const { number, bytes } of linesOf(standardInput(signal), MOST_BYTES)) {
    if (bytes === undefined) throw new UsageError(`line ${number} of standard input has more than ${MOST_BYTES} bytes`);
    yield bytes;
  }
}
