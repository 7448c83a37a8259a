import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

// Scripts that the compiler does not check load sources, built modules and each other by path. A file that was moved must not be missed
// only by the lane that runs them. Needs a built workspace.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['test', 'bench', 'examples', 'build', ...['codec', 'client', 'cli', 'emulator'].map(buildOf)];
const scripts = FOLDERS.flatMap((folder) => scriptsIn(join(ROOT, folder)));

function buildOf(name: string): string {
  return `packages/${name}/build`;
}

function scriptsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(?:node_modules|dist|\.cache)$/.test(entry.name) ? [] : scriptsIn(path);
    return /\.[mc]?js$/.test(entry.name) ? [path] : [];
  });
}

/** Modules of a worker are found by the names that its configuration gives them. */
function isNamedForWorker(script: string, path: string): boolean {
  const folder = dirname(script);
  const texts = readdirSync(folder).filter((name) => name.endsWith('.capnp'));
  return texts.some((name) => {
    const names = [...readFileSync(join(folder, name), 'utf8').matchAll(/\(name = "([^"]+\.(?:m?js|json))"/g)].map(
      ([, module]) => module!,
    );
    const own = names.find((module) => basename(module) === basename(script));
    return own !== undefined && names.includes(join(dirname(own), path));
  });
}

/** What a script loads by a path that begins with a dot. */
function importsOf(text: string): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.map(({ fileName }) => fileName).filter((path) => /^\.\.?\//.test(path));
}

/** The files of packages that it names in any other way: in a URL, as what a process runs, or in a comment. */
function filesOfPackages(text: string): string[] {
  return text.match(/\bpackages\/[a-z]+\/(?:src|dist|bin|build)\/[\w/.-]+\.(?:[mc]?[jt]s|html)\b/g) ?? [];
}

test('imports of each form are found, and files of packages', () => {
  const text = [
    "import { a } from './a.mjs';",
    "export * from '../b.mjs';",
    "const c = await import('./c.mjs');",
    "const d = require('./d.cjs');",
    "const e = new URL('../../packages/client/dist/e.js', import.meta.url);",
    "import f from 'f'; // from './comment.mjs'",
  ].join('\n');
  expect(importsOf(text).sort()).toEqual(['../b.mjs', './a.mjs', './c.mjs', './d.cjs']);
  expect(filesOfPackages(text)).toEqual(['packages/client/dist/e.js']);
});

test(`each file that ${scripts.length} scripts load by its path is there`, () => {
  expect(scripts.length).toBeGreaterThan(100);
  const missing = scripts.flatMap((script) => {
    const text = readFileSync(script, 'utf8');
    const paths = [
      ...importsOf(text).filter((path) => !existsSync(join(dirname(script), path)) && !isNamedForWorker(script, path)),
      ...filesOfPackages(text).filter((path) => !existsSync(join(ROOT, path))),
    ];
    return paths.map((path) => `${relative(ROOT, script)}: ${path}`);
  });
  expect(missing).toEqual([]);
});
