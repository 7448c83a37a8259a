// Coverage without native code: the built codec is bundled, and every block, branch and operand of it gets a counter.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

const dist = fileURLToPath(new URL('../../packages/codec/dist', import.meta.url));
const { factory } = ts;

/** The codec with counters, and the array in which they count. */
export async function instrumentedCodec() {
  const { outputFiles } = await build({
    stdin: { contents: "export * from './index.js'; export { annotate } from './annotate.js';", resolveDir: dist },
    bundle: true,
    format: 'esm',
    target: 'es2020',
    write: false,
  });
  const { code, count } = withCounters(outputFiles[0].text);
  globalThis.__hits = new Uint32Array(count);
  const codec = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
  return { codec, hits: globalThis.__hits };
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

  const source = ts.createSourceFile('codec.js', text, ts.ScriptTarget.ES2020, true);
  const { transformed } = ts.transform(source, [transformer]);
  return { code: ts.createPrinter().printFile(transformed[0]), count };
}
