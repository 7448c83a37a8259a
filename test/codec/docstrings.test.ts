import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as codec from '@mote/codec';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../packages/codec/', import.meta.url));

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

const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const examples = sources.flatMap((file) =>
  [...readFileSync(`${root}src/${file}`, 'utf8').matchAll(/ \* @example\n((?: +\*(?!\/).*\n)+)/g)].map(
    ([, lines = '']) => [file, lines.replaceAll(/^ +\* ?/gm, '')] as const,
  ),
);

test.each(examples)('the example in %s runs as it stands', (_file, code) => {
  const heard: unknown[] = [];
  const packet = codec.encodePublish({ topicName: 'a/b', payload: Uint8Array.of(1) });
  const framer = new codec.Framer();
  framer.push(packet);
  const surroundings = {
    ...codec,
    framer,
    target: new Uint8Array(100),
    socket: { on: (_name: string, listen: (chunk: Uint8Array) => void) => listen(packet) },
    onMessage: (...message: unknown[]) => heard.push(message),
  };
  new Function('surroundings', `with (surroundings) {\n${code}\n}`)(surroundings);
  expect(heard.length).toBe(code.includes('onMessage') ? 1 : 0);
});

test('the main names have one', () => {
  expect(examples.map(([file]) => file.split('/').at(-1)).sort()).toEqual(
    ['connect.ts', 'framer.ts', 'packet.ts', 'prepared-publish.ts', 'publish-view.ts', 'publish.ts'].sort(),
  );
});
