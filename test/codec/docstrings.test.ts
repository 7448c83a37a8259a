import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../packages/codec/', import.meta.url));

// docs/docstring-examples.test.ts runs the examples.

test('every public name has a docstring, and so has every field that says more than its type', () => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const isSilent = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length === 0;
  const silent: string[] = [];
  let names = 0;
  for (const entry of ['index', 'annotate']) {
    const file = program.getSourceFile(`${root}src/${entry}.ts`)!;
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(file)!)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      names++;
      if (isSilent(symbol)) silent.push(symbol.name);
      for (const [name, member] of symbol.members ?? []) {
        const isPrivate = member.declarations?.some(
          (each) => ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Private,
        );
        // `type` and `name` are the literal that their type says, and a constructor is its class.
        if (isPrivate || ['type', 'name', '__constructor'].includes(String(name))) continue;
        if (isSilent(member)) silent.push(`${symbol.name}.${name}`);
      }
    }
  }
  expect(names).toBeGreaterThan(100);
  expect(silent).toEqual([]);
});
