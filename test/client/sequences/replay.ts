import {
  type ClientState,
  type ConnectOptions,
  createClient,
  type MqttClient,
  MqttError,
  memoryStore,
  type NetworkConnection,
} from '@mote/client';
import { parser } from 'mqtt-packet';
import { vi } from 'vitest';
import { bytesOf, sayOf, wordsOf } from './packet-words.ts';
import type { Sequence } from './tables.ts';

// A sequence is what a server says and an application does, line by line, and after each line what the client does because of it: packets
// that it sends first, then everything else. The client is the one of `createClient`, its server is in memory, and time is virtual.

/** How the bytes of one line reach the client: as one chunk, or byte by byte. */
export type Cut = 'whole' | 'byte by byte';

/** Turns of the event loop in which everything comes to rest. */
const TURNS = 4;
/** Milliseconds of the largest step of the clock. */
const STEP = 500;
const STATE = /^(online|waits|stopped)/;
const WAIT = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

/**
 * Runs a sequence. Returns its script, with what the client did. A line that begins with `? ` is an alternative: it is played on a client of
 * its own, after all lines that are none.
 */
export async function replay({ options, script }: Sequence, cut: Cut): Promise<string> {
  const happens = script.map((line) => line.split(/ ?\|/)[0]!);
  const common = happens.filter((line) => !line.startsWith('? '));
  const lines = await played(common, options, cut);
  for (const line of happens) {
    if (!line.startsWith('? ')) continue;
    const [last = ''] = (await played([...common, line.slice(2)], options, cut)).slice(-1);
    lines.push(`? ${last}`);
  }
  return lines.join('\n');
}

async function played(script: readonly string[], options: Sequence['options'], cut: Cut): Promise<string[]> {
  const player = new Player(options, cut);
  await settle();
  // CONNECT is left out, unless the script begins with `start`.
  if (script[0] !== 'start') player.done();
  const lines: string[] = [];
  for (const happens of script) {
    await player.play(happens);
    lines.push(`${happens} | ${player.done()}`.trim());
  }
  player.end();
  return lines;
}

class Player {
  readonly #options: Partial<ConnectOptions>;
  readonly #cut: Cut;
  readonly #clock;
  #client: MqttClient;
  readonly #sent: string[] = [];
  readonly #told: string[] = [];
  readonly #held = new Map<string, () => void>();
  readonly #streams = new Map<string, { close(): Promise<void> }>();
  readonly #aborts = new Map<string, AbortController>();
  #data: (bytes: Uint8Array) => void = () => {};
  #closed: (error?: unknown) => void = () => {};
  #jumped = 0;
  /** How often the process was started. What an earlier one does is not seen. */
  #processes = 0;
  #slow = false;

  constructor(options: Partial<ConnectOptions>, cut: Cut) {
    this.#cut = cut;
    this.#options = { ...options, ...(options.store && { store: memoryStore() }) };
    const fake = performance.now.bind(performance);
    this.#clock = vi.spyOn(performance, 'now').mockImplementation(() => fake() + this.#jumped);
    this.#client = this.#start();
  }

  #start(): MqttClient {
    const process = ++this.#processes;
    return createClient({
      host: 'server',
      clientId: 'device',
      keepAlive: 0,
      transport: { name: 'memory', dial: (_target, events) => this.#dial(events) },
      onState: (state) => process === this.#processes && this.#told.push(...wordOf(state)),
      ...this.#options,
    } as ConnectOptions);
  }

  /** Ends the client, whatever its state. */
  end(): void {
    this.#client.close({ drainMs: 0 });
    this.#clock.mockRestore();
  }

