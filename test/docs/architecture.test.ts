import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// The walks of docs/architecture.md are those of the sources: whoever follows one finds each file, and in it what the page names.

const PACKAGES = fileURLToPath(new URL('../../packages/', import.meta.url));
const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');

interface Step {
  /** `client/src/driver.ts` */
  readonly file: string;
  /** The names in brackets after it. */
  readonly names: readonly string[];
}

const sources = ['codec', 'client', 'emulator', 'cli'].flatMap((name) =>
  readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${name}/src/${file}`),
);

/** The source with this path. The page leaves out the package, and the folder if it is that of the file before. */
function find(path: string, before: string | undefined): string {
  const home = before?.split('/')[0];
  const inFolder = before && join(dirname(before), path);
  if (inFolder && sources.includes(inFolder)) return inFolder;
  const found = sources.filter((file) => file.endsWith(`/src/${path}`));
  return found.find((file) => file.startsWith(`${home}/`)) ?? found[0] ?? path;
}

function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  for (const [, path, bracket = ''] of text.matchAll(/`([\w/-]+\.ts)`(?:\s+\(([^)]*)\))?/g)) {
    const names = [...bracket.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    steps.push({ file: find(path!, steps.at(-1)?.file), names });
  }
  return steps;
}

const walks = [...page.matchAll(/^- \*\*(From [^*]+)\*\*: ((?:.+\n)(?: {2}.+\n)*)/gm)].map(([, title, text]) => ({
  title: title!,
  steps: stepsOf(text!),
}));

const graph = new Map<string, Set<string>>(sources.map((file) => [file, new Set()]));
for (const file of sources) {
  const text = readFileSync(PACKAGES + file, 'utf8');
  for (const [, name] of text.matchAll(/(?:from |import\()'([^']+)'/g)) {
    const target = name!.startsWith('.') ? relative(PACKAGES, join(PACKAGES, dirname(file), name!)) : undefined;
    if (!target || !graph.has(target)) continue;
    graph.get(file)!.add(target);
    graph.get(target)!.add(file);
  }
}

/** Whether one file imports the other, or a third one imports or is imported by both. */
function near(one: string, other: string): boolean {
  const around = graph.get(one)!;
  return around.has(other) || [...around].some((between) => graph.get(between)!.has(other));
}

test('the page has walks', () => {
  expect(walks.map(({ title }) => title)).toEqual([
    'From `encodePublish` to the byte',
    'From a chunk to a message',
    'From a chunk to the assignment',
    'From an option to the wire',
    'From a flag to an option',
    'From a failed dial to a hint',
    'From a configuration to an enrollment',
    'From a PUBLISH at the hub to `telemetry()`',
  ]);
});

test.each(walks)('$title: each file is there, and has what is named', ({ steps }) => {
  expect(steps.length).toBeGreaterThan(4);
  for (const { file, names } of steps) {
    expect(existsSync(PACKAGES + file), file).toBe(true);
    const text = readFileSync(PACKAGES + file, 'utf8');
    for (const name of names) expect(text, `${name} in ${file}`).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

test.each(walks)('$title: each file is a step away from an earlier one', ({ steps }) => {
  for (const [i, { file }] of steps.entries()) {
    const before = steps.slice(0, i).map((step) => step.file);
    // Into another package only through its entry.
    const entered = before.at(-1)?.split('/')[0] !== file.split('/')[0];
    expect(i === 0 || entered || before.some((one) => near(one, file)), `${file} after ${before.at(-1)}`).toBe(true);
  }
});

test('every file and folder of the table is there', () => {
  const named = [...page.matchAll(/`(packages\/[\w/.-]+)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(PACKAGES, '..', path)))).toEqual([]);
});
