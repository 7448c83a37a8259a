import { ABORTED, EXIT_CODES } from '../provision/exit-code.ts';
import { type Explanation, explanation } from './explanation.ts';

const ASSIGNED = 'exit-0';
const CONNACK = [1, 2, 3, 4, 5];

/** What a script is told by the exit code of `mote provision`: which error it was, by the table that decides it. */
export const EXITS: Readonly<Record<string, Explanation>> = {
  [ASSIGNED]: explanation('The device is assigned.', [], 'The hub is on stdout.', 'Nothing to fix.'),
  'exit-1': explanation(
    'The command ran and found something wrong: `doctor` a cross, `inspect` a malformed byte, `explain` an unknown code.',
    [],
    'The output names it.',
    'Mend what it names.',
  ),
  ...Object.fromEntries(
    [...new Set(Object.values(EXIT_CODES))].map((exit) => {
      const codes = Object.entries(EXIT_CODES).flatMap(([code, own]) => (own === exit ? [code] : []));
      return [`exit-${exit}`, pointing(exit, codes)];
    }),
  ),
  ...Object.fromEntries(
    CONNACK.map((n) => [`exit-${20 + n}`, pointing(20 + n, ['connection-refused', `connack-${n}`])]),
  ),
  [`exit-${ABORTED}`]: pointing(ABORTED, ['aborted']),
};

export const COMMAND_CODES: Readonly<Record<'aborted', Explanation>> = {
  aborted: explanation(
    'The command was interrupted before the device was assigned.',
    ['Ctrl-C', 'SIGTERM from whatever runs it, such as a time limit of its own'],
    'Who ended it; `--timeout` is the limit of Mote itself.',
    'Run it again: a registration that was under way does no harm.',
  ),
};

function pointing(exit: number, codes: readonly string[]): Explanation {
  return explanation(
    `Exit code ${exit} of \`mote provision\`: ${codes.join(', ')}.`,
    [],
    'The last lines on stderr name the code and the cause.',
    `${codes.map((code) => `\`mote explain ${code}\``).join(', ')}.`,
  );
}
