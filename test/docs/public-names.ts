import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A name that a package exports. */
export interface PublicName {
  /** `@mote/client/azure` */
  readonly entries: readonly string[];
  readonly name: string;
  /** A function or a class: what somebody calls. A constant or a type is named, and not called. */
  readonly call: boolean;
  readonly doc: string;
  /** The text of each `@example`, as code. */
  readonly examples: readonly string[];
  /** Of a class: methods and accessors that its users see and that have no docstring. */
  readonly bareMembers: readonly string[];
  /** Of an interface: members that have no docstring. */
  readonly bareFields: readonly string[];
  /** `packages/client/src/base64.ts:12` */
  readonly where: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `@mote/client/azure` and the source of it, of every entry that a package.json names. */
function entryFiles(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of ['codec', 'client', 'emulator']) {
    const { exports } = JSON.parse(readFileSync(`${ROOT}packages/${name}/package.json`, 'utf8')) as {
      exports: Record<string, string | { readonly default: string }>;
    };
    for (const [entry, target] of Object.entries(exports))
      if (typeof target !== 'string')
        found.set(
          `@mote/${name}${entry.slice(1)}`,
          `${ROOT}packages/${name}${target.default.slice(1).replace('/dist/', '/src/').replace(/js$/, 'ts')}`,
        );
  }
  return found;
}

/** Every name that a package exports, once, though several entries may have it. What is marked `@internal` is not public. */
export function publicNames(): PublicName[] {
  const files = entryFiles();
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.base.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const program = ts.createProgram([...files.values()], options);
  const checker = program.getTypeChecker();
  const byDeclaration = new Map<ts.Declaration, PublicName>();
  for (const [entry, file] of files) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const declaration = symbol.declarations?.[0];
      if (declaration === undefined || tags(symbol, 'internal').length > 0) continue;
      const known = byDeclaration.get(declaration);
      byDeclaration.set(
        declaration,
        known ? { ...known, entries: [...known.entries, entry] } : describe(entry, exported.name, symbol, declaration),
      );
    }
  }
  return [...byDeclaration.values()];

  function describe(entry: string, name: string, symbol: ts.Symbol, declaration: ts.Declaration): PublicName {
    const source = declaration.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
    return {
      entries: [entry],
      name,
      call: (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0,
      doc: docOf(symbol),
      examples: tags(symbol, 'example').map((text) => /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? text),
      bareMembers: symbol.flags & ts.SymbolFlags.Class ? bareMembers(symbol) : [],
      bareFields: symbol.flags & ts.SymbolFlags.Interface ? bareMembers(symbol) : [],
      where: `${source.fileName.slice(ROOT.length)}:${line + 1}`,
    };
  }

  function bareMembers(symbol: ts.Symbol): string[] {
    return [...(symbol.members?.values() ?? [])]
      .filter(({ flags }) => flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor | ts.SymbolFlags.Property))
      .filter(({ name }) => !/^_|^#/.test(name) && !name.startsWith('__'))
      .filter(({ declarations }) =>
        declarations?.every((one) => !(ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Private)),
      )
      .filter((member) => tags(member, 'internal').length === 0 && docOf(member) === '')
      .map(({ name }) => name);
  }

  function docOf(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  }

  function tags(symbol: ts.Symbol, name: string): string[] {
    return symbol
      .getJsDocTags(checker)
      .flatMap((tag) => (tag.name === name ? [ts.displayPartsToString(tag.text)] : []));
  }
}
