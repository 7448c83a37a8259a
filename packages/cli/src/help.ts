import { type Command, environmentName, type Flag } from './command.ts';
import type { Row } from './terminal/output.ts';

/** The usage line, which the help and every UsageError print. */
export function usageLine(command: Command): string {
  return `usage: mote ${command.name}${command.usage === '' ? '' : ` ${command.usage}`}`;
}

/** The help of a command in three parts. `column` is where the summaries of flags begin, so that wrapped lines continue there. */
export interface Help {
  readonly head: readonly string[];
  readonly flags: { readonly lines: readonly string[]; readonly column: number };
  readonly notes: readonly string[];
}

/** The help of a command, made from its flags, with aliases and environment variables. */
export function commandHelp(command: Command): Help {
  const rows = [...command.flags, HELP].map((flag) => [flagColumn(flag), describe(command, flag)] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  const notes = command.notes === undefined ? [] : ['', ...command.notes];
  return { head: [command.summary, '', usageLine(command), ''], flags: { lines, column: width + 4 }, notes };
}

/** What `mote --help` prints: one line for each command. The number is the column of the summaries. */
export function overview(commands: readonly Command[]): [(string | Row)[], number] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const said = (text: string): Row => ({ text, indent: 0 });
  const lines = [
    said(
      'mote: MQTT 3.1.1 for devices: provisioning by Azure DPS, a device at its IoT Hub, any broker; all of it can be tried offline',
    ),
    '',
    'usage: mote COMMAND [FLAGS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    said('`mote COMMAND --help` lists the flags of a command; `mote --version` prints the version.'),
  ];
  return [lines, width + 4];
}

const HELP: Flag = { name: 'help', short: 'h', summary: 'print this' };

function flagColumn(flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  return `${short}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
}

function describe(command: Command, flag: Flag): string {
  const parts = [flag.summary];
  if (flag.aliases !== undefined) parts.push(`(also ${flag.aliases.map((name) => `--${name}`).join(', ')})`);
  if (flag !== HELP) parts.push(`[${environmentName(command, flag)}]`);
  return parts.join(' ');
}
