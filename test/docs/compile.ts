import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Two below the repository, as what compiles here imports from `../../test`. */
export const FOLDER = fileURLToPath(new URL('../../.cache/code-types/', import.meta.url));

/** As in the project of somebody who is strict, with the types that the packages bring. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
  allowImportingTsExtensions: true,
  noEmit: true,
  // The packaging lane checks the types of the packages themselves.
  skipLibCheck: true,
};

export function fileOf(name: string): string {
  // `Sha256` and `sha256` are one file where letter case does not count.
  return `${FOLDER}${name.replace(/\W/g, '-').replace(/[A-Z]/g, '$&_')}.ts`;
}

/** What the compiler has to say of each text: by its name, the first line of each message. */
export function complaints(texts: ReadonlyMap<string, string>, more: ts.CompilerOptions = {}): string[] {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}package.json`, '{ "type": "module" }');
  const names = new Map([...texts.keys()].map((name) => [fileOf(name), name]));
  for (const [file, name] of names) writeFileSync(file, `${texts.get(name)}\nexport {};\n`);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...names.keys()], { ...OPTIONS, ...more }))
    .filter(({ file }) => file === undefined || names.has(file.fileName))
    .map(({ file, start = 0, messageText }) => {
      const where = file && `${names.get(file.fileName)} line ${file.getLineAndCharacterOfPosition(start).line + 1}`;
      return `${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}
