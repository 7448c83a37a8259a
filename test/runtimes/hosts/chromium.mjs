// node chromium.mjs es5|module FILE: runs the file in an empty page. `--version` prints what browser it is.

import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [form, file] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
  ],
});
try {
  if (form === '--version') console.log(browser.version());
  else {
    const page = await browser.newPage();
    const said = page.waitForEvent('console', { timeout: 120_000 });
    page.on('pageerror', (error) => console.error(error));
    await page.addScriptTag({
      content: readFileSync(file, 'utf8'),
      type: form === 'module' ? 'module' : 'text/javascript',
    });
    console.log((await said).text());
  }
} finally {
  await browser.close();
}