  /** What the client did since the last call. */
  done(): string {
    const told = this.#told.splice(0);
    // A message in the chunk of CONNACK may be given before `online` is told: its place is not promised.
    const states = told.filter((word) => STATE.test(word));
    return [...this.#sent.splice(0), ...states, ...told.filter((word) => !STATE.test(word))].join('; ');
  }

  async play(line: string): Promise<void> {
    const [verb = '', ...words] = line.split(' ');
    const act = this.#acts[verb];
    if (act) await act(...words);
    else {
      const bytes = Buffer.concat(line.split(' + ').map((said) => sayOf(said)));
      if (this.#cut === 'whole') this.#data(bytes);
      else for (let at = 0; at < bytes.length; at++) this.#data(bytes.subarray(at, at + 1));
    }
    await settle();
  }

  readonly #acts: Record<string, (...words: string[]) => unknown> = {
    start: () => {},
    cut: () => this.#closed(),
    fail: () => this.#closed(new Error('reset')),
    slow: () => {
      this.#slow = true;
    },
    kill: () => {
      const [client, closed] = [this.#client, this.#closed];
      this.#client = this.#start();
      closed();
      client.close({ drainMs: 0 });
    },
    jump: (time) => {
      this.#jumped += msOf(time!);
    },
    wait: async (time) => {
      for (let left = msOf(time!); left > 0; left -= STEP) {
        vi.advanceTimersByTime(Math.min(left, STEP));
        await settle();
      }
    },
    pub: (qos, payload = '', ...more) => this.#publish(Number(qos), payload, more),
    flood: (qos, count) => {
      const quiet = Number(count) > 20 ? ['quiet'] : [];
      for (let at = 1; at <= Number(count); at++) this.#publish(Number(qos), `${at}`, quiet);
    },
    abort: (payload) => this.#aborts.get(payload!)!.abort('aborted'),
    sub: (filter, qos, ...more) => this.#subscribe(filter!, Number(qos), more),
    unsub: async (filter) => {
      const gone = this.#streams.get(filter!)!.close();
      gone.then(() => this.#told.push(`left ${filter}`));
    },
    ack: (payload) => this.#held.get(payload!)!(),
    reconnect: () => this.#client.reconnect(),
    close: (time = '5s') =>
      void this.#client.close({ drainMs: msOf(time) }).then(() => this.#told.push('close resolves')),
  };

  #publish(qos: number, payload: string, more: string[]): void {
    const abort = new AbortController();
    const after = /^after=(.*)$/;
    const limit = more.find((word) => after.test(word));
    this.#aborts.set(payload, abort);
    const quiet = more.includes('quiet');
    const process = this.#processes;
    this.#client
      .publish(more.find((word) => /^topic=/.test(word))?.slice(6) ?? 'out', bytesOf(payload), {
        qos: qos as 0,
        retain: more.includes('retain'),
        ...(!quiet && { signal: abort.signal }),
        ...(limit && { timeoutMs: msOf(after.exec(limit)![1]!) }),
      })
      .then(
        () => quiet || this.#told.push(`${payload || 'empty'} done`),
        (error) => process === this.#processes && this.#told.push(`${payload} ${codeOf(error)}`),
      );
  }

  #subscribe(filter: string, qos: number, more: string[]): void {
    const manual = more.includes('manual');
    const process = this.#processes;
    const stream = this.#client.subscribe(
      filter,
      (message) => {
        const { topicName, payload, retain, duplicate } = message;
        const text = payload.length > 20 ? `${payload.length} bytes` : String(Buffer.from(payload));
        const flags = `${duplicate ? ' dup' : ''}${retain ? ' retain' : ''}`;
        this.#told.push(`${filter} gets ${[topicName, text].join(' ').trim()} q${message.qos}${flags}`);
        if (manual) this.#held.set(text, () => message.ack());
        if (more.includes('throws')) throw new Error('handler');
      },
      { qos: qos as 0, ack: manual ? 'manual' : 'after' },
    );
    this.#streams.set(filter, stream);
    stream.granted.then(
      (granted) => this.#told.push(`${filter} granted ${granted}`),
      (error) => process === this.#processes && this.#told.push(`${filter} ${codeOf(error)}`),
    );
  }

  #dial(events: {
    connected(): void;
    data(bytes: Uint8Array): void;
    closed(error?: unknown): void;
  }): NetworkConnection {
    const incoming = parser({ protocolVersion: 4 });
    let open = true;
    incoming.on('packet', (packet) => this.#sent.push(open ? wordsOf(packet) : `behind the end: ${wordsOf(packet)}`));
    incoming.on('error', (error) => this.#sent.push(String(error)));
    this.#data = (bytes) => events.data(bytes);
    this.#closed = (error) => {
      open = false;
      events.closed(error);
    };
    if (!this.#slow) queueMicrotask(() => events.connected());
    const end = (): void => {
      if (open) this.#told.push('hangs up');
      open = false;
      events.closed();
    };
    return { send: (bytes) => void incoming.parse(Buffer.from(bytes)), close: end, abort: end };
  }
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < TURNS; turns++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function wordOf(state: ClientState): string[] {
  if (state.type === 'connecting') return [];
  if (state.type === 'waiting') return [`waits: ${codeOf(state.cause)}`];
  if (state.type === 'stopped') return [`stopped: ${codeOf(state.error)}`];
  if (state.type === 'online') return [state.sessionPresent ? 'online, session present' : 'online'];
  return [state.type];
}

function codeOf(error: unknown): string {
  if (!(error instanceof MqttError)) return String(error);
  const { code, reason, returnCode } = error;
  return [code, reason, returnCode].filter((part) => part !== undefined).join(' ');
}

function msOf(time: string): number {
  const [, count, unit] = /^([\d.]+)(ms|s|min|h)$/.exec(time)!;
  return Number(count) * WAIT[unit as keyof typeof WAIT];
}
