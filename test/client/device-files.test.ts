import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInContext } from 'node:vm';
import * as core from '@mote/client/core';
import * as codec from '@mote/codec';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { bareContext } from './bare-context.ts';
import { freeGlobals } from './free-globals.ts';

// The single files for devices, as they are built: what they ask of an engine, and what they give.

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../packages/client/dist/${name}`, import.meta.url)), 'utf8');
const SCRIPTS = ['mote-device.es5.js', 'mote-device.es5.min.js'];
const PROVISION = 'mote-provision.es5.min.js';
const TELEMETRY = 'mote-telemetry.es5.min.js';
const MODULE = 'mote-device.min.js';
/** All that is built for devices, so that a new file cannot be forgotten; the rest is for Node. */
const BUILT = readdirSync(fileURLToPath(new URL('../../packages/client/dist', import.meta.url))).filter((name) =>
  /^mote-(?!client).*\.js$/.test(name),
);
const CODEC = ['../../codec/dist/mote-codec.es5.js', '../../codec/dist/mote-codec.es5.min.js'];

/** Everything that the files may take from their engine. No clock, no chance, no text codec: those are the driver's. */
const STANDARD = [
  'Array',
  'ArrayBuffer',
  'DataView',
  'Error',
  'Infinity',
  'Int32Array',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'RangeError',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'Uint8Array',
  'decodeURIComponent',
  'encodeURIComponent',
  'isFinite',
  'parseInt',
];

test('the files for devices are these', () => {
  expect([...BUILT].sort()).toEqual([...SCRIPTS, PROVISION, TELEMETRY, MODULE].sort());
});

test.each([...BUILT, ...CODEC])('%s takes nothing from its engine but standard ECMAScript', (name) => {
  const strangers = freeGlobals(read(name)).filter((free) => !STANDARD.includes(free));
  expect(strangers).toEqual([]);
  expect(read(name)).not.toMatch(/Math\.random|Date\.now|new Date/);
});

test.each([...BUILT, ...CODEC])('%s names no map, which XS would look for beside it', (name) => {
  expect(read(name)).not.toContain('sourceMappingURL');
});

test('of a name that is planted, wherever it stands, the scan knows', () => {
  const planted = [
    'setTimeout(f, 1)',
    'new TextEncoder()',
    'typeof Buffer',
    'globalThis.fetch',
    'var { url = URL } = {}',
    '(function (a) { return a || performance })',
    'x = { [crypto]: 1, process }',
    'class A extends EventTarget {}',
    'async () => Promise.all([])',
    `\`\${navigator}\``,
  ].join(';\n');
  const found = freeGlobals(`var f, x; ${planted}; f.document; x = { window: 1 }; "self"; // Intl`);
  expect(found).toEqual(
    [
      'Buffer',
      'EventTarget',
      'Promise',
      'TextEncoder',
      'URL',
      'crypto',
      'globalThis',
      'navigator',
      'performance',
      'process',
      'setTimeout',
    ].sort(),
  );
});

