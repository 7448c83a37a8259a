import { printable } from '@mote/client/explain';
import { type Command, UsageError } from '../command.ts';
import { EXPLAINED, explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { nearest } from '../likeness.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { type Paint, paintFor } from '../terminal/paint.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'tells what a code means, how to check, and what to do: of Mote, DPS, CONNACK, TLS or the socket',
  usage: 'CODE',
  environmentPrefix: 'DPS_EXPLAIN_',
  operands: 2,
  operandValues: EXPLAINED,
  flags: [{ name: 'json', summary: 'print {"code","what","causes","check","fix"}' }],
  notes: ['Examples: mote explain unauthorized · 401002 · connack-5 · ECONNREFUSED · bad-qos · exit-12'],
  run: async (invocation) => {
    const code = invocation.operands.join('-');
    if (code === '') throw new UsageError('which code?');
    const found = explain(code);
    if (found === undefined) {
      const near = nearest(code, EXPLAINED).slice(0, 3);
      const advice = near.length === 0 ? '`mote explain --help` gives examples' : `near it: ${near.join(', ')}`;
      stderr.line(`mote: nothing is known of "${printable(code)}"; ${advice}`);
      return 1;
    }
    if (invocation.on('json')) stdout.json({ code: found.code, ...found.explanation });
    else stdout.lines(page(found.code, found.explanation, paintFor(process.stdout)));
    return 0;
  },
};

function page(code: string, { what, causes, check, fix }: Explanation, paint: Paint): string[] {
  const listed = causes.map((cause) => `  - ${cause}`);
  return [
    paint.bold(code),
    what,
    ...(listed.length === 0 ? [] : ['', 'Likely causes', ...listed]),
    '',
    `Check  ${check}`,
    `Fix    ${paint.good(fix)}`,
  ];
}
