import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

// The codec, the core of the client and what the emulator decides must run where there is no platform. The compiler keeps them to it: these tests hold the
// compiler to it.

const path = (relative: string) => fileURLToPath(new URL(`../../packages/${relative}`, import.meta.url));

/** What the compiler says to this code as a file of that project. */
function errorsIn(project: string, code: string): string[] {
  const { config } = ts.readConfigFile(project, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(project));
  const file = `${dirname(project)}/src/example.ts`;
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2020) : getSourceFile(name, ...rest);
  const { composite: _composite, incremental: _incremental, tsBuildInfoFile: _file, rootDir: _root, ...rest } = options;
  const program = ts.createProgram([file], { ...rest, noEmit: true }, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const PROJECTS = ['codec/tsconfig.json', 'client/tsconfig.core.json', 'emulator/tsconfig.service.json'];

const SNIPPET = `
export const values: unknown[] = [
  setTimeout, Buffer, TextEncoder, TextDecoder, process, console, crypto, fetch, URL, WebSocket, performance, AbortSignal,
  queueMicrotask, structuredClone,
];
`;
const NAMES = SNIPPET.match(/\b(?!export|const|values|unknown)[A-Za-z]{3,}\b/g) ?? [];

test.each(PROJECTS)('%s knows no platform', (project) => {
  const errors = errorsIn(path(project), SNIPPET);
  expect(NAMES.length).toBe(14);
  for (const name of NAMES) expect(errors.some((error) => error.includes(`'${name}'`))).toBe(true);
  expect(errors.length).toBe(NAMES.length);
});

test.each(PROJECTS)('%s imports no module of Node', (project) => {
  expect(
    errorsIn(path(project), "import { connect } from 'node:net';\nexport const dial: unknown = connect;\n").length,
  ).toBe(1);
});

test.each(PROJECTS)('%s takes plain ECMAScript', (project) => {
  expect(errorsIn(path(project), 'export const bytes: Uint8Array = new Uint8Array(4).subarray(1);\n')).toEqual([]);
});