describe.each(SCRIPTS)('%s', (name) => {
  const context = bareContext();
  const Mote = runInContext(`${read(name)}\nMote`, context) as typeof core & typeof codec;
  const bytes = (text: string) => Mote.encodeUtf8(text)!;

  test('is ECMAScript 5 and brings no library', () => {
    const { parseDiagnostics } = ts.createSourceFile('es5.js', read(name), ts.ScriptTarget.ES5) as never as {
      parseDiagnostics: unknown[];
    };
    expect(parseDiagnostics).toEqual([]);
    // The compiler reads younger syntax without a word: this asks for each of its forms.
    const young: string[] = [];
    const visit = (node: ts.Node): void => {
      const { kind } = node;
      const { SyntaxKind } = ts;
      if (
        [
          SyntaxKind.ArrowFunction,
          SyntaxKind.ClassDeclaration,
          SyntaxKind.ClassExpression,
          SyntaxKind.TemplateExpression,
          SyntaxKind.NoSubstitutionTemplateLiteral,
          SyntaxKind.SpreadElement,
          SyntaxKind.SpreadAssignment,
          SyntaxKind.ForOfStatement,
          SyntaxKind.ObjectBindingPattern,
          SyntaxKind.ArrayBindingPattern,
          SyntaxKind.ShorthandPropertyAssignment,
          SyntaxKind.ComputedPropertyName,
          SyntaxKind.YieldExpression,
          SyntaxKind.AwaitExpression,
          SyntaxKind.QuestionDotToken,
          SyntaxKind.QuestionQuestionToken,
          SyntaxKind.AsteriskAsteriskToken,
          SyntaxKind.BigIntLiteral,
          SyntaxKind.MethodDeclaration,
        ].includes(kind) ||
        (ts.isVariableDeclarationList(node) && node.flags & ts.NodeFlags.BlockScoped) ||
        (ts.isParameter(node) && (node.initializer || node.dotDotDotToken)) ||
        (ts.isCatchClause(node) && !node.variableDeclaration) ||
        (ts.isRegularExpressionLiteral(node) && /\/[gim]*[^gim/]+$|\(\?<|\\p\{/.test(node.text))
      )
        young.push(node.getText().slice(0, 60));
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile('es5.js', read(name), ts.ScriptTarget.ES5, true));
    expect(young).toEqual([]);
    // What a bundler makes of a literal whose flags the target does not have.
    expect(/RegExp\([^;]{0,200}?, ?"[gim]*[suyvd]\w*"\)/.exec(read(name))?.[0]).toBeUndefined();
  });

  test('gives all that `@mote/client/core` and `@mote/codec` give, under one name', () => {
    expect(Object.keys(Mote).sort()).toEqual([...new Set([...Object.keys(core), ...Object.keys(codec)])].sort());
  });

  test('its passwords are those of the module', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const device = { idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key, expiry: 1_900_000_000 };
    const atHub = {
      hostName: 'hub.azure-devices.net',
      deviceId: 'sensor-17',
      moduleId: 'm',
      key,
      expiry: 1_900_000_000,
    };
    expect(Mote.dpsPassword(device)).toBe(core.dpsPassword(device));
    expect(Mote.hubPassword(atHub)).toBe(core.hubPassword(atHub));
    expect(Mote.encodeBase64(Mote.deviceKey(key, 'sensor-17'))).toBe(
      core.encodeBase64(core.deviceKey(key, 'sensor-17')),
    );
  });

  test('its errors are of their class, and of Error', () => {
    const error = new Mote.ProvisioningError('throttled', 'register', undefined, { statusCode: 429, retryable: true });
    expect(error).toBeInstanceOf(Mote.ProvisioningError);
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    const { name: called, code, stage, statusCode, retryable, message, stack } = error;
    expect({ called, code, stage, statusCode, retryable, message }).toEqual({
      called: 'ProvisioningError',
      code: 'throttled',
      stage: 'register',
      statusCode: 429,
      retryable: true,
      message: 'throttled 429',
    });
    expect(stack).toContain('throttled 429');
    const clientError = new Mote.MqttError('queue-full', 'publish');
    expect(clientError).toBeInstanceOf(Mote.MqttError);
    expect(clientError.code).toBe('queue-full');
  });

  test('a device comes from its key to its hub with it', () => {
    const registration = new Mote.Registration({
      idScope: '0ne00ABCDEF',
      registrationId: 'sensor-17',
      routes: [{ transport: 'own', host: 'dps.test', port: 8883 }],
      timeoutMs: 60_000,
      random: () => 0.5,
      requestId: () => 'r1',
    });
    const seen: string[] = [];
    const perform = (actions: readonly core.Action[]) => {
      for (const action of actions) seen.push(action.type === 'failed' ? String(action.error) : action.type);
      return actions;
    };
    const answer = (status: number, body: unknown, rest = '') =>
      Mote.encodePublish({
        topicName: `$dps/registrations/res/${status}/?$rid=r1${rest}`,
        payload: bytes(JSON.stringify(body)),
      });
    perform(registration.start(0));
    perform(registration.connected('SharedAccessSignature …', 10));
    perform(registration.receive(Uint8Array.of(0x20, 2, 0, 0), 20));
    perform(registration.receive(Uint8Array.of(0x90, 3, 0, 1, 1), 30));
    perform(registration.receive(answer(202, { operationId: 'o', status: 'assigning' }, '&retry-after=3'), 40));
    perform(registration.wake(3500));
    const registrationState = {
      registrationId: 'sensor-17',
      assignedHub: 'hub.azure-devices.net',
      deviceId: 'sensor-17',
      status: 'assigned',
    };
    const [last] = perform(
      registration.receive(answer(200, { operationId: 'o', status: 'assigned', registrationState }), 3600),
    ).slice(-1);
    expect(seen.filter((type) => type !== 'progress' && type !== 'wait')).toEqual([
      ...['dial', 'send', 'send', 'send', 'send', 'send', 'assigned'],
    ]);
    expect(seen).toContain('wait');
    expect(last).toMatchObject({ assignment: { assignedHub: 'hub.azure-devices.net', deviceId: 'sensor-17' } });
  });
});

test.each([PROVISION, TELEMETRY])('%s has what the whole file has, and of it the least', (name) => {
  const Mote = runInContext(`${read(name)}\nMote`, bareContext()) as typeof core & typeof codec;
  expect(Object.keys(Mote).filter((each) => !(each in core) && !(each in codec))).toEqual([]);
  expect(
    new Mote.Registration({ idScope: 'x', registrationId: 'y', routes: [], timeoutMs: 1, random: () => 0 }),
  ).toBeDefined();
  expect(read(name).length).toBeLessThan(read('mote-device.es5.min.js').length / 2);
});

test.each(['mote-device.es5.min.js', PROVISION, TELEMETRY, MODULE, '../../codec/dist/mote-codec.es5.min.js'])(
  '%s asks QuickJS to keep no text of its functions',
  (name) => {
    // A directive counts in front of all else.
    expect(read(name)).toMatch(/^"use strip";/);
  },
);
