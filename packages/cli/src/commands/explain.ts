import { printable } from '@mote/client/explain';
import { readWhole } from '@mote/emulator/files';
import { type Command, UsageError } from '../command.ts';
import { EXPLAINED } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { explainText } from '../explain/scan.ts';
import { nearest } from '../likeness.ts';
import { looksSecret, shown } from '../shown.ts';
import { stderr, stdout } from '../terminal/output.ts';
import { type Paint, paintFor } from '../terminal/paint.ts';

/** Characters that are read. A longer log is about more than one failure. */
const MOST_TEXT = 1_000_000;
/** Least likeness (see `nearest`) of a code that is suggested. Below it a suggestion is a guess. */
const NEAR = 0.5;

export const explainCommand: Command = {
  name: 'explain',
  summary:
    'says what a code means, how to check, and what to do: of Mote, DPS, IoT Hub, CONNACK, TLS, the socket or MQTT',
  usage: 'CODE | TEXT | -',
  environmentPrefix: 'DPS_EXPLAIN_',
  operands: Number.POSITIVE_INFINITY,
  operandValues: EXPLAINED,
  flags: [{ name: 'json', summary: 'print {"code","what","causes","check","fix","also"}' }],
  notes: [
    'TEXT may be a line of a log, the JSON of an answer or a stack, quoted or not; - reads it from standard input.',
    'Examples: mote explain unauthorized · 401002 · connack-5 · ECONNREFUSED · bad-qos · exit-12 · MQTT-3.1.0-1',
  ],
  run: async (invocation) => {
    const { operands } = invocation;
    const text = operands.length === 1 && operands[0] === '-' ? fromStandardInput() : operands.join(' ');
    if (text.trim() === '')
      throw new UsageError(operands[0] === '-' ? 'there is nothing on standard input' : 'which code?');
    if (isBinary(text)) throw new UsageError('that is no text; `mote inspect -` reads bytes');
    const [found, ...also] = explainText(text.slice(0, MOST_TEXT));
    if (found === undefined) return unknown(text.trim(), invocation.on('json'));
    const others = also.map(({ code }) => code);
    if (invocation.on('json')) stdout.json({ code: found.code, ...found.explanation, also: others });
    else {
      print(found.code, found.explanation, paintFor(process.stdout));
      stdout.prose(more(others));
    }
    return 0;
  },
};

/**
 * Whether these are bytes and no text: with a NUL, or more than a tenth invalid UTF-8. A log in Latin-1 has a few invalid letters
 * and is still read.
 */
function isBinary(text: string): boolean {
  return text.includes('\0') || text.split('\ufffd').length > 1 + text.length / 10;
}

/** Waits for a slow pipe without limit. `readFileSync` throws EAGAIN if the pipe has no data yet. */
function fromStandardInput(): string {
  return readWhole('-', { silenceMs: Number.POSITIVE_INFINITY }).toString();
}

/** Says that nothing is known, with the nearest codes. Exit code 1: the words were right, but there is no answer. */
function unknown(text: string, json: boolean): number {
  if (json) stdout.json({ error: { code: 'unknown-code', message: 'nothing is known of it' } });
  if (/^(?:(?:0x)?[\da-f]{2}[\s:,-]*){2,}$/i.test(text) && /[\s:,-]/.test(text)) {
    stderr.line(`mote: these are bytes; did you mean \`mote inspect ${printable(text, 80)}\`?`);
    return 1;
  }
  const near = nearest(text, EXPLAINED, NEAR).slice(0, 3);
  const advice = near.length === 0 ? '`mote explain --help` gives examples' : `near it: ${near.join(', ')}`;
  const name = looksSecret(text) ? shown(text) : `"${printable(text, 80)}"`;
  stderr.line(`mote: nothing is known of ${name}; ${advice}`);
  return 1;
}

function print(code: string, { what, causes, check, fix }: Explanation, paint: Paint): void {
  stdout.prose([paint.bold(code), what]);
  if (causes.length > 0) stdout.prose(['', 'Likely causes', ...causes.map((cause) => `  - ${cause}`)], 4);
  stdout.prose(['', `Check  ${check}`, `Fix    ${paint.good(fix)}`], 7);
}

/** The other codes that were found. One line of a log often names the same failure two or three times. */
function more(codes: readonly string[]): string[] {
  return codes.length === 0
    ? []
    : [
        '',
        `Also in it: ${codes
          .slice(0, 5)
          .map((code) => `\`mote explain ${code}\``)
          .join(', ')}`,
      ];
}
