import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A file that the dashboard serves. */
export interface PageFile {
  readonly type: string;
  readonly content: string | Buffer;
}

// The browser runs the modules as the compiler wrote them. It only needs to know where the package of the codec is.
const IMPORT_MAP = '{"imports":{"@mote/codec/annotate":"./codec/annotate.js"}}';

/** Allows the page its own files and requests. Other scripts, other servers and frames are refused. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(IMPORT_MAP).digest('base64')}'`,
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ASSETS = new URL('../../assets/', import.meta.url);
const APP = new URL('../', import.meta.url);
const SCRIPT = 'text/javascript; charset=utf-8';

// A pattern matches the whole path and allows no dots in names, so no request can leave its folder.
const FOLDERS: readonly { readonly pattern: RegExp; readonly base: () => URL; readonly type: string }[] = [
  { pattern: /^assets\/([a-z-]+\.css)$/, base: () => ASSETS, type: 'text/css; charset=utf-8' },
  { pattern: /^app\/((?:packets|pages)\/(?:[a-z-]+\/)?[a-z0-9-]+\.js)$/, base: () => APP, type: SCRIPT },
  { pattern: /^codec\/((?:[a-z0-9-]+\/)?[a-z0-9-]+\.js)$/, base: codecFolder, type: SCRIPT },
];

/** A file of the page by its path after the token. Undefined if there is no such file. */
export function pageFile(path: string): PageFile | undefined {
  if (path === '') {
    const html = readFileSync(new URL('dashboard.html', ASSETS), 'utf8');
    return { type: 'text/html; charset=utf-8', content: html.replace('{{importMap}}', IMPORT_MAP) };
  }
  for (const { pattern, base, type } of FOLDERS) {
    const name = pattern.exec(path)?.[1];
    if (name === undefined) continue;
    try {
      return { type, content: readFileSync(new URL(name, base())) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function codecFolder(): URL {
  // import.meta.resolve needs Node 20.6.
  return new URL('.', pathToFileURL(createRequire(import.meta.url).resolve('@mote/codec/annotate')));
}
