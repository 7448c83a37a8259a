import { readFileSync, writeFileSync } from 'node:fs';
import { decodePublish, encodeSubscribeInto, type Packet, PUBLISH, SUBSCRIBE } from '@mote/codec';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { HubError } from '../../packages/client/src/hub/error.ts';
import { makeLife } from '../../packages/client/src/hub/life.ts';
import type { DeviceLife, LifeAction } from '../../packages/client/src/hub/life-options.ts';
import type { ClientState } from '../../packages/client/src/mqtt/client-options.ts';
import { MqttConnection } from '../../packages/client/src/mqtt/connection.ts';
import { MqttError, type MqttErrorCode } from '../../packages/client/src/mqtt/error.ts';
import { ASSIGNED, ASSIGNING, CONNACK, Machine, reply, SUBACK } from './machine.ts';

// The diagrams of docs/architecture.md are drawn from the machines: every event is put to every state that can be reached, and
// what follows is an arrow. `MOTE_DRAW=1 npx vitest run test/client/state-diagrams` writes them; otherwise they are compared.

const PAGE = new URL('../../docs/architecture.md', import.meta.url);

/** From state and event to state, in the order of discovery. */
function draw(states: ReadonlyMap<string, readonly (readonly [event: string, to: string])[]>, start: string): string {
  const lines = ['```mermaid', 'stateDiagram-v2', `  [*] --> ${start}`];
  for (const [state, arrows] of states) {
    const byTarget = new Map<string, string[]>();
    for (const [event, to] of arrows) if (to !== state) byTarget.set(to, [...(byTarget.get(to) ?? []), event]);
    for (const [to, events] of byTarget) lines.push(`  ${state} --> ${to}: ${[...new Set(events)].join(', ')}`);
    if (byTarget.size === 0) lines.push(`  ${state} --> [*]`);
  }
  return [...lines, '```'].join('\n');
}

/** All states that these events lead to from the start, each reached anew by the shortest way. */
function explore<M>(
  make: () => M,
  stateOf: (machine: M) => string,
  events: Readonly<Record<string, (machine: M) => unknown>>,
): string {
  const ways = new Map<string, string[]>([[stateOf(make()), []]]);
  const arrows = new Map<string, (readonly [string, string])[]>();
  for (const [state, way] of ways) {
    const found: (readonly [string, string])[] = [];
    for (const [name, happen] of Object.entries(events)) {
      const machine = make();
      for (const step of way) events[step]!(machine);
      happen(machine);
      const to = stateOf(machine);
      found.push([name, to]);
      if (!ways.has(to)) ways.set(to, [...way, name]);
    }
    arrows.set(state, found);
  }
  return draw(arrows, [...ways.keys()][0]!);
}

function compare(name: string, drawn: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const block = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (process.env['MOTE_DRAW'])
    writeFileSync(
      PAGE,
      page.replace(block, (_, before, after) => `${before}${drawn}\n${after}`),
    );
  expect(block.exec(readFileSync(PAGE, 'utf8'))?.[0]).toBe(`<!-- ${name} -->\n${drawn}\n<!-- /${name} -->`);
}

/** The stage of the last thing that a Registration told; `backing off` between two connections. */
function stageOf(machine: Machine): string {
  if (machine.outcome) return machine.outcome.type;
  const last = machine.actions.filter(({ type }) => ['progress', 'hang-up', 'dial', 'send'].includes(type)).at(-1);
  if (last?.type === 'hang-up') return 'backing_off';
  const told = machine.actions.flatMap((action) => (action.type === 'progress' ? [action.event] : [])).at(-1)!;
  if (told.type === 'dialling') return 'dial';
  if (told.type === 'connected') return 'connect';
  if (told.type === 'connect-accepted') return 'subscribe';
  return told.type === 'registering' ? 'register' : told.type === 'polling' ? 'poll' : 'wait';
}

test('the diagram of a Registration is the one that it walks', () => {
  const retry = { attempts: 1, baseMs: 2000 };
  const answer = (machine: Machine, status: number, body: unknown): unknown =>
    machine.receive(
      reply(status, `${machine.progress('registering').length + machine.progress('polling').length}`, body),
    );
  const drawn = explore(() => new Machine({ retry }).start(), stageOf, {
    connected: (machine) => machine.connected(),
    CONNACK: (machine) => machine.receive(CONNACK),
    SUBACK: (machine) => machine.receive(SUBACK),
    '202': (machine) => answer(machine, 202, ASSIGNING),
    assigned: (machine) => answer(machine, 200, ASSIGNED),
    '429': (machine) => answer(machine, 429, {}),
    '403': (machine) => answer(machine, 403, {}),
    lost: (machine) => machine.lost(),
    silence: (machine) => machine.advance(30_000),
    violation: (machine) => machine.receive(Buffer.from('ffff', 'hex')),
  });
  compare('registration-states', drawn);
});

