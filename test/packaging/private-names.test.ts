// The names that the build may shorten: a wrong one would be a member that somebody asks for in vain.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

// A script of the build has no types.
const { privateNames } = (await import(
  new URL('../../packages/client/build/small/private-names.mjs', import.meta.url).href
)) as { privateNames(folder: string, entries: readonly string[]): Map<string, number> };

const home = mkdtempSync(join(tmpdir(), 'mote-names-'));
afterAll(() => rmSync(home, { recursive: true }));

const SOURCES = {
  'entry.ts': `
    import { makeMachine } from './machine.ts';
    export interface Options { readonly given: string; readonly nested?: { readonly deeper: number } }
    export type { Seen } from './machine.ts';
    export class Told extends Error { readonly field: number; private hidden = 1; constructor(fields: { readonly field: number }) { super(); this.field = fields.field + this.hidden; } }
    export function run(options: Options): Promise<string> { return makeMachine(options.given).turnOver(); }`,
  'machine.ts': `
    import { connect } from 'node:net';
    interface Dial { readonly port: number; readonly noDelay: boolean; readonly ownNote: string }
    interface Body { readonly inBody: number }
    const dial: Dial = { port: 1, noDelay: true, ownNote: '' };
    const body: Body = { inBody: 1 };
    interface Plan { readonly fromJson: { readonly inJson?: number } }
    interface Machine { turnOver(): Promise<string>; ownField: number; byText: number; lastSocket?: { readonly _inNode?: number } }
    export class Seen { readonly shown = 1; #plan: unknown; constructor(wanted: { readonly unseen: number }) { this.#plan = wanted.unseen; } }
    export function makeMachine(text: string): Machine {
      const plan = JSON.parse(text) as Plan;
      const { unknownField } = JSON.parse(text);
      const socket = connect({ port: 1 });
      const { _inNode: inNode } = socket as { readonly _inNode?: number };
      const machine: Machine = { turnOver: async () => String(inNode), ownField: plan.fromJson.inJson ?? unknownField, byText: 0 };
      machine['byText'] += machine.ownField;
      new Seen({ unseen: 1 });
      connect(dial);
      JSON.stringify(body);
      return machine;
    }`,
};

test('names are shortened that nobody outside can see, and no others', () => {
  mkdirSync(join(home, 'src'));
  for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(home, 'src', name), text);
  const names = privateNames(join(home, 'src/'), [join(home, 'src/entry.ts')]);
  expect([...names.keys()].sort()).toEqual(['hidden', 'lastSocket', 'ownField', 'ownNote', 'turnOver', 'unseen']);
});
