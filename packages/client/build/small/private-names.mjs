import ts from 'typescript';

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  strict: true,
  noEmit: true,
  lib: ['lib.es2022.d.ts'],
  types: ['node'],
};

const UNKNOWN = ts.TypeFlags.Any | ts.TypeFlags.Unknown;

/** Whether it is of no known type, or of one of Node or the language: it may have more members than its type says. */
function mayHoldMore({ flags, symbol }) {
  return (
    (flags & UNKNOWN) !== 0 ||
    symbol?.declarations?.every((one) => /\/node_modules\//.test(one.getSourceFile().fileName)) === true
  );
}

/**
 * The names of members that nobody but the sources below `folder` reads or gives, with how often they stand there. The compiler knows what
 * each belongs to. A name is none of these as soon as it is in one place
 * - a member of a type that somebody can reach who imports one of `entries`,
 * - a member of the language or of Node, or of something whose type is not known: JSON, the options of somebody,
 * - a text, by which a member may be read.
 */
export function privateNames(folder, entries) {
  const program = ts.createProgram(entries, OPTIONS);
  const checker = program.getTypeChecker();
  const isOurs = (node) => node.getSourceFile().fileName.startsWith(folder);
  const counts = new Map();
  const excluded = publicNames(program, checker, entries, isOurs);

  const known = new Set();
  const declaredHere = (symbol) => symbol?.declarations?.every(isOurs) === true;
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) && !ts.isLiteralTypeNode(node.parent)) excluded.add(node.text);
    const name = memberName(node);
    if (name) {
      counts.set(name.text, (counts.get(name.text) ?? 0) + 1);
      if (!symbolsOf(checker, node, name).every(declaredHere)) excluded.add(name.text);
    }
    if (ts.isExpression(node) && !ts.isPropertyAccessExpression(node.parent)) {
      const type = checker.getTypeAtLocation(node);
      const wanted = checker.getContextualType(node);
      if (mayHoldMore(type)) addMembers(checker, wanted, excluded, type.flags & UNKNOWN ? known : undefined);
      else if (wanted) addRead(type, wanted, declaredHere, excluded);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (isOurs(file)) visit(file);
    else if (!file.fileName.includes('/node_modules/@types/node/')) addDeclared(file, excluded);
  }
  return new Map([...counts].filter(([name]) => /^\w{3,}$/.test(name) && !excluded.has(name)));
}

/** The identifier by which this node names a member, if it does. */
function memberName(node) {
  const isMember =
    ts.isPropertyAccessExpression(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isObjectLiteralElement(node);
  let name = isMember ? node.name : undefined;
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken)
    name = node.propertyName ?? node.name;
  return name && ts.isIdentifier(name) ? name : undefined;
}

/** What the name stands for here: all of them have to be ours. */
function symbolsOf(checker, node, name) {
  if (ts.isBindingElement(node)) return partsOf(checker.getTypeAtLocation(node.parent), name.text);
  if (ts.isPropertyAccessExpression(node)) return partsOf(checker.getTypeAtLocation(node.expression), name.text);
  if (!ts.isObjectLiteralElement(node)) return [checker.getSymbolAtLocation(name)];
  // What is written into an object is a member of the type that is asked for there.
  const wanted = checker.getContextualType(node.parent);
  return wanted ? partsOf(wanted, name.text) : [checker.getSymbolAtLocation(name)];
}

/** The members of a type that something is taken for; with `seen`, those of their types, too, for types that are not in it yet. */
function addMembers(checker, type, names, seen) {
  if (type === undefined || seen?.has(type)) return;
  seen?.add(type);
  for (const part of type.isUnionOrIntersection() ? type.types : []) addMembers(checker, part, names, seen);
  for (const symbol of type.flags & ts.TypeFlags.Object ? type.getProperties() : []) {
    names.add(symbol.name);
    if (seen) addMembers(checker, checker.getTypeOfSymbol(symbol), names, seen);
  }
}

/** The members of an object of ours that somebody else reads who gets it: all where nobody knows which. */
function addRead(type, wanted, declaredHere, names) {
  if (!(type.flags & ts.TypeFlags.Object)) return;
  for (const { name } of type.getProperties())
    if (wanted.flags & UNKNOWN || !partsOf(wanted, name).every((one) => !one?.declarations || declaredHere(one)))
      names.add(name);
}

function partsOf(type, name) {
  const parts = (type.isUnion() ? type.types : [type]).filter(({ flags }) => !(flags & ts.TypeFlags.Nullable));
  const found = parts.map((part) => part.getProperty(name));
  // A member of some parts of a union is one of these.
  const some = found.filter((symbol) => symbol !== undefined);
  return some.length > 0 ? some : [undefined];
}

/** The members of all types that an importer of `entries` can reach. */
function publicNames(program, checker, entries, isOurs) {
  const names = new Set();
  const seen = new Set();
  const add = (found, isValue = false) => {
    const symbol = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    if (seen.has(symbol)) return;
    seen.add(symbol);
    for (const declaration of symbol.declarations ?? []) if (isOurs(declaration)) visit(declaration);
    // Nobody can make an object of a class that is exported as a type alone.
    if (isValue)
      for (const made of symbol.members?.get('__constructor')?.declarations ?? []) made.parameters.forEach(visit);
  };
  const visit = (node) => {
    // What a function does is not seen from outside, nor is a private member; nor is an initial value whose type is written.
    if (ts.isBlock(node) || ts.isConstructorDeclaration(node) || ts.isPrivateIdentifier(node.name ?? node)) return;
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword))
      return;
    const name = memberName(node);
    if (name) names.add(name.text);
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      if (symbol) add(symbol);
    }
    ts.forEachChild(node, (child) => {
      if (child !== node.initializer || node.type === undefined) visit(child);
    });
  };
  for (const entry of entries)
    for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry))))
      add(symbol, !symbol.declarations.every((one) => one.isTypeOnly || one.parent?.parent?.isTypeOnly));
  return names;
}

/** The names that a declaration file of the language or of the codec declares. */
function addDeclared(file, names) {
  const visit = (node) => {
    if ((ts.isTypeElement(node) || ts.isClassElement(node)) && node.name) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
}
