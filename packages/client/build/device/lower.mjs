// Lowers the machines and the codec from their sources to ECMAScript 5, module by module; a bundler joins them.
// What an engine of ES5 with Uint8Array lacks (Map, `includes`, bytes that have `slice`) is called from runtime.js, found by the type
// of what it is called on. What that file does not have ends the build, so nothing enters unseen.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { withoutPrivateNames } from './private-names.mjs';

const packages = fileURLToPath(new URL('../../../', import.meta.url));
const RUNTIME = new Set(
  [...readFileSync(new URL('runtime.js', import.meta.url), 'utf8').matchAll(/^export (?:function|var) (\w+)/gm)].map(
    ([, name]) => name,
  ),
);
const OPTIONS = {
  target: ts.ScriptTarget.ES5,
  ignoreDeprecations: '6.0',
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  paths: { '@mote/codec': [`${packages}codec/src/index.ts`] },
  // tsc checks the sources; here types only tell what a method is called on.
  strict: true,
  lib: ['lib.es2020.d.ts'],
  types: [],
  // Helpers come from `tslib`, which the bundler takes for runtime.js.
  importHelpers: true,
  removeComments: true,
  inlineSourceMap: true,
  inlineSources: true,
};

/** The text of every source that `entry` needs, by its path. */
export function lowered(entry) {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile } = host;
  host.getSourceFile = (file, version) =>
    isOurs(file)
      ? ts.createSourceFile(file, withoutPrivateNames(readFileSync(file, 'utf8')), version, true)
      : getSourceFile.call(host, file, version);
  const program = ts.createProgram([entry], OPTIONS, host);
  const files = new Map();
  const lacking = [];
  const before = [takingFromRuntime(program.getTypeChecker(), lacking)];
  const after = [askingOnce];
  for (const source of program.getSourceFiles().filter(({ fileName }) => isOurs(fileName)))
    program.emit(source, (_, text) => files.set(source.fileName, text), undefined, false, { before, after });
  if (lacking.length > 0) throw new Error(`neither in ES5 nor in build/device/runtime.js:\n${lacking.join('\n')}`);
  return files;
}

/** `??` and `?.` as TypeScript writes them ask twice; `== null` is true of the same two values. */
function askingOnce(context) {
  const { factory } = context;
  const visit = (node) => {
    if (ts.isBinaryExpression(node) && ts.isBinaryExpression(node.left) && ts.isBinaryExpression(node.right)) {
      const { left, operatorToken, right } = node;
      const written = [left, node, right].map((each) => each.operatorToken.kind).join();
      if (left.right.kind === ts.SyntaxKind.NullKeyword && right.right.kind === ts.SyntaxKind.VoidExpression) {
        const value = ts.visitNode(left.left, visit);
        if (written === IS_NOTHING) return factory.createEquality(value, factory.createNull());
        if (written === IS_SOMETHING) return factory.createInequality(value, factory.createNull());
        throw new Error(`an operator that is not known: ${ts.tokenToString(operatorToken.kind)}`);
      }
    }
    return ts.visitEachChild(node, visit, context);
  };
  return (file) => visit(file);
}

const { EqualsEqualsEqualsToken, ExclamationEqualsEqualsToken, BarBarToken, AmpersandAmpersandToken } = ts.SyntaxKind;
const IS_NOTHING = [EqualsEqualsEqualsToken, BarBarToken, EqualsEqualsEqualsToken].join();
const IS_SOMETHING = [ExclamationEqualsEqualsToken, AmpersandAmpersandToken, ExclamationEqualsEqualsToken].join();

function isOurs(file) {
  return /\/packages\/(client|codec)\/src\//.test(file);
}

