import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectHub } from '../../packages/client/dist/index.js';
import { accessibilityProblems, sidewaysOverflow } from './browser.mjs';

const MOTE = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** `mote emulate --ui` with a hub that knows `boiler-1`, whose key is made at start, and the device at it. */
async function startHub() {
  const folder = mkdtempSync(join(tmpdir(), 'mote-web-'));
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ iotHubs: ['localhost'], devices: [{ deviceId: 'boiler-1' }] }));
  const words = [MOTE, 'emulate', '--ui', '--json', '--config', config];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const facts = JSON.parse(line);
  const device = await connectHub({
    connectionString: facts.devices[0].connectionString,
    endpoint: `localhost:${facts.port}`,
    tls: { ca: facts.ca },
  });
  const messages = [];
  void (async () => {
    for await (const message of device.messages())
      messages.push(new TextDecoder().decode(message.body ?? message.payload));
  })().catch(() => {});
  device.onMethod('reboot', ({ payload }) => ({ status: 200, payload: { asked: payload } }));
  const stop = async () => {
    await device.close().catch(() => {});
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  };
  return { url: facts.dashboard, device, messages, stop };
}

export async function checks(check) {
  const hub = await startHub();
  const open = async (page) => {
    await page.goto(hub.url);
    await page
      .locator('#devices')
      .getByRole('option', { name: /^boiler-1\b/ })
      .click();
    await page.getByRole('heading', { name: 'At the hub' }).waitFor();
  };
  const result = (page, text) => page.locator('#hub-result').getByText(text).waitFor();
  try {
    await check('telemetry of the chosen device appears as it is sent', {}, async (page) => {
      await open(page);
      await hub.device.send({ temperature: 21 });
      await page.locator('#telemetry').getByText('{"temperature":21}').first().waitFor();
      await hub.device.send('<b>not markup</b>');
      await page.locator('#telemetry').getByText('<b>not markup</b>').first().waitFor();
      assert.equal(await page.locator('#telemetry b').count(), 0);
    });

    await check('a message that is sent here reaches the device', {}, async (page) => {
      await open(page);
      await page.getByLabel('Message to the device').fill('open the valve');
      await page.getByRole('button', { name: 'Send message' }).click();
      await result(page, 'queued as');
      while (!hub.messages.includes('open the valve')) await page.waitForTimeout(20);
    });

    await check('a method is called by the keyboard alone, and its answer is shown', {}, async (page) => {
      await open(page);
      await page.getByLabel('Method').focus();
      await page.keyboard.press('Enter');
      await result(page, 'reboot: 200 {"asked":{"delay":5}}');
      await page.getByLabel('Payload, JSON or empty').fill('{');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.locator('#hub-result.bad').getByText('JSON').waitFor();
    });

    await check('desired properties are changed, and the twin is shown', {}, async (page) => {
      await open(page);
      await page.getByRole('button', { name: 'Change desired properties' }).click();
      await result(page, 'desired properties have version');
      await page.locator('#desired').getByText('"interval": 5').waitFor();
      await hub.device.twin.report({ firmware: '1.2.3' });
      await page.locator('#reported').getByText('"firmware": "1.2.3"').waitFor();
    });

    for (const colorScheme of ['light', 'dark']) {
      for (const [name, width] of [
        ['desk', 1280],
        ['phone', 390],
      ]) {
        await check(
          `${colorScheme}, ${name}: fits, with nothing that axe-core finds`,
          { colorScheme, width },
          async (page, { shot }) => {
            await open(page);
            assert.equal(await sidewaysOverflow(page), 0);
            await shot(`hub-${name}-${colorScheme}`);
            assert.deepEqual(await accessibilityProblems(page), []);
          },
        );
      }
    }
  } finally {
    await hub.stop();
  }
}
