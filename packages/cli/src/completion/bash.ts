import type { Command } from '../command.ts';
import { flagsOf, valuesOf, wordsOf } from './flag-words.ts';

/** The completion script for bash. It works from bash 3.2 on, which macOS still has, and without the bash-completion package. */
export function bashCompletion(commands: readonly Command[]): string {
  return `# bash completion of mote; load it with: source <(mote completion bash)
_mote() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}" offers=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    offers='${lines([...commands.map(({ name }) => name), 'help', '--version', '--help'])}'
  else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD - 1]}" in
${commands.flatMap(valueCases).join('\n')}
    esac
    case "\${COMP_WORDS[1]}" in
${commands.map(commandCase).join('\n')}
      help) offers='${lines(commands.map(({ name }) => name))}' ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$offers" -- "$current"))
}
_mote_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}
complete -F _mote mote
`;
}

/** Cases for the word after a flag that takes a value. A flag whose value is free text offers nothing, so its case is `return` alone. */
function valueCases(command: Command): string[] {
  return command.flags
    .filter((flag) => flag.value !== undefined)
    .map((flag) => {
      const pattern = wordsOf(flag)
        .map((word) => `'${command.name} ${word}'`)
        .join('|');
      const { words, files } = valuesOf(flag);
      const all = words.length > 0 || !files ? ` COMPREPLY=($(compgen -W '${lines(words)}' -- "$current"));` : '';
      return `      ${pattern})${files ? ' _mote_files "$current";' : ''}${all.replace('=(', files ? '+=(' : '=(')} return ;;`;
    });
}

function commandCase(command: Command): string {
  const flags = flagsOf(command).flatMap(wordsOf);
  const { operandValues = [] } = command;
  if (operandValues === 'files') {
    return `      ${command.name}) case "$current" in -*) ;; *) _mote_files "$current"; return ;; esac; offers='${lines(flags)}' ;;`;
  }
  return `      ${command.name}) offers='${lines([...operandValues, ...flags])}' ;;`;
}

/** One word per line, since the script sets IFS to a line feed. No quoting is needed: no command, flag, choice or code has a quote. */
function lines(words: readonly string[]): string {
  return words.join('\n');
}
