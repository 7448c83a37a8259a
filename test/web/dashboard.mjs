import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { accessibilityProblems, sidewaysOverflow } from './browser.mjs';
import { startEmulate } from './emulate.mjs';

const MOTE = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

const device = (page, name) => page.locator('#devices').getByRole('option', { name: new RegExp(`^${name}\\b`) });
const fault = (page, name) => page.getByRole('switch', { name: new RegExp(`^${name}\\b`) });
const number = async (page, id) => Number(await page.locator(`#${id}`).textContent());

export async function checks(check) {
  const emulator = await startEmulate('--polls', '0');
  const open = async (page) => {
    await page.goto(emulator.url);
    await page.getByText('live', { exact: true }).waitFor();
  };
  const openSingleFaults = (page) => page.getByText('One fault alone').click();
  try {
    await check('greets before any device is there', {}, async (page, { shot }) => {
      await open(page);
      await page.getByText('None yet.').waitFor();
      await shot('dashboard-empty');
      assert.deepEqual(await accessibilityProblems(page), []);
    });

    await check('tells what a device needs, until one is there', { colorScheme: 'dark' }, async (page, { shot }) => {
      await open(page);
      const needs = (await page.locator('#waiting dd').allTextContents()).map((text) => text.replace(/ Copy$/, ''));
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
        await openSingleFaults(page);
        await fault(page, 'enrollment-disabled').click();
        await page.locator('[role=switch][aria-checked=true]').waitFor();
        await assert.rejects(emulator.register('sensor-2'), { code: 'registration-disabled' });
        await device(page, 'sensor-2').getByText('refused', { exact: true }).waitFor();
        await device(page, 'sensor-2').click();
        await page.locator('#steps .fault').first().waitFor();
        await shot('dashboard-fault');
        assert.deepEqual(await accessibilityProblems(page), []);
        await fault(page, 'enrollment-disabled').click();
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
      await page.locator('#devices').focus();
      await page.keyboard.press('End');
      await page.getByRole('heading', { name: 'sensor-1', level: 2 }).waitFor();
      await page.keyboard.press('ArrowUp');
      await page.getByRole('heading', { name: 'sensor-2', level: 2 }).waitFor();
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'who');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'save');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('#packet article').waitFor();
      await page.getByText('One fault alone').focus();
      await page.keyboard.press('Enter');
      await fault(page, 'register-silent').focus();
      await page.keyboard.press('Space');
      await page.locator('[role=switch][aria-checked=true]').waitFor();
      assert.equal(await page.locator('#faults-on').textContent(), 'on: register-silent');
      await page.keyboard.press('Space');
      await page.locator('[role=switch][aria-checked=true]').waitFor({ state: 'detached' });
    });

    await check('a payload that is JSON is shown with its structure', {}, async (page) => {
      await open(page);
      await device(page, 'sensor-1').click();
      await page
        .locator('#steps')
        .getByRole('button', { name: /PUBLISH\b/ })
        .first()
        .click();
      assert.match(await page.locator('.message pre').textContent(), /\n {2}"registrationId": "sensor-1"/);
    });

    await check('the packets of a device are saved as a capture that mote inspect reads', {}, async (page) => {
      await open(page);
      await device(page, 'sensor-1').click();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save packets' }).click();
      const download = await saved;
      assert.equal(download.suggestedFilename(), 'sensor-1.jsonl');
      const printed = execFileSync(process.execPath, [MOTE, 'inspect', '--json', await download.path()], {
        encoding: 'utf8',
      });
      const { valid, packets } = JSON.parse(printed);
      assert.equal(valid, true);
      assert.deepEqual(
        packets.slice(0, 4).map(({ name, from }) => `${from} ${name}`),
        ['device CONNECT', 'service CONNACK', 'device SUBSCRIBE', 'service SUBACK'],
      );
    });

    await check(
      'what a device needs is copied by a button',
      { permissions: ['clipboard-read', 'clipboard-write'] },
      async (page) => {
        await open(page);
        await page.getByRole('button', { name: 'Copy ID scope' }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), emulator.facts.idScope);
      },
    );

    await check(
      'on a phone a device that is tapped comes into view, with a way back, and faults are a tap away',
      { width: 390, height: 812 },
      async (page) => {
        await open(page);
        await device(page, 'sensor-1').click();
        const top = await page.locator('#who').evaluate((heading) => heading.getBoundingClientRect().top);
        assert.ok(top >= 0 && top < 400, `the heading is at ${top}`);
        const box = await page.locator('#faults-box > summary').boundingBox();
        assert.ok(box.y >= 0 && box.y < 812, `faults are at ${box.y}`);
        await page.locator('#faults-box > summary').click();
        await fault(page, 'throttled').waitFor();
        await page.locator('#faults-box > summary').click();
        await page.getByRole('button', { name: 'Back to the devices' }).click();
        assert.equal(await page.evaluate(() => document.activeElement.id), 'devices');
        const back = await page.locator('#devices-title').evaluate((title) => title.getBoundingClientRect().top);
        assert.ok(back >= 0 && back < 812, `the devices are at ${back}`);
      },
    );

    await check('registrations are counted, by the second', {}, async (page) => {
      await open(page);
      await Promise.all(Array.from({ length: 60 }, (_, index) => emulator.register(`fleet-${index}`)));
      await page.waitForFunction(() => Number(document.querySelector('#registrations').textContent) >= 62);
      assert.ok((await number(page, 'count')) >= 62);
      // The numbers come with the list, the line once a second.
      await page.waitForFunction(() => {
        const points = document.querySelector('#rate polyline').getAttribute('points').split(' ');
        return new Set(points.map((point) => point.split(',')[1])).size > 1;
      });
    });

    await check(
      'a fleet of 1,000: found by search, counted by state as the list is, one Tab stop, and quick',
      {},
      async (page, { shot }) => {
        await open(page);
        for (let first = 0; first < 990; first += 45) {
          await Promise.all(Array.from({ length: 45 }, (_, index) => emulator.register(`many-${first + index}`)));
        }
        await openSingleFaults(page);
        await fault(page, 'unauthorized').click();
        await page.locator('[role=switch][aria-checked=true]').waitFor();
        await Promise.all(
          Array.from({ length: 10 }, (_, index) => assert.rejects(emulator.register(`refused-${index}`))),
        );
        await fault(page, 'unauthorized').click();
        const state = (name) => page.locator('#states').getByRole('button', { name: new RegExp(`^${name} \\d+$`) });
        await state('refused').and(page.getByText('refused 10')).waitFor();
        const counts = (await page.locator('#states button:visible').allTextContents()).map((text) =>
          Number(/\d+$/.exec(text)[0]),
        );
        const [all, ...states] = counts;
        assert.ok(all >= 1000);
        assert.equal(
          states.reduce((sum, count) => sum + count),
          all,
        );
        assert.equal(await number(page, 'count'), all);
        assert.ok(
          (await page.locator('#devices [role=option]').count()) < 60,
          'rows that nobody sees are in the document',
        );
        await state('refused').click();
        assert.equal(await page.locator('#devices [role=option]').first().getAttribute('aria-setsize'), '10');
        for (const text of await page.locator('#devices [role=option] .state').allTextContents())
          assert.equal(text, 'refused');
        await page.getByLabel('Search devices').fill('refused-7');
        assert.equal(await page.locator('#devices [role=option]').count(), 1);
        await shot('dashboard-fleet');
        assert.deepEqual(await accessibilityProblems(page), []);
        await state('all').click();
        await page.getByLabel('Search devices').fill('many-989');
        const started = performance.now();
        await device(page, 'many-989').click();
        await page.getByRole('heading', { name: 'many-989', level: 2 }).waitFor();
        assert.ok(performance.now() - started < 5000, 'choosing a device took more than 5 s');
        await page.getByLabel('Search devices').fill('');
        await page.locator('#devices').focus();
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement.closest('#devices')), null);
      },
    );

    await check(
      'opened late it lists every device as it stands, counts agree, and what is no longer kept is said to be gone',
      {},
      async (page, { shot }) => {
        await open(page);
        await page.locator('#older').waitFor();
        // The devices are told first, and what is kept of them a moment later.
        await page.waitForFunction(() => {
          const [, silent, all] = /^([\d,]+) of ([\d,]+)/.exec(document.querySelector('#older').textContent) ?? [];
          return silent !== all;
        });
        const [, silent, all] =
          /^([\d,]+) of ([\d,]+) devices are listed as they stand; what they said is no longer kept\.$/
            .exec(await page.locator('#older').textContent())
            .map((text) => Number(text.replaceAll(',', '')));
        // 1,000 devices of the fleet and 62 before; the emulator keeps the packets of some hundred.
        assert.ok(all >= 1062 && silent > 500 && silent < all, `${silent} of ${all}`);
        assert.equal(await number(page, 'count'), all);
        const states = Object.fromEntries(
          (await page.locator('#states button:visible').allTextContents()).map((text) => text.split(' ')),
        );
        assert.deepEqual(states, { all: String(all), assigned: String(all - 10), refused: '10' });
        await page.getByLabel('Search devices').fill('many-3');
        await device(page, 'many-3').getByText('assigned', { exact: true }).waitFor();
        await device(page, 'many-3').click();
        await page.getByRole('heading', { name: 'many-3', level: 2 }).waitFor();
        await page.locator('#steps').getByText('what came before is no longer kept').waitFor();
        await shot('dashboard-late');
        assert.deepEqual(await accessibilityProblems(page), []);
        // Comes back: its new packets stand behind the line that says what is gone.
        await emulator.register('many-3');
        await page
          .locator('#steps')
          .getByRole('button', { name: /device CONNECT\b/ })
          .waitFor();
        assert.match(await page.locator('#steps li').first().textContent(), /no longer kept/);
      },
    );

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
