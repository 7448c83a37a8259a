import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  /** `README.md:21` */
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Every fenced block of README.md, the READMEs of the packages, and docs/. */
export function codeBlocks(): CodeBlock[] {
  const files = [
    'README.md',
    ...readdirSync(`${ROOT}docs`).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
    ...['codec', 'client', 'emulator', 'cli'].map((name) => `packages/${name}/README.md`),
  ];
  return files.flatMap((file) => blocksOf(file, readFileSync(ROOT + file, 'utf8')));
}

function blocksOf(file: string, text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    where: `${file}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1]!,
    text: match[2]!,
  }));
}
