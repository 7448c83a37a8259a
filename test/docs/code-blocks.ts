import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  readonly file: string;
  /** `README.md:21` */
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a user reads, by path. CHANGELOG.md is no instruction. */
export function documents(): ReadonlyMap<string, string> {
  const files = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...readdirSync(`${ROOT}docs`).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
    ...['codec', 'client', 'emulator', 'cli'].map((name) => `packages/${name}/README.md`),
  ];
  return new Map(files.map((file) => [file, readFileSync(ROOT + file, 'utf8')]));
}

/** Every fenced block of them. */
export function codeBlocks(): CodeBlock[] {
  return [...documents()].flatMap(([file, text]) => blocksOf(file, text));
}

function blocksOf(file: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    file,
    where: `${file}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1]!,
    text: match[2]!,
  }));
}
