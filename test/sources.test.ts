import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

// How sources read: no file is too long, and one sees at a name whether it is private. CONTRIBUTING.md has the rules.

const PACKAGES = fileURLToPath(new URL('../packages', import.meta.url));

interface Source {
  /** `codec` */
  readonly package: string;
  /** `client/src/mqtt/client.ts` */
  readonly name: string;
  readonly text: string;
}

const sources: Source[] = ['codec', 'client', 'emulator', 'cli'].flatMap((name) =>
  readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({
      package: name,
      name: `${name}/src/${file}`,
      text: readFileSync(join(PACKAGES, name, 'src', file), 'utf8'),
    })),
);

/** A member that is declared or used. */
interface Use {
  readonly name: string;
  /** Whether a class or a type has it from here. */
  readonly declared: boolean;
  /** Whether the keyword `private` stands before it. */
  readonly keyword: boolean;
}

/** The members of a source that are `_name` or have the keyword `private`. */
function usesOf(text: string): Use[] {
  const found: Use[] = [];
  // Most files have none of these, and need not be parsed.
  if (!/^\s*private\b|\b_[a-z]/m.test(text)) return found;
  const visit = (node: ts.Node): void => {
    const declared = ts.isClassElement(node) || ts.isTypeElement(node);
    const keyword = declared && hasKeyword(node);
    let name: ts.Node | undefined;
    if (declared || ts.isPropertyAccessExpression(node)) name = node.name;
    // `const { _options: options } = client`
    if (ts.isBindingElement(node)) name = node.propertyName ?? node.name;
    if (name && ts.isIdentifier(name) && (keyword || /^_[a-z]/.test(name.text)))
      found.push({ name: name.text, declared, keyword });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.ES2022));
  return found;
}

function hasKeyword(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true;
}

/** The first word of a file's name: files of one class share it. */
const wordOf = (name: string): string => /^[a-z]+/.exec(basename(name))![0];

/** Fields `_name` that are read in files not named after the class that has them. */
function strangers(files: readonly Source[]): string[] {
  const owners = new Map<string, Set<string>>();
  const uses = files.flatMap((file) => usesOf(file.text).map((use) => ({ ...use, file: file.name })));
  for (const { name, declared, file } of uses)
    if (declared) owners.set(name, (owners.get(name) ?? new Set()).add(wordOf(file)));
  return uses
    .filter(({ name, file }) => !owners.get(name)?.has(wordOf(file)))
    .map(({ name, file }) => `${name} in ${file}`);
}

test('no source has more than 250 lines', () => {
  expect(sources.length).toBeGreaterThan(500);
  const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > 250);
  expect(long.map(({ name }) => name)).toEqual([]);
});

test('no line of a comment has more than 140 columns, which the formatter does not check', () => {
  const wide = sources.flatMap(({ name, text }) =>
    text
      .split('\n')
      .filter((line) => line.length > 140 && /^\s*(\/\/|\/\*|\*)/.test(line))
      .map((line) => `${name}: ${line.trim().slice(0, 40)}`),
  );
  expect(wide).toEqual([]);
});

const codec = sources.filter((source) => source.package === 'codec');
const others = sources.filter((source) => source.package !== 'codec');

test('private members of the codec are `private _name`: it is compiled to ECMAScript 5, which has no `#name`', () => {
  const uses = codec.flatMap(({ text }) => usesOf(text));
  expect(uses.filter(({ keyword, name }) => keyword && !name.startsWith('_'))).toEqual([]);
  expect(uses.filter(({ keyword }) => keyword).length).toBeGreaterThan(15);
  expect(codec.filter(({ text }) => /\.#[a-z]/.test(text)).map(({ name }) => name)).toEqual([]);
});

test('elsewhere they are `#name`, and `_name` only where functions outside of the class read them, in files named after it', () => {
  const uses = others.flatMap(({ text }) => usesOf(text));
  expect(uses.filter(({ keyword }) => keyword)).toEqual([]);
  expect(strangers(others)).toEqual([]);
  expect(uses.length).toBeGreaterThan(50);
});

test('a file that reads fields of another class is found', () => {
  const file = (name: string, text: string): Source => ({ package: 'client', name, text });
  const files = [
    file('mqtt/client-fields.ts', 'class ClientFields { _now = 0; #own = 1 }'),
    file('mqtt/client-dial.ts', 'const { _now: now } = client;'),
    file('mqtt/delivery.ts', 'if (client._now) stop();'),
  ];
  expect(strangers(files)).toEqual(['_now in mqtt/delivery.ts']);
});
