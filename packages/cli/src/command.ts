/** One flag of a command. Its help line, its environment variable and its shell completion are made from this. */
export interface Flag {
  readonly name: string;
  /** The word for the value in the help, such as FILE. A flag without it is a switch: it takes no value. */
  readonly value?: string;
  readonly summary: string;
  readonly short?: string;
  /** Other names of the same flag, such as those that `az iot device registration create` uses. */
  readonly aliases?: readonly string[];
  /** The value is a secret. Given on the command line it causes a warning, since every process of the machine can read it there. */
  readonly secret?: boolean | ((value: string) => boolean);
  /** The only values that are accepted. */
  readonly choices?: readonly string[];
  /** Values that a shell offers. Other values, such as the path of a file, are accepted, too. */
  readonly offers?: readonly string[];
  /** The flag may be given more than once: `texts` returns all values, `text` the last. */
  readonly repeatable?: boolean;
}

/** What a command gets to read: its flags by name, and its operands, which are the words that are no flags. */
export interface Invocation {
  readonly text: (flag: string) => string | undefined;
  readonly texts: (flag: string) => readonly string[];
  readonly on: (flag: string) => boolean;
  readonly operands: readonly string[];
  /** Names of the secret flags that were given on the command line, not by a file or the environment. */
  readonly exposed: readonly string[];
  /**
   * A sentence about flags, with the variable in place of each flag whose value came from it: the user has to look there. A flag in
   * backquotes that has a value, such as `--port 0`, is advice, and stays.
   */
  readonly asGiven: (sentence: string) => string;
}

/** One command of `mote`. Help, environment variables and shell completions are made from it. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The usage line after `mote NAME`. */
  readonly usage: string;
  readonly flags: readonly Flag[];
  /** The environment variable of a flag is this prefix and the flag's name in capitals. */
  readonly environmentPrefix: string;
  /** Lines below the flags in the help. */
  readonly notes?: readonly string[];
  /** Most operands that the command takes. One more is a UsageError. */
  readonly operands: number;
  /** True: `-h WORD` and `--host WORD` give the operand, as in mosquitto_pub. `-h` alone prints the help in all commands. */
  readonly hostFlag?: boolean;
  /** Flags of the tool that the command is like, which it does not have, with what takes their place. */
  readonly foreign?: Readonly<Record<string, string>>;
  /** What a shell offers for an operand. */
  readonly operandValues?: 'files' | readonly string[];
  /** Resolves to the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** A mistake in the words of the caller. The command ends with exit code 2, a sentence for each mistake and the usage line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The message, one line for each mistake. */
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[] = [message]) {
    super(message);
    this.lines = lines;
  }
}

/** The environment variable of a flag: flag `id-scope` of a command with the prefix `DPS_` has `DPS_ID_SCOPE`. */
export function environmentName(command: Command, flag: Flag): string {
  return command.environmentPrefix + flag.name.toUpperCase().replaceAll('-', '_');
}
