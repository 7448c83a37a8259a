import { expect, test, vi } from 'vitest';
import { OPENINGS, withOption } from './given-entries.ts';
import { EMPTY_OBJECTS, KINDS, membersOf, namesIn } from './given-kinds.ts';
import { complaintsDuring } from './memory.ts';
import { Promises, turn, virtualTime } from './turns.ts';

// Each option of each entry with a value of each kind. Either it works with that, or it is refused with the name of the option. Nothing
// else is thrown, nothing hangs and nothing is left.

virtualTime();

/** A member of the will at a hub has the name that it has in `send`, and what a function gives at the dial has no prefix. */
const nameOf = (path: string): string => path.replace(/^(hub\.)?(will\.)?(body|properties|attestation)$/, '$3');

type Refusal = { readonly name: string; readonly code: string; readonly message: string };

/** What is wrong with what this call ended with. */
function faultOf(outcome: unknown, path: string): string | undefined {
  if (outcome === 'done') return undefined;
  const { name, code, message } = Object(outcome) as Refusal;
  if (!/^(Provisioning|Mqtt|Hub)Error$/.test(name)) return String(outcome);
  return code !== 'invalid-options' || message.includes(nameOf(path)) ? undefined : message;
}

test.each(OPENINGS.map((opening) => [opening.name, opening] as const))(
  '%s takes or refuses each option of each kind, by its name',
  async (_name, opening) => {
    const faults: string[] = [];
    const complaints = await complaintsDuring(async () => {
      for (const path of namesIn(opening.rules)) {
        const outcomes = new Map<string, Promises>();
        for (const [kind, make] of Object.entries(KINDS)) {
          const promises = new Promises();
          outcomes.set(kind, promises);
          void promises.add((async () => opening.open(withOption(opening, path, make()) as never))());
        }
        for (let turns = 0; turns < 700 && [...outcomes.values()].some(({ pending }) => pending); turns++) await turn();
        for (const [kind, { pending, outcomes: ended }] of outcomes) {
          const fault = pending ? 'does not settle' : faultOf(ended[0], path);
          if (fault) faults.push(`${path}, ${kind}: ${fault}`);
        }
      }
    });
    expect([...faults, ...complaints]).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  },
);

test.each(OPENINGS.map((opening) => [opening.name, opening] as const))(
  '%s drops no option in silence: what has members is a plain object',
  async (_name, opening) => {
    const named = namesIn(opening.rules).filter((path) => {
      const rule = path.split('.').reduce<unknown>((at, name) => membersOf(at as never)?.[name], opening.rules);
      return membersOf(rule as never);
    });
    const taken: string[] = [];
    for (const path of named)
      for (const [kind, make] of Object.entries(EMPTY_OBJECTS)) {
        const promises = new Promises();
        void promises.add((async () => opening.open(withOption(opening, path, make()) as never))());
        await promises.settled();
        const [outcome] = promises.outcomes;
        if ((outcome as Refusal).code !== 'invalid-options') taken.push(`${path}, ${kind}`);
      }
    expect(named.length).toBeGreaterThan(1);
    expect(taken).toEqual([]);
  },
);
