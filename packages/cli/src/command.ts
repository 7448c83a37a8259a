/** One flag of a command, and so one line of its help and one environment variable. */
export interface Flag {
  readonly name: string;
  /** What stands for the value in the help; a flag without one is a switch. */
  readonly value?: string;
  readonly summary: string;
  readonly short?: string;
  /** Other names that do the same, such as those of `az iot device registration create`. */
  readonly aliases?: readonly string[];
  /** A secret on the command line is seen by every process of the machine: it is warned about. */
  readonly secret?: boolean | ((value: string) => boolean);
  /** All that it can be. */
  readonly choices?: readonly string[];
  /** What a shell offers for a value that may be something else, too, such as a file. */
  readonly offers?: readonly string[];
  /** May be given more than once: `texts` has them all, `text` the last. */
  readonly repeatable?: boolean;
}

/** What a command is given: flag values by name, words that are no flags, and the streams. */
export interface Invocation {
  readonly text: (flag: string) => string | undefined;
  readonly texts: (flag: string) => readonly string[];
  readonly on: (flag: string) => boolean;
  readonly operands: readonly string[];
  /** Names of the secret flags that stood on the command line. */
  readonly exposed: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What follows `mote NAME` in the usage line. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** Environment variables are this plus the flag's name in capitals. */
  readonly environmentPrefix: string;
  /** Lines below the flags in the help. */
  readonly notes?: readonly string[];
  /** How many operands it takes at the most; one more is a mistake of the caller. */
  readonly operands: number;
  /** `-h WORD` is the operand, as mosquitto_pub has it; `-h` alone is the help everywhere. */
  readonly hostFlag?: boolean;
  /** What a shell may offer for them. */
  readonly operandValues?: 'files' | readonly string[];
  /** Resolves to the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** The caller's words cannot be right: exit code 2, one sentence for each mistake and the usage line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The same, a line for each of several mistakes. */
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[] = [message]) {
    super(message);
    this.lines = lines;
  }
}

/** `id-scope` under `DPS_` is `DPS_ID_SCOPE`. */
export function environmentName(command: Command, flag: Flag): string {
  return command.environmentPrefix + flag.name.toUpperCase().replaceAll('-', '_');
}
