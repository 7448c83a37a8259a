import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALL, record } from '../figures.ts';
import { Life } from './life.ts';

// Promises 1, 2, 4, 7 and 8 of the client, whatever happens in whatever order: each script is one order of events, and after it
// everything gets better again. The judge of each packet is the server's model, which shares no code with the client.

const EVENTS: Readonly<Record<string, (life: Life) => boolean>> = {
  'publish 1': (life) => life.publish(1),
  'publish 2': (life) => life.publish(2),
  'publish expiring': (life) => life.publish(1, { expiresInMs: 500 }),
  connect: (life) => life.connect(),
  'to server': (life) => life.toServer(),
  'to client': (life) => life.toClient(),
  cut: (life) => life.cut(),
  resume: (life) => !life.connected && life.advance(70_000) && life.connect() && life.exchange(),
  expire: (life) => life.advance(600),
  abort: (life) => life.abort(),
  give: (life) => life.give(2),
  finish: (life) => life.finish(true),
  crash: (life) => life.crash(),
  close: (life) => life.close(1000),
};
const NAMES = Object.keys(EVENTS);

/** Plays a script; false when its last event could not happen. */
function play(script: readonly string[]): boolean {
  const life = new Life();
  let happened = true;
  for (const name of script) {
    happened = EVENTS[name]!(life);
    life.check();
  }
  if (happened) {
    life.heal();
    life.checkHealed();
  }
  return happened;
}

const DEPTH = ALL ? 5 : 3;

test(`every order of ${NAMES.length} events up to a depth of ${DEPTH}`, () => {
  let scripts = 0;
  const explore = (script: readonly string[]): void => {
    for (const name of NAMES) {
      const longer = [...script, name];
      let happened = false;
      try {
        happened = play(longer);
      } catch (error) {
        throw new Error(`after ${longer.join(', ')}`, { cause: error });
      }
      if (!happened) continue;
      scripts++;
      if (longer.length < DEPTH) explore(longer);
    }
  };
  explore([]);
  expect(scripts).toBeGreaterThan(NAMES.length ** (DEPTH - 1));
  record('client-model-exhaustive', { events: NAMES.length, depth: DEPTH, scripts });
}, 1_200_000);

const RANDOM: Readonly<Record<string, (life: Life, pick: number) => boolean>> = {
  ...EVENTS,
  'publish 0': (life) => life.publish(0),
  'publish with a timeout': (life, pick) => life.publish(pick % 2 ? 1 : 2, { timeoutInMs: 100 * pick }),
  exchange: (life) => life.exchange(),
  'give 1': (life) => life.give(1),
  'finish the oldest': (life) => life.finish(false),
  forget: (life, pick) => pick % 4 === 0 && life.forget(),
  'time passes': (life, pick) => life.advance([1, 100, 3000, 61_000][pick % 4]!),
  crash: (life, pick) => pick % 4 === 0 && life.crash(),
  close: (life, pick) => pick % 16 === 0 && life.close(pick * 100),
};
const RANDOM_NAMES = Object.keys(RANDOM);
const SCRIPTS = ALL ? 20_000 : 1000;

test.each([
  [false, false],
  [true, false],
  [false, true],
])(
  `${SCRIPTS} random scripts beyond it; the server passes QoS 2 on at PUBREL: %s; CleanSession: %s`,
  (passOnAtRelease, cleanSession) => {
    let events = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(fc.nat(RANDOM_NAMES.length - 1), fc.nat(15)), { minLength: 5, maxLength: 60, size: 'max' }),
        (window, script) => {
          const life = new Life({ window, passOnAtRelease, cleanSession });
          for (const [index, pick] of script) {
            if (RANDOM[RANDOM_NAMES[index]!]!(life, pick)) events++;
            life.check();
          }
          life.heal();
          life.checkHealed();
        },
      ),
      { numRuns: SCRIPTS, seed: 20261126 },
    );
    expect(events).toBeGreaterThan(SCRIPTS * 10);
    record(`client-model-random-${cleanSession ? 'clean' : passOnAtRelease ? 'release' : 'publish'}`, {
      scripts: SCRIPTS,
      events,
    });
  },
  600_000,
);
