import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCENARIOS, SINGLE_FAULTS } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../packages/cli/src/command.ts';
import { COMMANDS } from '../../packages/cli/src/commands.ts';
import { bashCompletion } from '../../packages/cli/src/completion/bash.ts';
import { fishCompletion } from '../../packages/cli/src/completion/fish.ts';
import { wordsOf } from '../../packages/cli/src/completion/flag-words.ts';
import { zshCompletion } from '../../packages/cli/src/completion/zsh.ts';

let commands: Command[];
let dir: string;

beforeAll(async () => {
  commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  dir = mkdtempSync(join(tmpdir(), 'mote-completion-'));
  writeFileSync(join(dir, 'mote.bash'), bashCompletion(commands));
  writeFileSync(join(dir, 'mote.zsh'), zshCompletion(commands));
  writeFileSync(join(dir, 'mote.fish'), fishCompletion(commands));
  writeFileSync(join(dir, 'device key.pem'), '');
  writeFileSync(join(dir, 'device.pem'), '');
});

afterAll(() => rmSync(dir, { recursive: true }));

/** What bash offers at the end of a line, by sourcing the script and calling the function as bash itself does. */
function bash(line: string): string[] {
  const script = `
    source ./mote.bash
    read -ra COMP_WORDS <<< "$1"
    [[ $1 == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    _mote
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-c', script, 'bash', line], { cwd: dir, encoding: 'utf8' });
  return output.split('\n').filter((word) => word !== '');
}

describe('bash, with the script sourced,', () => {
  test('offers the commands', () => {
    expect(bash('mote ')).toEqual([...commands.map(({ name }) => name), 'help', '--version', '--help']);
    expect(bash('mote pro')).toEqual(['provision']);
  });

  test('offers every flag and alias of every command', () => {
    for (const command of commands) {
      const offered = bash(`mote ${command.name} -`);
      for (const word of command.flags.flatMap(wordsOf)) expect(offered).toContain(word);
    }
  });

  test('offers the choices of a flag, and nothing else behind it', () => {
    expect(bash('mote provision --transport ')).toEqual(['tls', 'websocket', 'auto']);
    expect(bash('mote provision --transport w')).toEqual(['websocket']);
    expect(bash('mote provision --id-scope ')).toEqual([]);
  });

  test('offers files where a file is wanted, names with spaces whole', () => {
    expect(bash('mote provision --cert dev').sort()).toEqual(['device key.pem', 'device.pem']);
    expect(bash('mote inspect device.')).toEqual(['device.pem']);
  });

  test('offers what an operand can be', () => {
    expect(bash('mote completion ')).toEqual(['bash', 'zsh', 'fish', '--help', '-h']);
    expect(bash('mote help doc')).toEqual(['doctor']);
  });
});

/** Flags that take a name of a list or a file. */
const namesOrFiles = () =>
  commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ name: flag, offers }): [string, string, readonly string[]][] =>
      offers === undefined ? [] : [[name, flag, offers]],
    ),
  );

describe('a flag that takes a name or a file', () => {
  test('is --scenario, with every name that the emulator knows', () => {
    expect(namesOrFiles()).toEqual([
      ['emulate', 'scenario', [...Object.keys(SCENARIOS), ...Object.keys(SINGLE_FAULTS)]],
    ]);
  });

  test('is offered both by bash', () => {
    for (const [command, flag, names] of namesOrFiles()) {
      const offered = bash(`mote ${command} --${flag} `);
      for (const name of [...names, 'device key.pem', 'mote.bash']) expect(offered).toContain(name);
      expect(bash(`mote ${command} --${flag} ${names[0]!.slice(0, 4)}`)).toEqual([names[0]]);
      expect(bash(`mote ${command} --${flag} dev`).sort()).toEqual(['device key.pem', 'device.pem']);
    }
  });

  test('has both in the line of fish', () => {
    const lines = fishCompletion(commands).split('\n');
    for (const [command, flag, names] of namesOrFiles())
      expect(lines.filter((line) => line.includes(`from ${command}'`) && line.includes(` -l ${flag} `))).toEqual([
        expect.stringContaining(` -r -F -a '${names.join(' ')}' `),
      ]);
  });
});

test('both scripts parse', () => {
  expect(spawnSync('bash', ['-n', 'mote.bash'], { cwd: dir }).status).toBe(0);
});

const zshMissing = spawnSync('zsh', ['--version']).status !== 0;

