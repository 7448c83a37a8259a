import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { accessibilityProblems, sidewaysOverflow } from './browser.mjs';

const URL_OF_PAGE = new URL('../../packages/cli/dist/inspector.html', import.meta.url).href;
const PUBLISH = '30 05 00 03 61 2f 62';
const SCHEMES = ['light', 'dark'];

const open = async (page, fragment = '') => void (await page.goto(URL_OF_PAGE + fragment));
const write = (page, text) => page.getByLabel('Bytes', { exact: true }).fill(text);
const status = (page) => page.locator('#summary').textContent();
const rows = (page) => page.locator('#list [role=option]');
const shown = async (page) => (await page.locator('#found').textContent()).split(' ')[0];
const CAPTURES = new URL('../cli/packets/fixtures/captures/', import.meta.url);
const { packets: EXCHANGE } = JSON.parse(readFileSync(new URL('../captures.json', CAPTURES), 'utf8'));
const examples = (page) => page.getByRole('group', { name: 'Examples' }).getByRole('button').all();

export async function checks(check) {
  await check(
    'works from a disk, offline, and asks nobody for anything',
    { offline: true },
    async (page, { requests }) => {
      await open(page);
      await write(page, PUBLISH);
      assert.equal(await status(page), '1 packet, all valid.');
      assert.deepEqual(
        requests.filter((url) => url !== URL_OF_PAGE && !url.startsWith('data:')),
        [],
      );
    },
  );

  await check(
    'the accessibility check itself sees a label that is gone and a colour that is too faint',
    {},
    async (page) => {
      await open(page);
      await page.evaluate(() => {
        document.querySelector('label[for=bytes]').remove();
        document.querySelector('textarea').removeAttribute('placeholder');
        document.querySelector('#accepts').style.color = '#ccc';
      });
      const rules = (await accessibilityProblems(page)).map((problem) => problem.split(':')[0]);
      assert.deepEqual([...new Set(rules)].sort(), ['color-contrast', 'label', 'label-title-only']);
    },
  );

  for (const colorScheme of SCHEMES) {
    await check(`every example can be read by all, in ${colorScheme}`, { colorScheme }, async (page, { shot }) => {
      await open(page);
      assert.deepEqual(await accessibilityProblems(page), []);
      for (const [index, button] of (await examples(page)).entries()) {
        await button.click();
        assert.match(await status(page), /^\d packets?, /);
        await shot(`inspector-${colorScheme}-${index}`);
        assert.deepEqual(await accessibilityProblems(page), []);
      }
    });
  }

  await check('every example fits a screen of 360 pixels', { width: 360, height: 740 }, async (page, { shot }) => {
    await open(page);
    for (const [index, button] of (await examples(page)).entries()) {
      await button.click();
      assert.equal(await sidewaysOverflow(page), 0);
      await shot(`inspector-360-${index}`);
      assert.deepEqual(await accessibilityProblems(page), []);
    }
  });

  await check('a malformed byte is marked, with the code, the statement and what it asks for', {}, async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Both QoS bits' }).click();
    assert.equal(await status(page), '1 packet, 1 malformed.');
    const note = await page.locator('.fault-note').textContent();
    assert.match(note, /Byte 0: a quality of service that does not exist/);
    assert.match(note, /MQTT-3\.3\.1-4 The two QoS bits are never both 1/);
    assert.deepEqual(await page.locator('.byte.fault').allTextContents(), ['36']);
  });

  await check('pointing at a byte lights its field, all bytes of the field, and nothing else', {}, async (page) => {
    await open(page);
    await write(page, PUBLISH);
    await page.locator('.byte[data-at="5"]').hover();
    assert.deepEqual(await page.locator('.byte.lit').allTextContents(), ['61', '2f', '62']);
    assert.equal(await page.locator('tr.lit').count(), 1);
    assert.match(await page.locator('tr.lit').textContent(), /a\/b/);
    await page.getByRole('heading', { level: 1 }).hover();
    assert.equal(await page.locator('.lit').count(), 0);
  });

  await check('the keyboard alone reaches every field and shows its bytes', {}, async (page) => {
    await open(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'bytes');
    await page.keyboard.type(PUBLISH);
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement.matches('tbody tr'))) break;
    }
    const lit = () => page.locator('.byte.lit').allTextContents();
    assert.deepEqual((await lit())[0], '30');
    await page.keyboard.press('End');
    assert.equal((await lit()).at(-1), '62');
    const atEnd = await lit();
    await page.keyboard.press('ArrowDown');
    assert.deepEqual(await lit(), atEnd);
    await page.keyboard.press('ArrowUp');
    assert.notDeepEqual(await lit(), atEnd);
    await page.keyboard.press('Home');
    assert.deepEqual((await lit())[0], '30');
  });

  await check('clicking a byte goes to its field', {}, async (page) => {
    await open(page);
    await write(page, PUBLISH);
    await page.locator('.byte[data-at="6"]').click();
    assert.match(await page.evaluate(() => document.activeElement.textContent), /a\/b/);
  });

  await check('base64, a hex dump and a capture are read; what is none of them is said', {}, async (page) => {
    await open(page);
    const capture = '{"time":"2026-01-02T03:04:05.678Z","direction":"sent","bytes":"c000"}';
    for (const [text, name] of [
      ['MAUAA2EvYg==', 'PUBLISH'],
      ['00000000: 3005 0003 612f 62   0...a/b', 'PUBLISH'],
      [capture, 'PINGREQ'],
    ]) {
      await write(page, text);
      assert.equal(await page.getByRole('heading', { level: 2 }).textContent(), name);
    }
    assert.match(await page.locator('.facts').textContent(), /device → service/);
    await write(page, 'what is this?');
    assert.match(await status(page), /^Cannot read this: neither hex nor base64/);
    assert.equal(await page.getByLabel('Bytes', { exact: true }).getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('article').count(), 0);
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  await check('a binary file and a text file can be opened', {}, async (page) => {
    await open(page);
    for (const buffer of [Buffer.from('d000', 'hex'), Buffer.from('d0 00\n')]) {
      await page.locator('#file').setInputFiles({ name: 'packet', mimeType: '', buffer });
      await page.getByRole('heading', { name: 'PINGRESP' }).waitFor();
      await write(page, '');
    }
  });

  await check(
    'a link carries the bytes in its fragment',
    { permissions: ['clipboard-read', 'clipboard-write'] },
    async (page) => {
      await open(page);
      await write(page, PUBLISH);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(link, page.url());
      await page.goto('about:blank');
      await page.goto(link);
      assert.equal(await page.getByLabel('Bytes', { exact: true }).inputValue(), PUBLISH);
      assert.equal(await status(page), '1 packet, all valid.');
    },
  );

  await check('a link with a password in it asks first', {}, async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'CONNECT with a token' }).click();
    await page.getByRole('button', { name: 'Copy link' }).click();
    assert.equal(await status(page), 'The packet holds a password, and so would the link.');
    assert.equal(new URL(page.url()).hash, '');
    await page.getByRole('button', { name: 'Copy it all the same' }).click();
    await page.waitForURL(/#./);
  });

  await check('a fragment that is none of ours is left alone', {}, async (page) => {
    await open(page, '#%00%ff');
    assert.equal(await status(page), 'Paste bytes, open or drop a file, or take an example.');
  });

  await check('markup in a packet is text', {}, async (page) => {
    await open(page);
    const topic = Buffer.from('<img src=x onerror=alert(1)>');
    await write(page, Buffer.concat([Buffer.of(0x30, topic.length + 2, 0, topic.length), topic]).toString('hex'));
    assert.equal(await page.locator('article img').count(), 0);
    assert.match(await page.locator('tbody').textContent(), /<img src=x onerror=alert\(1\)>/);
  });

  await check('no other script runs: the policy refuses it', {}, async (page, { said }) => {
    await open(page);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "broken into"';
      document.body.append(script);
    });
    assert.equal(await page.title(), 'Mote inspector');
    assert.match(said().join(), /Content Security Policy/);
  });

  await check('the colours can be switched against the system', { colorScheme: 'dark' }, async (page) => {
    await open(page);
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.getByRole('button', { name: 'Switch to light colours' }).click();
    assert.notEqual(await paper(), dark);
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    assert.equal(await paper(), dark);
  });

  await check('a packet of 256 KiB and a capture of a thousand packets do not stop it', {}, async (page) => {
    await open(page);
    const body = Buffer.concat([Buffer.of(0, 1, 0x61), Buffer.alloc(262_144 - 7, 0x78)]);
    const large = Buffer.concat([Buffer.of(0x30, 0xfc, 0xff, 0x0f), body]).toString('hex');
    for (const text of [large, 'c000'.repeat(1000)]) {
      const started = performance.now();
      await write(page, text);
      await page.locator('article').first().waitFor();
      assert.ok(performance.now() - started < 15_000, 'it took more than 15 s');
    }
    assert.equal(await status(page), '1000 packets, all valid.');
  });

  await check(
    'of 3,000 packets the malformed one is open at once, and a filter leaves it alone',
    {},
    async (page, { shot }) => {
      await open(page);
      await write(page, `${'c000'.repeat(2998)}36050003612f62${'20020'}`);
      assert.match(await status(page), /odd number of hex digits/);
      await write(page, `${'c000'.repeat(2998)}36050003612f62200200`);
      assert.equal(await status(page), '3000 packets, 1 malformed, 1 incomplete.');
      assert.equal(await page.getByRole('heading', { level: 2 }).textContent(), 'PUBLISH');
      assert.ok((await rows(page).count()) < 60, 'rows that nobody sees are in the document');
      await page.getByRole('button', { name: 'malformed 1' }).click();
      assert.equal(await shown(page), '1');
      assert.equal(await rows(page).count(), 1);
      await page.getByRole('button', { name: 'incomplete 1' }).click();
      assert.match(await rows(page).first().textContent(), /3000.*CONNACK/);
      await rows(page).first().click();
      assert.equal(await page.locator('.verdict').textContent(), 'incomplete: 3 of 4 bytes, 1 is missing');
      assert.equal(await page.locator('.fault-note').count(), 0);
      await shot('inspector-many');
      assert.deepEqual(await accessibilityProblems(page), []);
    },
  );

  await check('packets are searched by value and by hex, and filtered by type', {}, async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Register and its answers' }).click();
    const search = page.getByLabel('Search packets');
    for (const [word, count] of [
      ['retry-after', '1'],
      ['40 02 00 02', '1'],
      ['MQTT-9', '0'],
      ['iotdps-register', '1'],
      ['', '3'],
    ]) {
      await search.fill(word);
      assert.equal(await shown(page), count, word);
    }
    await page.getByLabel('Packet type').selectOption('PUBLISH');
    assert.equal(await shown(page), '2');
    assert.deepEqual(await page.locator('#verdicts button').allTextContents(), [
      'all 2',
      'malformed 0',
      'incomplete 0',
      'valid 2',
    ]);
  });

  await check(
    'the list is one Tab stop; arrows, ends, pages, n and p move in it, Enter goes to the packet',
    {},
    async (page) => {
      await open(page);
      await write(page, `36050003612f62${'c000'.repeat(500)}36050003612f62${'d000'.repeat(500)}`);
      await page.locator('#list').focus();
      const chosen = () => page.locator('#list [aria-selected=true] .number').textContent();
      for (const [key, number] of [
        ['ArrowDown', '2'],
        ['End', '1002'],
        ['ArrowUp', '1001'],
        ['Home', '1'],
        ['n', '502'],
        ['n', '1'],
        ['p', '502'],
      ]) {
        await page.keyboard.press(key);
        assert.equal(await chosen(), number, key);
      }
      await page.keyboard.press('PageDown');
      assert.ok(Number(await chosen()) > 505);
      const active = await page.locator('#list').getAttribute('aria-activedescendant');
      assert.equal(await page.locator(`[id="${active}"]`).getAttribute('aria-selected'), 'true');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H2');
      await page.locator('#list').focus();
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.closest('#list')), null);
    },
  );

  for (const name of ['ethernet.pcap', 'ethernet.pcapng', 'websocket.pcap']) {
    await check(`${name} is read by drag and drop`, {}, async (page) => {
      await open(page);
      const bytes = readFileSync(new URL(name, CAPTURES)).toString('base64');
      await page.evaluate(
        ([text, title]) => {
          const content = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([content], title));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        [bytes, name],
      );
      await page.waitForFunction((title) => document.querySelector('#summary').textContent.startsWith(title), name);
      assert.equal(await status(page), `${name}: ${EXCHANGE.length} packets, all valid.`);
      assert.match(await rows(page).nth(2).textContent(), /→PUBLISHa\/b/);
      await rows(page).nth(2).click();
      assert.match(await page.locator('.message pre').textContent(), /\n {2}"temperature": 21\.5/);
    });
  }

  await check('what is listed can be saved, and is read again', {}, async (page) => {
    await open(page);
    await page.locator('#file').setInputFiles(fileURLToPath(new URL('ethernet.pcap', CAPTURES)));
    await rows(page).first().waitFor();
    await page.getByLabel('Packet type').selectOption('PUBLISH');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as a capture' }).click();
    const path = await (await saved).path();
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).bytes, EXCHANGE[2][1]);
    await page.locator('#file').setInputFiles({ name: 'packets.jsonl', mimeType: '', buffer: readFileSync(path) });
    await page.getByText('packets.jsonl: 1 packet, all valid.').waitFor();
  });

  await check('notes stand beside the packets; what is not MQTT is named', {}, async (page) => {
    await open(page);
    await write(page, '32 2 0 5');
    assert.match(await page.locator('#notes').textContent(), /read as a list of decimal bytes, not as hex/);
    await write(page, 'GET / HTTP/1.1');
    assert.equal(await status(page), 'Cannot read this: this is an HTTP request, not MQTT.');
    assert.equal(await page.locator('#notes li').count(), 0);
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  await check('the statement is a link to its place in the standard', {}, async (page) => {
    await open(page);
    await page.getByRole('button', { name: 'Both QoS bits' }).click();
    const link = page.getByRole('link', { name: 'MQTT-3.3.1-4' });
    assert.match(
      await link.getAttribute('href'),
      /^https:\/\/docs\.oasis-open\.org\/mqtt\/.*#:~:text=%5BMQTT%2D3\.3\.1%2D4%5D$/,
    );
  });

  await check(
    'the code is a link to its causes and fix on the same page, by mouse, by key and by address',
    {},
    async (page) => {
      await open(page);
      for (const name of ['Both QoS bits', 'Ill-formed text', 'A length that lies', 'Reserved flag']) {
        await page.getByRole('button', { name }).click();
        const link = page.locator('.fault-note a.code');
        const code = await link.textContent();
        await link.focus();
        await page.keyboard.press('Enter');
        const entry = page
          .locator('#codes section')
          .filter({ has: page.getByRole('heading', { name: code, exact: true }) });
        await entry.and(page.locator(':focus')).waitFor();
        assert.ok(await entry.getByRole('listitem').count(), code);
        assert.equal(new URL(page.url()).hash, `#code:${code}`);
        // The packet stays: its bytes are no longer in the address.
        assert.equal(await page.locator('article.packet').count(), 1);
        await link.click();
        await entry.and(page.locator(':focus')).waitFor();
        assert.deepEqual(await accessibilityProblems(page), []);
      }
      await page.goto('about:blank');
      await open(page, '#code:bad-topic');
      await page.locator('#codes section:focus').getByText('wildcard').first().waitFor();
      assert.equal(await status(page), 'Paste bytes, open or drop a file, or take an example.');
      await page.goto('about:blank');
      await open(page, '#code:constructor');
      assert.equal(await page.locator('#codes').evaluate((list) => list.open), false);
    },
  );

  await check('every code of the codec stands in the list of codes', {}, async (page) => {
    await open(page);
    const { CODEC_ERRORS } = await import('../../packages/cli/dist/packets/codec-errors.js');
    await page.locator('#codes summary').click();
    assert.deepEqual(await page.locator('#codes h2').allTextContents(), Object.keys(CODEC_ERRORS));
    assert.deepEqual(await accessibilityProblems(page), []);
  });

  await check('sixteen bytes stand in a row where there is room, eight on a phone', {}, async (page) => {
    await open(page);
    await write(page, `30 40 00 01 61 ${'62 '.repeat(61)}`);
    const inFirstRow = () =>
      page.evaluate(() => {
        const cells = [...document.querySelectorAll('.hex .byte:not(.none)')];
        return cells.filter((cell) => cell.offsetTop === cells[0].offsetTop).length;
      });
    for (const [width, bytes] of [
      [1280, 16],
      [900, 16],
      [700, 16],
      [360, 8],
    ]) {
      await page.setViewportSize({ width, height: 800 });
      assert.equal(await inFirstRow(), bytes, String(width));
      assert.equal(await sidewaysOverflow(page), 0);
    }
  });

  await check('characters stand below each other, also in a last row of few bytes', {}, async (page) => {
    await open(page);
    for (let surplus = 0; surplus < 16; surplus += 1) {
      await write(page, `30${(5 + 16 + surplus).toString(16)}0003612f62${'78'.repeat(16 + surplus)}`);
      const lefts = await page.evaluate(() =>
        [...document.querySelectorAll('.hex .row')].map(
          (row) => row.querySelector('.characters').getBoundingClientRect().left,
        ),
      );
      assert.ok(lefts.length > 1);
      assert.ok(Math.max(...lefts) - Math.min(...lefts) < 1, lefts.join(' '));
    }
  });

  await check('on a phone a packet that is tapped comes into view', { width: 390, height: 700 }, async (page) => {
    await open(page);
    await page.locator('#file').setInputFiles(fileURLToPath(new URL('ethernet.pcap', CAPTURES)));
    await rows(page).nth(3).click();
    const top = await page
      .getByRole('heading', { level: 2 })
      .evaluate((heading) => heading.getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 700, `the heading is at ${top}`);
  });

  await check('the page is one file, and small', {}, async () => {
    const html = readFileSync(new URL(URL_OF_PAGE), 'utf8');
    // 100 KB, of which the formats, dumps and captures that it reads take nearly half.
    assert.ok(html.length < 104 * 1024, `${html.length} bytes`);
    assert.doesNotMatch(html, /https?:\/\/(?!www\.w3\.org\/2000\/svg|docs\.oasis-open\.org\/mqtt\/)/);
  });
}
