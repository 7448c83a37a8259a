import ts from 'typescript';

/**
 * The names that a script or module takes from its engine: every identifier in it that it does not declare. Found by the compiler,
 * which is given no library, so that a name in a string, a comment or behind a dot is none.
 */
export function freeGlobals(code: string): string[] {
  const file = ts.createSourceFile('built.js', code, ts.ScriptTarget.ES2022, true);
  const options: ts.CompilerOptions = {
    allowJs: true,
    noLib: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
  };
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    getSourceFile: (name) => (name === 'built.js' ? file : undefined),
  };
  const checker = ts.createProgram(['built.js'], options, host).getTypeChecker();
  /** The compiler has a symbol for `globalThis`, which nobody declares. */
  const isDeclared = (node: ts.Identifier): boolean =>
    node.text !== 'globalThis' && checker.resolveName(node.text, node, ts.SymbolFlags.Value, false) !== undefined;
  const free = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isName(node) && !isDeclared(node)) free.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const of of ['arguments', 'undefined']) free.delete(of);
  return [...free].sort();
}

/** A property, a label, or the outer half of `export { a as b }`: no variable. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isAccessor(parent))
    return parent.name === node;
  if (ts.isPropertyDeclaration(parent) || ts.isClassStaticBlockDeclaration(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  if (ts.isExportSpecifier(parent)) return parent.name === node && parent.propertyName !== undefined;
  return ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent);
}
