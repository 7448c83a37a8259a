import type { Command, Flag } from '../command.ts';
import { flagsOf, valuesOf, wordsOf } from './flag-words.ts';

/** The completion script for zsh: for `source <(mote completion zsh)` after compinit, or as a file named _mote on the fpath. */
export function zshCompletion(commands: readonly Command[]): string {
  return `#compdef mote
_mote() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name.replaceAll(':', '\\:')}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
    help) _describe -t commands command commands ;;
  esac
}
_mote_either() {
  _alternative "name:name:($*)" 'file:file:_files'
}
if [[ $funcstack[1] == _mote ]]; then
  _mote "$@"
else
  compdef _mote mote
fi
`;
}

function commandCase(command: Command): string {
  const { operandValues = [] } = command;
  const specs = flagsOf(command).flatMap(flagSpecs);
  if (operandValues === 'files') specs.push(quoted('*:file:_files'));
  else if (operandValues.length > 0) specs.push(quoted(`*:word:(${operandValues.join(' ')})`));
  return `    ${command.name}) _arguments -s ${specs.join(' ')} ;;`;
}

/** One spec for each name of the flag. The list in parentheses makes zsh stop offering the other names when one is given. */
function flagSpecs(flag: Flag): string[] {
  const words = wordsOf(flag);
  const { words: offers, files } = valuesOf(flag);
  const list = offers.join(' ');
  const action = files ? (list === '' ? '_files' : ` _mote_either ${list}`) : list === '' ? ' ' : `(${list})`;
  const value = flag.value === undefined ? '' : `:${escaped(flag.value)}:${action}`;
  return words.map((word) => quoted(`(${words.join(' ')})${word}[${escaped(flag.summary)}]${value}`));
}

/** `_arguments` gives brackets and colons a meaning. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
