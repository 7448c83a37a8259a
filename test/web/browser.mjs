import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(executablePath, shots) {
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  return {
    page: (options) => openPage(browser, shots, options),
    close: () => browser.close(),
  };
}

/** A page in a context of its own that notes what it says and asks for. */
async function openPage(browser, shots, { width = 1280, height = 900, colorScheme = 'light', ...context } = {}) {
  const own = await browser.newContext({ viewport: { width, height }, colorScheme, ...context });
  const page = await own.newPage();
  page.setDefaultTimeout(30_000);
  const said = [];
  const requests = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('request', (request) => requests.push(request.url()));
  return {
    page,
    requests,
    /** What was said so far, which is then forgotten. */
    said: () => said.splice(0),
    expectSilence() {
      if (said.length > 0) throw new Error(`the console says: ${said.join(' | ')}`);
    },
    shot: (name) => page.screenshot({ path: `${shots}/${name}.png`, fullPage: true }),
    close: () => own.close(),
  };
}

/** What axe-core finds against WCAG 2.2 AA and its own good practice, one line for each finding. */
export async function accessibilityProblems(page) {
  // Evaluated by the debugger, so the page's policy need not allow it.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary.replace(/\s+/g, ' ')}`),
  );
}

/** How far the page can be scrolled sideways: nothing, if it fits. */
export async function sidewaysOverflow(page) {
  return await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
