import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { codeBlocks } from './code-blocks.ts';

// A block is compiled as in the project of somebody who is strict, with the types that the packages bring.

const FOLDER = fileURLToPath(new URL('../../.cache/code-types/', import.meta.url));
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  types: ['node'],
  noEmit: true,
  // The packaging lane checks the types of the packages themselves.
  skipLibCheck: true,
};

/** What the compiler has to say of each text: by its name, the first line of each message. */
function complaints(texts: ReadonlyMap<string, string>): string[] {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}package.json`, '{ "type": "module" }');
  const names = new Map([...texts.keys()].map((name) => [`${FOLDER}${name.replace(/\W/g, '-')}.ts`, name]));
  for (const [file, name] of names) writeFileSync(file, `${texts.get(name)}\nexport {};\n`);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...names.keys()], OPTIONS))
    .map(({ file, start = 0, messageText }) => {
      const where =
        file &&
        `${names.get(file.fileName) ?? file.fileName} line ${file.getLineAndCharacterOfPosition(start).line + 1}`;
      return `${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}

test('every block of TypeScript in the documents compiles strictly', () => {
  const blocks = codeBlocks().filter(({ language }) => language === 'ts');
  expect(blocks.length).toBeGreaterThan(8);
  expect(complaints(new Map(blocks.map(({ where, text }) => [where, text])))).toEqual([]);
});

test('a block is refused that gives what may be undefined, names what is not there, or what nobody uses', () => {
  const key = "import { groupKey } from '@mote/client';\ngroupKey(process.env.DPS_GROUP_KEY);";
  const name = "import { provisions } from '@mote/client';\nprovisions();";
  const unused = "import { groupKey } from '@mote/client';";
  const found = complaints(
    new Map([
      ['key', key],
      ['name', name],
      ['unused', unused],
    ]),
  );
  expect(found.map((text) => text.split(' ')[0])).toEqual(['key', 'name', 'unused']);
});
