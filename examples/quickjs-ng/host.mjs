// node host.mjs VARIANT FILE...: QuickJS-ng compiled to WebAssembly, with `print` and lines from standard input and nothing else.
// VARIANT is a package of quickjs-emscripten, such as @jitl/quickjs-ng-wasmfile-release-sync.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [variant, ...files] = process.argv.slice(2);
// From the folder where they are installed, which is the present one.
const installed = (name) => import(pathToFileURL(createRequire(`${process.cwd()}/`).resolve(name)).href);
const { newQuickJSWASMModuleFromVariant } = await installed('quickjs-emscripten-core');
const vm = (await newQuickJSWASMModuleFromVariant((await installed(variant)).default)).newContext();
const run = (code, name) => vm.unwrapResult(vm.evalCode(code, name)).dispose();

const print = vm.newFunction('print', (text) => console.log(vm.getString(text)));
vm.setProp(vm.global, 'print', print);
for (const file of files) run(readFileSync(file, 'utf8'), file);
for await (const text of createInterface({ input: process.stdin })) run(`line(${JSON.stringify(text)})`, 'line');
