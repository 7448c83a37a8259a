import { type Command, UsageError } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { stdout } from '../terminal/output.ts';

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export const completionCommand: Command = {
  name: 'completion',
  summary: 'prints a script with which a shell completes the commands and flags of mote',
  usage: 'bash | zsh | fish',
  environmentPrefix: 'DPS_COMPLETION_',
  operands: 1,
  operandValues: Object.keys(SHELLS),
  flags: [],
  notes: [
    'In ~/.bashrc: source <(mote completion bash)   In ~/.zshrc, behind compinit: source <(mote completion zsh)',
    'In ~/.config/fish/config.fish: mote completion fish | source',
  ],
  run: async ({ operands: [shell = ''] }) => {
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (script === undefined) throw new UsageError('which shell? bash, zsh or fish');
    stdout.script(script(await Promise.all(Object.values(COMMANDS).map((load) => load()))));
    return 0;
  },
};