function takingFromRuntime(checker, lacking) {
  return (context) => (file) => {
    const { factory } = context;
    const used = new Set();

    const helper = (name, node) => {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      if (!RUNTIME.has(name)) lacking.push(`${file.fileName.replace(packages, '')}:${line + 1} ${name}`);
      used.add(name);
      return factory.createIdentifier(name);
    };
    const call = (name, node, ...args) =>
      factory.createCallExpression(
        helper(name, node),
        undefined,
        args.map((arg) => (arg.pos < 0 ? arg : ts.visitNode(arg, visit))),
      );

    const sumOf = ({ head, templateSpans }) => {
      const parts = templateSpans.flatMap(({ expression, literal }) => [
        factory.createParenthesizedExpression(ts.visitNode(expression, visit)),
        ...(literal.text === '' ? [] : [factory.createStringLiteral(literal.text)]),
      ]);
      // A sum is text as soon as one of its first two parts is.
      if (head.text !== '' || !ts.isStringLiteral(parts[1] ?? head))
        parts.unshift(factory.createStringLiteral(head.text));
      return factory.createParenthesizedExpression(parts.reduce((sum, part) => factory.createAdd(sum, part)));
    };

    const visit = (node) => {
      if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
        const { expression: on, name } = node.expression;
        const owner = ownerOf(checker, name);
        if (isLate(owner, name.text)) {
          const isStatic = /Constructor$|^Math$/.test(owner.name);
          const helperName = `${isStatic ? on.text : kindOf(owner.name)}_${name.text}`;
          if (isStatic) return call(helperName, node, ...node.arguments);
          if (!ts.isOptionalChain(node)) return call(helperName, node, on, ...node.arguments);
          if (ts.isOptionalChain(node.parent)) lacking.push(`${node.getText()} in the middle of a chain`);
          return call('ifThere', node, helper(helperName, node), on, ...node.arguments);
        }
      }
      if (ts.isForOfStatement(node) && !isIndexed(checker, node.expression)) {
        const list = call('listOf', node, node.expression);
        return factory.updateForOfStatement(
          node,
          undefined,
          node.initializer,
          list,
          ts.visitNode(node.statement, visit),
        );
      }
      if (ts.isSpreadElement(node) && !isIndexed(checker, node.expression))
        return factory.updateSpreadElement(node, call('listOf', node, node.expression));
      if (ts.isIdentifier(node) && (ts.isNewExpression(node.parent) || ts.isExpressionWithTypeArguments(node.parent))) {
        const owner = ownerOf(checker, node);
        if (owner && (node.text === 'Map' || node.text === 'Set')) return helper(`${node.text}_`, node);
        if (owner && node.text === 'Error' && ts.isExpressionWithTypeArguments(node.parent))
          return helper('Failure', node);
      }
      // What TypeScript makes of a template is a call of `concat` for each part.
      if (ts.isTemplateExpression(node)) return sumOf(node);
      if (ts.isRegularExpressionLiteral(node)) {
        const written = withoutDotAll(node.text);
        if (!/\/[gim]*$/.test(written) || /\(\?<|\\[pk]\{/.test(written)) lacking.push(`${file.fileName} ${written}`);
        return factory.createRegularExpressionLiteral(written);
      }
      return ts.visitEachChild(node, visit, context);
    };

    const { statements } = ts.visitEachChild(file, visit, context);
    const names = [...used].map((name) =>
      factory.createImportSpecifier(false, undefined, factory.createIdentifier(name)),
    );
    const clause = factory.createImportClause(undefined, undefined, factory.createNamedImports(names));
    const imports = factory.createImportDeclaration(undefined, clause, factory.createStringLiteral('tslib'));
    return factory.updateSourceFile(file, names.length > 0 ? [imports, ...statements] : statements);
  };
}

/** Where TypeScript's library declares it; undefined for what is ours. */
function ownerOf(checker, node) {
  for (const declaration of checker.getSymbolAtLocation(node)?.declarations ?? []) {
    const library = /\/lib\.(.+)\.d\.ts$/.exec(declaration.getSourceFile().fileName)?.[1];
    if (library) return { library, name: declaration.parent?.name?.text ?? '' };
  }
  return undefined;
}

/** Typed arrays have nothing but these everywhere. What a Map or Set has, that of runtime.js has too. */
function isLate(owner, name) {
  if (owner === undefined) return false;
  if (/^(Uint8|Int32)Array(Constructor)?$/.test(owner.name)) return !['set', 'subarray'].includes(name);
  return owner.library !== 'es5' && !/^(Readonly)?(Map|Set)$|Iterator$|^PromiseLike$/.test(owner.name);
}

function kindOf(owner) {
  return /^(Uint8|Int32)Array$/.test(owner) ? 'bytes' : owner.replace('Readonly', '').toLowerCase();
}

/** What ES5 can go through by index: a `for` or a spread of it needs no iterator. */
function isIndexed(checker, node) {
  const type = checker.getTypeAtLocation(node);
  return (type.isUnion() ? type.types : [type]).every(
    (each) => checker.isArrayType(each) || checker.isTupleType(each) || /^(Uint8|Int32)Array$/.test(each.symbol?.name),
  );
}

/** The flag `s` written out. */
function withoutDotAll(literal) {
  const [, body, flags] = /^(.*\/)(\w*)$/s.exec(literal);
  if (!flags.includes('s')) return literal;
  const written = body.replace(/\\.|\[(?:\\.|[^\]])*\]|\./g, (part) => (part === '.' ? '[\\s\\S]' : part));
  return written + flags.replace('s', '');
}
