// The inspector page and the dashboard in headless Chromium: real clicks and keys, accessibility, no word on the console.
// Needs Debian's chromium, or the path of another in CHROMIUM; builds the workspace when it is not. Screenshots go to dist/.
// Words name the pages to check: `node test/web/run.mjs inspector`; all without any.
// Prints a line for each check and `N passed, N failed`; the exit code says the same.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromiumHere, installTools, NO_CHROMIUM } from './tools.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const chromium = chromiumHere();
if (chromium === undefined) {
  console.error(NO_CHROMIUM);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

installTools();
execFileSync(process.execPath, [fileURLToPath(new URL('../../build/build.mjs', import.meta.url))], {
  stdio: 'inherit',
});
mkdirSync(`${here}dist`, { recursive: true });

const { openBrowser } = await import('./browser.mjs');
const browser = await openBrowser(chromium, `${here}dist`);
const results = { passed: 0, failed: 0 };

/** Runs one check on a page of its own; what the page says on its console is a failure unless the check expects it. */
async function check(title, options, body) {
  const started = performance.now();
  const opened = await browser.page(options);
  try {
    await body(opened.page, opened);
    opened.expectSilence();
    results.passed += 1;
    console.log(`  ok      ${title} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    results.failed += 1;
    console.log(`  FAILED  ${title}\n${String(error.stack ?? error).replace(/^/gm, '          ')}`);
    await opened.shot(`failed-${results.failed}`).catch(() => {});
  } finally {
    await opened.close();
  }
}

try {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : ['inspector', 'dashboard', 'hub']) {
    console.log(name);
    const { checks } = await import(`./${name}.mjs`);
    await checks(check);
  }
} finally {
  await browser.close();
}
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exitCode = results.failed === 0 ? 0 : 1;
