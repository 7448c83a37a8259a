// Coverage without native code: built modules are bundled, and every block, branch and operand of them gets a counter.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const packages = fileURLToPath(new URL('../../packages', import.meta.url));
const { factory } = ts;

/** What these lines export, seen from packages/, with counters, and the array in which they count. */
export async function instrumented(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: packages },
    bundle: true,
    format: 'esm',
    target: 'es2020',
    write: false,
  });
  const { code, count } = withCounters(outputFiles[0].text);
  globalThis.__hits = new Uint32Array(count);
  const exported = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  return { exported, hits: globalThis.__hits };
}

function withCounters(text) {
  let count = 0;
  const hit = () =>
    factory.createPostfixIncrement(
      factory.createElementAccessExpression(factory.createIdentifier('__hits'), factory.createNumericLiteral(count++)),
    );
  const counted = (expression) =>
    factory.createParenthesizedExpression(
      factory.createComma(hit(), factory.createParenthesizedExpression(expression)),
    );
  const block = (statement) =>
    ts.isBlock(statement) ? statement : factory.createBlock([factory.createExpressionStatement(hit()), statement]);

  const transformer = (context) => (root) => {
    const visit = (original) => {
      const node = ts.visitEachChild(original, visit, context);
      if (ts.isBlock(node)) {
        return factory.updateBlock(node, [factory.createExpressionStatement(hit()), ...node.statements]);
      }
      if (ts.isIfStatement(node)) {
        const otherwise = node.elseStatement && block(node.elseStatement);
        return factory.updateIfStatement(node, node.expression, block(node.thenStatement), otherwise);
      }
      if (ts.isForStatement(node)) {
        return factory.updateForStatement(
          node,
          node.initializer,
          node.condition,
          node.incrementor,
          block(node.statement),
        );
      }
      if (ts.isWhileStatement(node)) return factory.updateWhileStatement(node, node.expression, block(node.statement));
      if (ts.isCaseClause(node)) {
        return factory.updateCaseClause(node, node.expression, [
          factory.createExpressionStatement(hit()),
          ...node.statements,
        ]);
      }
      if (ts.isConditionalExpression(node)) {
        return factory.updateConditionalExpression(
          node,
          node.condition,
          node.questionToken,
          counted(node.whenTrue),
          node.colonToken,
          counted(node.whenFalse),
        );
      }
      const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
      if (
        ts.isBinaryExpression(node) &&
        [AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken].includes(node.operatorToken.kind)
      ) {
        return factory.updateBinaryExpression(node, node.left, node.operatorToken, counted(node.right));
      }
      return node;
    };
    return ts.visitNode(root, visit);
  };

  const source = ts.createSourceFile('bundle.js', text, ts.ScriptTarget.ES2020, true);
  const { transformed } = ts.transform(source, [transformer]);
  return { code: ts.createPrinter().printFile(transformed[0]), count };
}
