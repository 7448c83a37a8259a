import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

// On the built file, since it is what is published: what a program pays that only imports the package.

const published = new URL('../../packages/client/dist/node/client.js', import.meta.url).href;

/** The parts of Node that a program has loaded when it ends. */
function loadedBy(program: string): string[] {
  const text = `${program}; console.log(process.moduleLoadList.join('\\n'))`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', text], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.replace('NativeModule ', ''));
}

test('the import loads neither sockets nor cryptography, the first use does', () => {
  const heavy = ['net', 'tls', 'crypto', 'perf_hooks'];
  const imported = loadedBy(`import ${JSON.stringify(published)}`);
  expect(imported).toContain('module');
  expect(heavy.filter((name) => imported.includes(name))).toEqual([]);
  const used = loadedBy(
    `import { provision, symmetricKey } from ${JSON.stringify(published)};
    await provision({ idScope: '0ne00ABCDEF', registrationId: 'device', attestation: symmetricKey('${'A'.repeat(44)}'),
      endpoint: '127.0.0.1:1', retry: { attempts: 0 } }).catch(() => {})`,
  );
  expect(heavy.filter((name) => used.includes(name))).toEqual(heavy);
});