/** What zsh shows when Tab is pressed twice: an interactive zsh of its own in a pseudo terminal. */
function zsh(line: string): string {
  const script = `
    zmodload zsh/zpty
    zpty shell 'PS1=ready: zsh -f -i'
    zpty -w shell 'unset zle_bracketed_paste; bindkey "^I" complete-word; autoload -U compinit; compinit -D -u; zstyle ":completion:*" list-colors; setopt no_always_last_prompt; source ./mote.zsh; print END""SETUP'
    zpty -r -m shell output '*ENDSETUP*ready:*'
    zpty -w -n shell ${JSON.stringify(line)}$'\\t\\t\\C-u' ; zpty -w shell 'print END""LIST'
    zpty -r -m shell output '*ENDLIST*'
    print -r -- $output`;
  const screen = execFileSync('zsh', ['-f', '-c', script], { cwd: dir, encoding: 'utf8', timeout: 15_000 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: cursor movements and colours are what is taken out
  return screen.replace(/\x1b\[[\d?;]*[A-Za-z]/g, '');
}

describe.skipIf(zshMissing)('zsh, with the script sourced,', () => {
  test('parses it and takes it for mote', () => {
    const script = 'autoload -U compinit; compinit -D -u; source ./mote.zsh; print $_comps[mote]';
    expect(execFileSync('zsh', ['-f', '-c', script], { cwd: dir, encoding: 'utf8' })).toBe('_mote\n');
  });

  test('offers commands with their summaries, flags with theirs, and choices', () => {
    expect(zsh('mote d')).toMatch(/doctor\s+-- checks/);
    expect(zsh('mote provision --tr')).toContain('--transport');
    expect(zsh('mote provision --transport ')).toMatch(/auto\s+tls\s+websocket/);
    const scenarios = zsh('mote emulate --scenario ');
    for (const name of ['throttled', 'hub-gone', 'device.pem']) expect(scenarios).toContain(name);
  });
});

test('fish gets a line for every command, flag, alias and choice, in quotes that hold', () => {
  const lines = fishCompletion(commands).trimEnd().split('\n');
  for (const line of lines) {
    expect(line).toMatch(
      /^complete -c mote( -f)?( -n '[\w -]+')?( -F)?( -a ('(\\['\\]|[^'\\])*'|[\w-]+))?( -l [\w-]+)?( -s \w)?( -r -F| -x)?( -a '[^']*')?( -d '(\\['\\]|[^'\\])*')?$/,
    );
  }
  for (const { name, flags } of commands) {
    const own = lines.filter((line) => line.includes(`from ${name}'`));
    for (const flag of flags) {
      for (const word of [flag.name, ...(flag.aliases ?? [])]) {
        expect(own.filter((line) => line.includes(` -l ${word} `))).toHaveLength(1);
      }
      if (flag.choices)
        expect(own.find((line) => line.includes(` -l ${flag.name} `))).toContain(`-a '${flag.choices.join(' ')}'`);
    }
  }
});

const fishMissing = spawnSync('fish', ['--version']).status !== 0;

describe.skipIf(fishMissing)('fish, with the script sourced,', () => {
  /** What fish offers for a line, without the summaries. */
  function fish(line: string): string[] {
    const script = `source ./mote.fish; complete -C ${JSON.stringify(line)}`;
    const env = { ...process.env, HOME: dir, XDG_CONFIG_HOME: dir };
    const output = execFileSync('fish', ['--no-config', '-c', script], { cwd: dir, env, encoding: 'utf8' });
    return output.split('\n').flatMap((text) => (text === '' ? [] : [text.split('\t')[0]!]));
  }

  test('offers every command, and nothing else', () => {
    expect(fish('mote ').sort()).toEqual(commands.map(({ name }) => name).sort());
    expect(fish('mote ex')).toEqual(['explain']);
  });

  test('offers the flags of a command, of that command alone, and their choices', () => {
    expect(fish('mote provision --id')).toEqual(['--id-scope']);
    expect(fish('mote sas --trans')).toEqual([]);
    expect(fish('mote provision --transport ')).toEqual(['auto', 'tls', 'websocket']);
  });

  test('offers codes to explain, and files where a file is wanted', () => {
    expect(fish('mote explain connack-')).toContain('connack-5');
    expect(fish('mote provision --ca dev')).toEqual(['device key.pem', 'device.pem']);
    expect(fish('mote emulate --scenario thr')).toEqual(['throttled']);
    expect(fish('mote emulate --scenario dev')).toEqual(['device key.pem', 'device.pem']);
  });
});
