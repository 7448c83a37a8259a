import { printable } from '@mote/client/explain';
import type { Command } from '../command.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { DOCTOR_FLAGS, subjectOf } from '../doctor/subject-flags.ts';
import { stdout } from '../terminal/output.ts';
import { type Paint, paintFor } from '../terminal/paint.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'checks ids, key or certificate, clock, network, TLS, a registration and the hub, and says what to fix',
  usage: '[the flags of provision] [--hub] [--connection-string-file FILE] [--sas TOKEN] [--no-register] [--json]',
  environmentPrefix: 'DPS_',
  operands: 0,
  flags: DOCTOR_FLAGS,
  notes: ['Exit code 0 when all is well, 1 when something must be fixed.'],
  run: async (invocation) => {
    const json = invocation.on('json');
    const paint = paintFor(process.stdout);
    const findings: Finding[] = [];
    for await (const finding of examine(subjectOf(invocation, process.env))) {
      const { says, fix } = finding;
      const given = {
        ...finding,
        says: invocation.asGiven(says),
        ...(fix === undefined ? {} : { fix: invocation.asGiven(fix) }),
      };
      findings.push(given);
      if (!json) stdout.prose(lines(given, paint), COLUMN + 3);
    }
    const healthy = findings.every(({ state }) => state !== 'bad');
    if (json) stdout.json({ healthy, findings });
    return healthy ? 0 : 1;
  },
};

/** Columns of the name of a check. A longer one moves only its own line. */
const COLUMN = 16;

function lines({ check, state, says, fix }: Finding, paint: Paint): string[] {
  const mark = { good: paint.good('✔'), bad: paint.bad('✖'), note: paint.bold('•'), skipped: paint.dim('–') }[state];
  const text = state === 'skipped' ? paint.dim(printable(says, 1000)) : printable(says, 1000);
  const advice = fix === undefined ? [] : [`${' '.repeat(COLUMN + 3)}${paint.bold('→')} ${printable(fix, 1000)}`];
  return [`${mark} ${check.padEnd(COLUMN)} ${text}`, ...advice];
}
