import { HUB_EXIT_CODES } from '../device/exit-code.ts';
import { ABORTED } from '../provision/exit-code.ts';
import { CONNACK_CODES } from './connack-codes.ts';
import { type Explanation, explanation } from './explanation.ts';
import { HUB_ERRORS } from './hub-errors.ts';
import { MQTT_ERRORS } from './mqtt-errors.ts';
import { PROVISIONING_ERRORS } from './provisioning-errors.ts';

const ASSIGNED = 'exit-0';
const CONNACK = [1, 2, 3, 4, 5] as const;

/** Codes that only the command has. */
export const COMMAND_CODES: Readonly<Record<'aborted', Explanation>> = {
  aborted: explanation(
    'The command was interrupted before the device was assigned.',
    ['Ctrl-C', 'SIGTERM from whatever runs it, such as a time limit of its own'],
    'Who ended it; `--timeout` is the limit of Mote itself.',
    'Run it again: a registration that was under way does no harm.',
  ),
};

/** Exit codes, made from the tables by which the commands choose them. */
export const EXITS: Readonly<Record<string, Explanation>> = {
  [ASSIGNED]: explanation('The device is assigned.', [], 'The hub is on stdout.', 'Nothing to fix.'),
  'exit-1': explanation(
    'The command ran and found something wrong: `doctor` a cross, `inspect` a malformed byte, `explain` an unknown code, `provision --format` an id or a hub that MQTT 3.1.1 cannot serve.',
    [],
    'The output names it.',
    'Correct what it names.',
  ),
  ...Object.fromEntries(
    [...new Set(Object.values(HUB_EXIT_CODES))].map((exit) => {
      const codes = Object.entries({ ...PROVISIONING_ERRORS, ...MQTT_ERRORS, ...HUB_ERRORS }).filter(
        ([code]) => HUB_EXIT_CODES[code as keyof typeof HUB_EXIT_CODES] === exit,
      );
      return [`exit-${exit}`, ofExit(exit, codes)];
    }),
  ),
  ...Object.fromEntries(
    CONNACK.map((n) => [`exit-${20 + n}`, ofExit(20 + n, [[`connack-${n}`, CONNACK_CODES[`connack-${n}`]]])]),
  ),
  [`exit-${ABORTED}`]: ofExit(ABORTED, [['aborted', COMMAND_CODES.aborted]]),
};

/** The explanation of the error with this exit code. If several errors have it, each is a possible cause. */
function ofExit(exit: number, errors: readonly (readonly [code: string, Explanation])[]): Explanation {
  const name = `Exit code ${exit} of \`mote\``;
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) {
    return { ...first[1], what: `${name}: ${first[0]}. ${first[1].what}` };
  }
  return explanation(
    `${name}: ${errors.map(([code]) => code).join(' or ')}.`,
    errors.map(([code, { what }]) => `${code}: ${what}`),
    'The last lines on stderr name the code and the cause.',
    `${errors.map(([code]) => `\`mote explain ${code}\``).join(', ')}.`,
  );
}
