import ts from 'typescript';

const isNumber = /^[\d_.e*+\-() ]+$/;

/**
 * The texts of modules with numbers in place of the constants that name them. esbuild does so in a module without imports alone.
 * @param {Map<string, string>} modules the text of each by its path
 */
export function withNumbers(modules) {
  const files = new Map(
    [...modules].map(([path, text]) => [path, ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)]),
  );
  const own = new Map([...files].map(([path, file]) => [path, numbersOf(file)]));
  return new Map(
    [...files].map(([path, file]) => [
      path,
      replaced(file, new Map([...own.get(path), ...importedInto(file, path, own)])),
    ]),
  );
}

/** The constants of a module that are numbers. */
function numbersOf(file) {
  const found = new Map();
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const text = initializer?.getText() ?? '';
      if (/^[A-Z][A-Z_\d]+$/.test(name.getText()) && isNumber.test(text)) found.set(name.text, `(${text})`);
    }
  }
  return found;
}

function importedInto(file, path, own) {
  const found = [];
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const numbers = own.get(new URL(statement.moduleSpecifier.text, `file://${path}`).pathname);
    for (const { name, propertyName } of statement.importClause?.namedBindings?.elements ?? []) {
      const number = numbers?.get((propertyName ?? name).text);
      if (number) found.push([name.text, number]);
    }
  }
  return found;
}

function replaced(file, numbers) {
  const { text } = file;
  let from = 0;
  let out = '';
  const visit = (node) => {
    // Of a declaration the name stays, and of an import, a member and an export.
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isIdentifier(node) && numbers.has(node.text) && isUse(node)) {
      const written = ts.isShorthandPropertyAssignment(node.parent) ? `${node.text}: ` : '';
      out += text.slice(from, node.getStart()) + written + numbers.get(node.text);
      from = node.end;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return out + text.slice(from);
}

function isUse(node) {
  const { parent } = node;
  return parent.name !== node || ts.isShorthandPropertyAssignment(parent);
}
