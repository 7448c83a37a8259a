import { MqttError, type ReceivedMessage } from '@mote/client';
import { isTopicFilter, topicMatches } from '@mote/codec';
import { wholeNumber } from '../arguments.ts';
import { type Command, type Flag, type Invocation, UsageError } from '../command.ts';
import { connectOptions, MQTT_FLAGS, qosOf } from '../mqtt/flags.ts';
import { FOREIGN_FLAGS } from '../mqtt/foreign-flags.ts';
import { jsonOf, messageFormat } from '../mqtt/message-text.ts';
import { urlOf } from '../mqtt/server-url.ts';
import { session } from '../mqtt/session.ts';
import { stdout } from '../terminal/output.ts';

const FLAGS: readonly Flag[] = [
  {
    name: 'topic',
    short: 't',
    value: 'FILTER',
    summary: 'Topic Filter; may be given more than once',
    repeatable: true,
  },
  { name: 'qos', short: 'q', value: '0|1|2', summary: 'QoS to ask for; default 0', choices: ['0', '1', '2'] },
  { name: 'count', short: 'C', value: 'COUNT', summary: 'end after this many messages' },
  { name: 'wait', short: 'W', value: 'SECONDS', summary: 'end after this time; a failure if --count was not reached' },
  { name: 'verbose', short: 'v', summary: 'print the topic in front of each message' },
  { name: 'no-eol', short: 'N', summary: 'no line feed after a message' },
  { name: 'no-retained', short: 'R', summary: 'skip retained messages' },
  {
    name: 'retained-only',
    summary: 'print what the server had kept and nothing else; the first other message ends it',
  },
  { name: 'remove-retained', summary: 'have the server forget each kept message that is printed or passed over' },
  {
    name: 'filter-out',
    short: 'T',
    value: 'FILTER',
    summary: 'pass over messages whose topic it matches; may be given more than once',
    repeatable: true,
  },
  { name: 'exit-when-subscribed', short: 'E', summary: 'end as soon as the server has granted every filter' },
  {
    name: 'format',
    short: 'F',
    value: 'FORMAT',
    summary:
      'what to print: %t topic, %p payload, %q QoS, %r retain, %l length, %x hex, %b base64, %I time, %@H and others of strftime, %j JSON, %J JSON with the payload as JSON, and \\n, \\t, …; %-20t and %08l fill up, %.10p cuts',
  },
  ...MQTT_FLAGS,
  { name: 'json', summary: 'print one JSON object for each message' },
];

export const subscribeCommand: Command = {
  name: 'subscribe',
  summary: 'prints the messages of topics of any MQTT 3.1.1 server',
  usage: 'HOST[:PORT] -t FILTER [-t FILTER ...] [-C COUNT] [-W SECONDS] [FLAGS]',
  flags: FLAGS,
  environmentPrefix: 'DPS_MQTT_',
  operands: 1,
  hostFlag: true,
  foreign: FOREIGN_FLAGS,
  notes: [
    'Exit code 0 after --count messages or --wait seconds, 40 when there were fewer than --count by then, 16 when the server',
    'refuses a filter; the others are those of `mote provision`. TCP without TLS is asked for: mqtt://HOST, or --transport tcp.',
  ],
  run: runSubscribe,
};

async function runSubscribe(invocation: Invocation): Promise<number> {
  const filters = topicsOf(invocation);
  if (!filters.length) throw new UsageError('--topic is missing');
  const isWanted = selection(invocation);
  const count = wholeNumber(invocation, 'count', 1, Number.MAX_SAFE_INTEGER) ?? Infinity;
  const wait = wholeNumber(invocation, 'wait', 1, 31_536_000);
  const print = printer(invocation);
  const options = connectOptions(invocation);
  const qos = qosOf(invocation) ?? 0;
  return session(invocation, options, async (client, signal) => {
    let left = count;
    /** Topics whose retained message was removed. The empty message that removed it also comes back to us, and is not printed. */
    const removed = new Set<string>();
    const timer = new AbortController();
    const timeout = wait === undefined ? undefined : setTimeout(() => timer.abort(), wait * 1000);
    try {
      await new Promise<void>((resolve, reject) => {
        const onMessage = async (message: ReceivedMessage): Promise<void> => {
          const { topicName, retain } = message;
          if (left <= 0) return;
          if (!retain && message.payload.length === 0 && removed.delete(topicName)) return;
          if (retain && invocation.on('remove-retained')) {
            removed.add(topicName);
            await client.publish(topicName, '', { retain: true });
          }
          if (!retain && invocation.on('retained-only')) {
            left = 0;
            return resolve();
          }
          if (!isWanted(message)) return;
          left--;
          await print(message);
          if (left === 0) resolve();
        };
        timer.signal.addEventListener('abort', () => {
          if (count === Infinity) resolve();
          else
            reject(
              new MqttError(
                'timed-out',
                'online',
                { retryable: true },
                `${count - left} of ${count} messages in ${wait} s`,
              ),
            );
        });
        signal.addEventListener('abort', () => reject(signal.reason));
        const streams = filters.map((filter, index) => {
          // A message that matches several filters is given to the handler of each. Only the first of them prints it.
          const earlier = filters.slice(0, index);
          const isNew = ({ topicName }: ReceivedMessage) => !earlier.some((other) => topicMatches(other, topicName));
          return client.subscribe(filter, async (message) => (isNew(message) ? onMessage(message) : undefined), {
            qos,
          });
        });
        Promise.all(streams.map((stream) => stream.granted)).then(() => {
          if (invocation.on('exit-when-subscribed')) resolve();
        }, reject);
      });
    } finally {
      clearTimeout(timeout);
    }
  });
}

/** The Topic Filters of the URL and of --topic. */
function topicsOf(invocation: Invocation): readonly string[] {
  const inUrl = urlOf(invocation)?.topic;
  const filters = [...(inUrl === undefined ? [] : [inUrl]), ...invocation.texts('topic')];
  checkFilters('topic', filters);
  return filters;
}

function checkFilters(flag: string, filters: readonly string[]): void {
  if (filters.some((filter) => !isTopicFilter(filter)))
    throw new UsageError(`--${flag} is a Topic Filter: + fills a whole level, # the last one`);
}

/** Whether a message is to be printed, by --no-retained and --filter-out. Throws UsageError for flags that exclude each other. */
function selection(invocation: Invocation): (message: ReceivedMessage) => boolean {
  const out = invocation.texts('filter-out');
  checkFilters('filter-out', out);
  const isStale = invocation.on('no-retained');
  if (isStale && invocation.on('retained-only')) throw new UsageError('--retained-only excludes --no-retained');
  return ({ topicName, retain }) => !(retain && isStale) && !out.some((filter) => topicMatches(filter, topicName));
}

/**
 * Returns what prints a message. It resolves when standard output has room again. Until then the message is not acknowledged, so a
 * slow reader slows the server down and no memory fills.
 */
function printer(invocation: Invocation): (message: ReceivedMessage) => Promise<void> {
  const given = invocation.text('format');
  if (given !== undefined && invocation.on('json')) throw new UsageError('--format excludes --json');
  // As in mosquitto_sub, a format comes before --verbose.
  const format = messageFormat(
    given ?? (invocation.on('verbose') ? '%t %p' : '%p'),
    invocation.on('no-eol') ? '' : '\n',
  );
  return async (message) => {
    const at = new Date();
    if (invocation.on('json')) stdout.json(jsonOf(message, at));
    else if (!stdout.bytes(format(message, at))) await stdout.drained();
  };
}
