import type { Result } from '../reporter/results.ts';

/** What a table says of a test: its file below test/, and words of its title, `%s` and `$name` standing for anything. */
export interface Claim {
  readonly where: string;
  readonly file: string;
  readonly words: string;
}

/** The files of tests that are written as data, and the one that runs them. */
const RUN_BY: readonly (readonly [RegExp, string])[] = [
  [/^client\/faults\/peer-cases\/[\w-]+\.ts$/, 'client/faults/peer-cases.test.ts'],
  [/^client\/weak-tls\.ts$/, 'client/options.test.ts'],
];

/** Why the claim does not hold: undefined when each test that it means ran, and passed. */
export function fault({ where, file, words }: Claim, results: readonly Result[]): string | undefined {
  const runBy = RUN_BY.find(([data]) => data.test(file))?.[1] ?? file;
  const title = new RegExp(
    words
      .split(/%[a-z]|\$\w+/)
      .map(escaped)
      .join('.+'),
  );
  const meant = results.filter((result) => result.file === runBy && title.test(result.title));
  if (meant.length === 0) return `${where}: no test of ${file} with "${words}" ran`;
  const bad = meant.find(({ state }) => state !== 'passed');
  return bad && `${where}: ${file}: "${bad.title}" has ${bad.state}`;
}

/** The test that a row of docs/conformance.md names: `` `file`: title ``. */
export function conformanceClaims(page: string): Claim[] {
  return page.split('\n').flatMap((line) => {
    const [, statement] = /^\| ((?:MQTT|U)-\S+) \|/.exec(line) ?? [];
    if (statement === undefined) return [];
    const shown = line.split(/(?<!\\)\|/).at(-2) ?? '';
    return shown.split('<br>').flatMap((each) => {
      const [, file, words] = /^\s*`([^`]+)`: (.+?)\s*$/.exec(each) ?? [];
      return file === undefined || words === undefined ? [] : [{ where: statement, file, words }];
    });
  });
}

/** Test files that a page names anywhere, by the end of their path. */
export function namedFiles(page: string): string[] {
  return [
    ...new Set([...page.matchAll(/[\w./-]+\.test\.ts/g)].map(([name]) => name.replace(/^(?:\.\.\/)*(?:test\/)?/, ''))),
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
