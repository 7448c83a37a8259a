import ts from 'typescript';

/**
 * The same text with `_field` for `#field`: the bundler shortens names that begin so. Where classes have no private fields compilers
 * make a WeakMap of each, which small engines do not have, and none has the memory for.
 */
export function withoutPrivateNames(text) {
  const characters = text.split('');
  const visit = (node) => {
    if (ts.isPrivateIdentifier(node)) characters[node.getStart()] = '_';
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.ES2022, true));
  return characters.join('');
}
