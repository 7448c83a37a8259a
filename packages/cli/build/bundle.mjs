// Makes dist/inspector.html: one file that needs nothing beside itself, with a policy that lets nothing else run.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const options = {
  bundle: true,
  minify: true,
  write: false,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  // Members of readings and packets, which neither JSON nor the browser knows by name.
  mangleProps:
    /^(?:certain|charactersAgree|chunks|colon|commas|confirmed|continuous|doubtful|fault|fields|format|formats|headerSize|hint|indent|lastBytes|missing|missingBytes|notes|offset|packet|pieces|problem|prose|radix|reading|repeats|rowHeight|statement|tokens|unlikely|verdict)$/,
};
const [script, style] = await Promise.all([
  build({
    ...options,
    entryPoints: [here('../src/pages/inspector/inspector.ts')],
    format: 'iife',
    target: 'es2022',
    alias: { '@mote/codec/annotate': here('../../codec/src/annotate.ts') },
  }),
  build({
    ...options,
    stdin: {
      contents: ['tokens', 'packet', 'hex-grid', 'field-table', 'virtual-list', 'codes', 'inspector']
        .map((name) => `@import "./${name}.css";`)
        .join(''),
      loader: 'css',
      resolveDir: here('../assets'),
    },
  }),
]).then((results) => results.map(({ outputFiles }) => outputFiles[0].text.trim()));

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const parts = {
  policy: `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`,
  style,
  // A closing tag inside the script would end it.
  script,
};
if (script.includes('</script')) throw new Error('the script holds a closing tag');

const html = readFileSync(here('../assets/inspector.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(here('../dist/inspector.html'), html);