test('the diagram of a Connection is the one that it walks', () => {
  class Subject {
    now = 0;
    readonly packets: Packet[] = [];
    readonly connection = new MqttConnection({
      clientId: 'device',
      keepAlive: 30,
      decoders: { [PUBLISH]: decodePublish },
      onPacket: (packet) => this.packets.push(packet),
    });
    hear(packet: Uint8Array): void {
      this.connection.receive(packet, this.now);
    }
  }
  const quietly = (call: () => unknown): void => {
    try {
      call();
    } catch {
      // A call out of order throws, and changes nothing.
    }
  };
  const drawn = explore(
    () => new Subject(),
    ({ connection }) => connection.phase(),
    {
      start: ({ connection }) => quietly(() => connection.start()),
      'CONNACK 0': (subject) => subject.hear(CONNACK),
      'CONNACK 5': (subject) => subject.hear(Buffer.from('20020005', 'hex')),
      packet: (subject) =>
        subject.hear(generate({ cmd: 'publish', topic: 'a', payload: '', qos: 0, dup: false, retain: false })),
      violation: (subject) => subject.hear(Buffer.from('ffff', 'hex')),
      send: ({ connection }) =>
        quietly(() =>
          connection.send(encodeSubscribeInto, {
            type: SUBSCRIBE,
            packetId: 1,
            subscriptions: [{ topicFilter: 'a', qos: 0 }],
          }),
        ),
      'no PINGRESP': (subject) => {
        for (let turn = 0; turn < 2; turn++) {
          subject.now = Math.max(subject.now, Math.min(subject.connection.wakeAt(), 1e9));
          subject.connection.wake(subject.now);
        }
      },
      disconnect: ({ connection }) => quietly(() => connection.disconnect()),
    },
  );
  compare('connection-states', drawn);
});

test('the diagram of a device is the one that its life walks', () => {
  class Subject {
    readonly life = makeLife({ provisions: true, random: () => 0, baseMs: 1000, capMs: 60_000 });
    now = 0;
    #hasClient = false;
    constructor() {
      this.#note(this.life.start(undefined));
    }
    get state(): string {
      const type = this.life.state!.type;
      return type === 'waiting' ? `waiting_for_${this.#hasClient ? 'hub' : 'service'}` : type;
    }
    #note(actions: readonly LifeAction[]): void {
      this.#hasClient ||= actions.some(({ type }) => type === 'connect');
    }
    do(happen: (life: DeviceLife, now: number) => readonly LifeAction[]): void {
      this.#note(happen(this.life, this.now));
    }
    /** There is none to hear of before the first hub is known, but for the end. */
    hears(state: ClientState): void {
      if (this.#hasClient || state.type === 'closed') this.do((life, now) => life.client(state, now));
    }
    /** A dial fails, so many times; there is none while it is online. */
    fails(code: MqttErrorCode, fields: object = {}, times = 1): void {
      for (let n = 0; n < times && this.state !== 'online'; n++) this.hears(waiting(code, fields));
    }
  }
  const waiting = (code: MqttErrorCode, fields: object = {}): ClientState => ({
    type: 'waiting',
    delayMs: 100,
    cause: new MqttError(code, 'tcp', { retryable: true, ...fields }),
  });
  const entry = { assignedHub: 'hub-1.test', deviceId: 'dev' };
  const fails = (subject: Subject, code: 'registration-failed' | 'unauthorized'): void =>
    subject.do((life, now) => life.unprovisioned(new HubError(code, 'provision'), now));
  const drawn = explore(
    () => new Subject(),
    ({ state }) => state,
    {
      assigned: (subject) => {
        const asked = subject.state === 'provisioning';
        subject.do((life) => life.provisioned(entry));
        if (asked) subject.hears({ type: 'connecting', attempt: 1 });
      },
      'assigned to MQTT 5': (subject) =>
        subject.do((life) => life.provisioned({ ...entry, connectionProfile: 'mqttV5' })),
      failed: (subject) => fails(subject, 'registration-failed'),
      'not allowed': (subject) => fails(subject, 'unauthorized'),
      dial: (subject) => subject.state === 'online' || subject.hears({ type: 'connecting', attempt: 2 }),
      'CONNACK 0': (subject) =>
        subject.state !== 'connecting' || subject.hears({ type: 'online', sessionPresent: true }),
      lost: (subject) => subject.hears(waiting('connection-lost')),
      renewal: (subject) => subject.hears(waiting('connection-lost', { reason: 'planned' })),
      'refused once': (subject) => subject.fails('connection-refused', { returnCode: 5 }),
      'refused twice': (subject) => subject.fails('connection-refused', { returnCode: 5 }, 2),
      'certificate rejected twice': (subject) => subject.fails('client-certificate-rejected', {}, 2),
      'ten failures': (subject) => subject.fails('connect-failed', {}, 10),
      portal: (subject) => subject.fails('tls-failed', {}, 10),
      reprovision: (subject) => subject.do((life) => life.reprovision()),
      'delay over': (subject) => {
        subject.now += 60_000;
        subject.do((life, now) => life.wake(now));
      },
      close: (subject) => subject.hears({ type: 'closed' }),
    },
  );
  compare('device-states', drawn);
});
