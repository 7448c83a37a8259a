import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { groupKey, provision } from '../../packages/client/dist/index.js';
import { accessibilityProblems, sidewaysOverflow } from './browser.mjs';

const MOTE = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** `mote emulate --ui` as a process of its own, as its users start it. */
async function startEmulate() {
  const words = [MOTE, 'emulate', '--ui', '--json', '--polls', '0'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const facts = JSON.parse(line);
  const group = facts.enrollments.find(
    ({ kind, attestation }) => kind === 'group' && attestation.type === 'symmetricKey',
  );
  const register = (registrationId) =>
    provision({
      idScope: facts.idScope,
      registrationId,
      attestation: groupKey(group.attestation.symmetricKey.primaryKey),
      endpoint: `localhost:${facts.port}`,
      tls: { ca: facts.ca },
      retry: { attempts: 0 },
    });
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  return { url: facts.dashboard, facts, register, stop, child };
}

const device = (page, name) => page.locator('#devices').getByRole('button', { name: new RegExp(`^${name}\\b`) });
const fault = (page, name) => page.getByRole('switch', { name: new RegExp(`^${name}\\b`) });
const number = async (page, id) => Number(await page.locator(`#${id}`).textContent());

export async function checks(check) {
  const emulator = await startEmulate();
  const open = async (page) => {
    await page.goto(emulator.url);
    await page.getByText('live', { exact: true }).waitFor();
  };
  try {
    await check('greets before any device is there', {}, async (page, { shot }) => {
      await open(page);
      await page.getByText('None yet.').waitFor();
      await shot('dashboard-empty');
      assert.deepEqual(await accessibilityProblems(page), []);
    });

    await check('tells what a device needs, until one is there', { colorScheme: 'dark' }, async (page, { shot }) => {
      await open(page);
      const needs = await page.locator('#waiting dd').allTextContents();
      assert.deepEqual(needs.slice(0, 3), [
        `127.0.0.1:${emulator.facts.port}`,
        `127.0.0.1:${emulator.facts.webSocketPort}`,
        emulator.facts.idScope,
      ]);
      await shot('dashboard-empty-dark');
      assert.deepEqual(await accessibilityProblems(page), []);
    });

    await check('a device appears live, with its state and its packets', {}, async (page, { requests }) => {
      await open(page);
      await emulator.register('sensor-1');
      await device(page, 'sensor-1').getByText('assigned', { exact: true }).waitFor();
      await page.locator('#waiting').waitFor({ state: 'hidden' });
      const packets = await page.locator('#steps button strong').allTextContents();
      assert.deepEqual(packets.slice(0, 5), ['CONNECT', 'CONNACK', 'SUBSCRIBE', 'SUBACK', 'PUBLISH']);
      const { origin } = new URL(emulator.url);
      assert.deepEqual(
        requests.filter((url) => !url.startsWith(origin) && !url.startsWith('data:')),
        [],
      );
    });

    await check('a packet is taken apart by a click, its signature masked', {}, async (page, { shot }) => {
      await open(page);
      await device(page, 'sensor-1').click();
      await page
        .locator('#steps')
        .getByRole('button', { name: /CONNECT\b/ })
        .first()
        .click();
      await page.getByRole('heading', { name: 'CONNECT', level: 3 }).waitFor();
      const fields = await page.locator('#packet tbody').textContent();
      assert.match(fields, /sensor-1/);
      assert.match(fields, /sig=\*+&/);
      await page.locator('#packet .byte').first().hover();
      assert.equal(await page.locator('#packet tr.lit').count(), 1);
      await shot('dashboard-packet');
    });

    for (const colorScheme of ['light', 'dark']) {
      await check(`can be read by all, in ${colorScheme}`, { colorScheme }, async (page, { shot }) => {
        await open(page);
        await device(page, 'sensor-1').click();
        await page
          .locator('#steps')
          .getByRole('button', { name: /PUBLISH\b/ })
          .first()
          .click();
        await shot(`dashboard-${colorScheme}`);
        assert.deepEqual(await accessibilityProblems(page), []);
      });
    }

    await check('fits a screen of 360 pixels', { width: 360, height: 740 }, async (page, { shot }) => {
      await open(page);
      await device(page, 'sensor-1').click();
      await page
        .locator('#steps')
        .getByRole('button', { name: /CONNECT\b/ })
        .first()
        .click();
      assert.equal(await sidewaysOverflow(page), 0);
      await shot('dashboard-360');
      assert.deepEqual(await accessibilityProblems(page), []);
    });

    await check(
      'a fault is switched on by a click, meets the next device, and is switched off again',
      {},
      async (page, { shot }) => {
        await open(page);
        await fault(page, 'disabled').click();
        await page.locator('[role=switch][aria-checked=true]').waitFor();
        await assert.rejects(emulator.register('sensor-2'), { code: 'registration-disabled' });
        await device(page, 'sensor-2').getByText('refused', { exact: true }).waitFor();
        await device(page, 'sensor-2').click();
        await page.locator('#steps .fault').first().waitFor();
        await shot('dashboard-fault');
        assert.deepEqual(await accessibilityProblems(page), []);
        await fault(page, 'disabled').click();
        await page.locator('[role=switch][aria-checked=true]').waitFor({ state: 'detached' });
        await emulator.register('sensor-2');
        await device(page, 'sensor-2').getByText('assigned', { exact: true }).waitFor();
      },
    );

    await check('what one browser switches, another shows', {}, async (page) => {
      await open(page);
      const other = await page.context().newPage();
      await open(other);
      await fault(page, 'throttled').click();
      await other.locator('[role=switch][aria-checked=true]').waitFor();
      assert.match(await other.locator('[role=switch][aria-checked=true]').textContent(), /throttled/);
      await fault(other, 'throttled').click();
      await page.locator('[role=switch][aria-checked=true]').waitFor({ state: 'detached' });
    });

    await check('the keyboard alone chooses a device, a packet and a fault', {}, async (page) => {
      await open(page);
      await device(page, 'sensor-1').waitFor();
      await device(page, 'sensor-1').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'sensor-1', level: 2 }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('#packet article').waitFor();
      await fault(page, 'silent').focus();
      await page.keyboard.press('Space');
      await page.locator('[role=switch][aria-checked=true]').waitFor();
      await page.keyboard.press('Space');
      await page.locator('[role=switch][aria-checked=true]').waitFor({ state: 'detached' });
    });

    await check('registrations are counted, by the second', {}, async (page) => {
      await open(page);
      await Promise.all(Array.from({ length: 60 }, (_, index) => emulator.register(`fleet-${index}`)));
      await page.waitForFunction(() => Number(document.querySelector('#registrations').textContent) >= 62);
      assert.ok((await number(page, 'count')) >= 62);
      const points = await page.locator('#rate polyline').getAttribute('points');
      assert.ok(new Set(points.split(' ').map((point) => point.split(',')[1])).size > 1, 'the line is flat');
    });

    await check('a fleet of 600 does not stop it', {}, async (page) => {
      await open(page);
      for (let first = 0; first < 600; first += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, index) => emulator.register(`many-${first + index}`)));
      }
      await device(page, 'many-599').getByText('assigned', { exact: true }).waitFor();
      assert.equal(await page.locator('#count').textContent(), '500+');
      assert.ok((await page.locator('#devices li').count()) <= 501);
      const started = performance.now();
      await device(page, 'many-599').click();
      await page.getByRole('heading', { name: 'many-599', level: 2 }).waitFor();
      assert.ok(performance.now() - started < 5000, 'choosing a device took more than 5 s');
    });

    await check('without the token there is nothing to see', {}, async (page) => {
      const answer = await page.request.get(`${new URL(emulator.url).origin}/`);
      assert.equal(answer.status(), 404);
      assert.equal(await answer.text(), '');
    });

    await check('when the emulator ends the page says so', {}, async (page, { said }) => {
      await open(page);
      await emulator.stop();
      await page.getByText('the emulator is not there').waitFor();
      assert.equal(emulator.child.exitCode, 0);
      said();
    });
  } finally {
    await emulator.stop();
  }
}
