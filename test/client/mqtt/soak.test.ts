import fc from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import malformed from '../../vectors/malformed.json' with { type: 'json' };
import { Life } from './life.ts';
import { Machine } from './machine.ts';
import { message } from './server.ts';

/** Numbers that look random, the same in each run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % sides;
  };
}

test.each([
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 24],
  [5, 24],
])(
  'a day of virtual time with cuts, crashes and silence: nothing is lost, doubled or left; seed %i, all well again every %i hours',
  (seed, hours) => {
    const life = new Life({ window: 4 });
    const roll = dice(seed);
    let events = 0;
    const steps: readonly (() => unknown)[] = [
      () => life.publish(1),
      () => life.publish(2),
      () => life.give(1),
      () => life.give(2),
      () => life.exchange(),
      () => life.finish(true),
      () => life.cut(),
      () => roll(10) === 0 && life.crash(),
      () => !life.connected && life.advance(70_000) && life.connect() && life.exchange(),
    ];
    for (let hour = hours; hour <= 24; hour += hours) {
      while (life.now < hour * 3_600_000) {
        if (steps[roll(steps.length)]!()) events++;
        life.check();
        life.advance(1000 + roll(90_000));
      }
      life.heal();
      life.checkHealed();
    }
    expect(events).toBeGreaterThan(500);
  },
);

/** What a server may say, well or badly. */
const chunk = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(...malformed.entries.map(({ hex }) => Buffer.from(hex, 'hex')).filter(({ length }) => length < 300)),
  fc
    .record({
      cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp', 'pingresp'),
      messageId: fc.integer({ min: 1, max: 5 }),
    })
    .map((packet) => generate(packet as Packet)),
  fc
    .tuple(
      fc.constantFrom('in', 'other'),
      fc.constantFrom(0 as const, 1 as const, 2 as const),
      fc.integer({ min: 1, max: 5 }),
    )
    .map(([topic, qos, id]) => generate(message(topic, 'x', qos, id))),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1, 2, 128))
    .map(([messageId, code]) => generate({ cmd: 'suback', messageId, granted: [code] })),
  fc.constantFrom('20020000', '20020100', '20020005').map((hex) => Buffer.from(hex, 'hex')),
);

test('whatever a server says, cut anywhere: the client throws nothing, goes on or stops with a cause, and settles what it promised', () => {
  let violations = 0;
  fc.assert(
    fc.property(
      fc.array(fc.array(chunk, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (links, clean) => {
        const machine = new Machine({ cleanSession: clean });
        machine.subscribe();
        const published = [0, 1, 2].map((qos) => machine.publish(qos as 0 | 1 | 2));
        for (const said of links) {
          if (machine.client.state().type === 'connecting') machine.connected();
          for (const bytes of said) machine.do(() => machine.client.receive(bytes, machine.now));
          machine.lost().advance(120_000);
        }
        for (const state of machine.states)
          if (state.type === 'waiting') {
            expect(['MqttError', true]).toEqual([state.cause.name, state.delayMs >= 0]);
            if (state.cause.code === 'protocol-violation') violations++;
          } else if (state.type === 'stopped') expect(state.error).toHaveProperty('name', 'MqttError');
        machine.do(() => {
          machine.client.close(10);
          return [];
        });
        machine.advance(1000);
        expect(machine.client.ended()).toBe(true);
        for (const { outcome } of published) expect(outcome).toBeDefined();
      },
    ),
    { numRuns: 1000, seed: 20261126 },
  );
  expect(violations).toBeGreaterThan(100);
});
