import { spawnSync } from 'node:child_process';

/** One command of a shell block, continued lines joined. */
export interface ShellLine {
  /** Without the comment behind it. */
  readonly command: string;
  /** 0, unless the comment says `exit code N`. */
  readonly exitCode: number;
  /** It runs until somebody ends it: a reader gives it a terminal of its own. */
  readonly serves: boolean;
}

export function shellLines(block: string): ShellLine[] {
  return block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, command = '', comment = ''] = /^(.*?)(?:\s+#\s(.*))?$/.exec(line) ?? [];
      const exitCode = Number(/exit code (\d+)/.exec(comment)?.[1] ?? 0);
      return { command: command.replace(/\s+/g, ' ').trim(), exitCode, serves: /\bmote emulate\b/.test(command) };
    });
}

/**
 * Lines that are not run in a folder of their own, each with the reason and the file that runs it. A line that stands in no
 * document any more, or in no such file, fails the test.
 */
export const RUN_ELSEWHERE: ReadonlyMap<string, { readonly why: string; readonly file: string; readonly as: string }> =
  new Map([
    ['npx -y pnpm@10.34.9 demo', { why: 'wants a clone: a lane of its own', file: '.ci/run', as: "lane 'demo'" }],
    ['mote demo', { why: 'the same', file: 'package.json', as: 'node packages/cli/bin/mote.js demo' }],
    [
      `alias mote="node '$PWD/packages/cli/dist/main.js'"`,
      {
        why: 'wants a clone',
        file: 'test/docs/first-walk.mjs',
        as: `alias mote="node '$PWD/packages/cli/dist/main.js'"`,
      },
    ],
    [
      'npx -y pnpm@10.34.9 pack:all',
      { why: 'wants a clone', file: 'test/packaging/run.sh', as: 'pnpm@10.34.9 pack:all' },
    ],
    [
      'npm install ../mote/tarballs/mote-codec-0.1.0.tgz ../mote/tarballs/mote-client-0.1.0.tgz',
      { why: 'wants the tarballs', file: 'test/docs/newcomer/install.mjs', as: 'tarballs/mote-codec-0.1.0.tgz' },
    ],
    [
      'npx -y pnpm@10.34.9 test',
      { why: 'is what runs this test', file: 'test/nodes/run.mjs', as: "'pnpm@10.34.9', 'test'" },
    ],
    ['npx -y pnpm@10.34.9 check', { why: 'a lane of its own', file: '.ci/run', as: "queue 'types and lint'" }],
    ['bash .ci/run', { why: 'is what CI runs', file: 'CONTRIBUTING.md', as: 'all that CI runs' }],
  ]);

/** Tools that Node does not bring: where one is missing, its block ends in front of the line that needs it. */
const OPTIONAL_TOOLS = ['openssl', 'curl', 'mosquitto_pub'];

export function missingTool(line: ShellLine | undefined): string | undefined {
  const tool = line?.command.split(' ')[0] ?? '';
  return OPTIONAL_TOOLS.includes(tool) && spawnSync(tool, ['--version']).error !== undefined ? tool : undefined;
}
