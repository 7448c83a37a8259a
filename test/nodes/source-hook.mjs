// Leads `@mote/...` to the sources of the packages: what package.json says of dist is said of src.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const [, name, rest] = /^@mote\/([a-z]+)(\/.*)?$/.exec(specifier) ?? [];
    if (name === undefined) return next(specifier, context);
    const folder = new URL(`../../packages/${name}/`, import.meta.url);
    const { exports } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
    const built = exports[`.${rest ?? ''}`]?.default;
    if (built === undefined) return next(specifier, context);
    const source = new URL(built.replace('/dist/', '/src/').replace(/js$/, 'ts'), folder);
    return { url: source.href, format: 'module-typescript', shortCircuit: true };
  },
});
