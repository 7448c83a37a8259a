// node quickjs.mjs VARIANT es5|module FILE: runs the file in QuickJS, compiled to WebAssembly, with nothing but `print`.

import { readFileSync } from 'node:fs';
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core';

const [variant, form, file] = process.argv.slice(2);
const quickjs = await newQuickJSWASMModuleFromVariant(import(variant));
const vm = quickjs.newContext();
const print = vm.newFunction('print', (text) => console.log(vm.getString(text)));
vm.setProp(vm.global, 'print', print);
print.dispose();
vm.unwrapResult(
  vm.evalCode(readFileSync(file, 'utf8'), 'suite', { type: form === 'module' ? 'module' : 'global' }),
).dispose();
vm.dispose();
