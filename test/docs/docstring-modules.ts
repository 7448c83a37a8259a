import { GIVEN } from './given.ts';
import type { PublicName } from './public-names.ts';

/** A name of a package that an example may use, and the entry that has it. */
type Exported = ReadonlyMap<string, readonly string[]>;

/** Where an example finds a name that its own entry does not have. */
const NEAR = ['@mote/codec', '@mote/client', '@mote/client/azure', '@mote/client/core', '@mote/emulator'];

/**
 * An example as a module: it imports what it uses, is given what surrounds it, and what stands behind `//` at the end of a line is what
 * the line gives.
 */
export function moduleOf(code: string, { entries }: Pick<PublicName, 'entries'>, exported: Exported): string {
  const used = new Set(code.replace(/'(?:[^'\\]|\\.)*'/g, "''").match(/(?<![.\w$])[A-Za-z_$][\w$]*(?!\w*:)/g));
  const imports = [...used].flatMap((name) => {
    const homes = exported.get(name) ?? [];
    const home = [...entries, ...NEAR].find((entry) => homes.includes(entry));
    return home === undefined ? [] : [`import { ${name} } from '${home}';`];
  });
  const declared = new Set([...code.matchAll(/\b(?:const|let) (\w+) =/g)].map(([, name]) => name));
  const given = Object.keys(GIVEN).filter((name) => used.has(name) && !declared.has(name));
  const own = code.match(/^import .*$/gm) ?? [];
  const lines = code.split('\n').filter((line) => !line.startsWith('import '));
  return [
    ...imports,
    ...own,
    `import type { Given } from '../../test/docs/given.ts';`,
    `export const given = ${JSON.stringify(given)} as const;`,
    `export async function run({ ${['check', ...given].join(', ')} }: Given): Promise<void> {`,
    ...lines.flatMap((line) => checked(line)),
    '}',
    '',
  ].join('\n');
}

/** `const end = f(); // 2` and `f(); // 2`: what is behind the comment is the value. */
function checked(line: string): string[] {
  const [, indent = '', statement, value] = /^(\s*)(\S.*?);\s+\/\/ (.+)$/.exec(line) ?? [];
  if (statement === undefined) return [line];
  const name = /^const (?:\{ (?:\w+: )?(\w+) \}|(\w+)) = /.exec(statement);
  if (name === null) return [`${indent}check(${statement}, ${value});`];
  return [`${indent}${statement};`, `${indent}check(${name[1] ?? name[2]}, ${value});`];
}
