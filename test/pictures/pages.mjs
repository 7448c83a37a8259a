// pnpm pictures: the inspector and the dashboard as they run on this machine, in headless Chromium, for the README.
// Needs a built workspace, and Debian's chromium or the path of another in CHROMIUM.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startEmulate } from '../web/emulate.mjs';
import { chromiumHere, installTools, NO_CHROMIUM } from '../web/tools.mjs';

const DEVICES = 1000;
/** So many at once that a picture takes seconds, and one process is not short of sockets. */
const AT_ONCE = 50;
/** GitHub shows a page without a wait when its pictures are about as small. */
const MOST_BYTES = 150_000;

const REFUSED = 12;

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const chromium = chromiumHere();
if (chromium === undefined) throw new Error(NO_CHROMIUM);
installTools();
const { openBrowser } = await import('../web/browser.mjs');
const browser = await openBrowser(chromium, docs);

/** A picture of what a screen of that size shows. */
async function picture(name, options, arrange) {
  const { page, expectSilence, close } = await browser.page(options);
  await arrange(page);
  expectSilence();
  await page.screenshot({ path: `${docs}${name}.png` });
  await close();
  const { size } = statSync(`${docs}${name}.png`);
  if (size > MOST_BYTES) throw new Error(`docs/${name}.png has ${size} bytes; ${MOST_BYTES} are the most`);
  console.log(`docs/${name}.png: ${size} bytes`);
}

function names(count, first) {
  return Array.from({ length: count }, (_, index) => `sensor-${String(first + index + 1).padStart(4, '0')}`);
}

/** A capture of a device whose 88th message has both QoS bits set. */
function conversation() {
  const began = Date.parse('2026-01-02T03:04:05.000Z');
  const hex = (number, digits) => number.toString(16).padStart(digits, '0');
  const lines = [];
  const note = (direction, bytes) =>
    lines.push(JSON.stringify({ time: new Date(began + lines.length * 31).toISOString(), direction, bytes }));
  note('sent', '101400044d5154540402003c0008626f696c65722d31');
  note('received', '20020000');
  for (let id = 1; id <= 120; id += 1) {
    const payload = Buffer.from(JSON.stringify({ temperature: 20 + (id % 9) / 2 })).toString('hex');
    const rest = `0008626f696c65722f31${hex(id, 4)}${payload}`;
    note('sent', `${id === 88 ? '36' : '32'}${hex(rest.length / 2, 2)}${rest}`);
    note('received', `4002${hex(id, 4)}`);
  }
  return lines.join('\n');
}

const emulator = await startEmulate('--polls', '0');
try {
  await picture('inspector', { width: 1200, height: 900 }, async (page) => {
    await page.goto(new URL('../../packages/cli/dist/inspector.html', import.meta.url).href);
    const capture = { name: 'boiler.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from(conversation()) };
    await page.locator('#file').setInputFiles(capture);
    await page.getByRole('heading', { name: 'PUBLISH', level: 2 }).waitFor();
    // What was pasted is not what the page is about.
    await page.locator('#tools').evaluate((tools) => scrollTo(0, tools.getBoundingClientRect().top + scrollY - 12));
  });
  const { url, register } = emulator;
  const fleet = async (page) => {
    await page.goto(url);
    await page.getByText('live', { exact: true }).waitFor();
    const single = page.getByText('One fault alone');
    await single.click();
    const fault = page.getByRole('switch', { name: /^unauthorized/ });
    await fault.click();
    await page.locator('[role=switch][aria-checked=true]').waitFor();
    await Promise.allSettled(names(REFUSED, 0).map(register));
    await fault.click();
    await page.locator('[role=switch][aria-checked=true]').waitFor({ state: 'detached' });
    await single.click();
    for (let first = REFUSED; first < DEVICES; first += AT_ONCE)
      await Promise.all(names(Math.min(AT_ONCE, DEVICES - first), first).map(register));
    await page.getByText(`all ${DEVICES}`).waitFor();
    await page.locator('#devices').getByRole('option').nth(2).click();
    await page.locator('#steps').getByText('assigned').waitFor();
  };
  await picture('dashboard', { width: 1080, height: 740 }, fleet);
} finally {
  await emulator.stop();
  await browser.close();
}
