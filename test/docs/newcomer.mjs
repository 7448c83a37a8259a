// What a demanding newcomer does in the first hours, right and wrong, with the packages as they are packed and installed in a project
// of its own. A case each, named for what it protects; prints what each took, and `N passed, N failed`. What is seen in a browser,
// `pnpm test:web` walks.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, serve } from './newcomer-terminal.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'mote-newcomer-'));
const project = join(work, 'my project');
const readme = readFileSync(`${ROOT}README.md`, 'utf8');
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
let passed = 0;
let failed = 0;
let emulator;

const at = (name) => join(project, name);
const mote = (words, options = {}) =>
  run(process.execPath, [at('node_modules/@mote/cli/bin/mote.js'), ...words], { cwd: project, ...options });
const node = (file, options = {}) => run(process.execPath, [file], { cwd: project, ...options });

async function step(what, body) {
  const before = performance.now();
  let problem;
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    problem = error;
  }
  const seconds = ((performance.now() - before) / 1000).toFixed(2).padStart(7);
  console.log(`${seconds} s  ${problem === undefined ? 'ok      ' : 'FAILED  '}${what}`);
  if (problem !== undefined) console.log(String(problem.stack).slice(0, 3000));
}

/** Fails unless all of it stands there, and nothing of `never`. */
function says({ code, output }, wanted, { exit, never = [] } = {}) {
  for (const part of [wanted].flat())
    if (typeof part === 'string' ? !output.includes(part) : !part.test(output))
      throw new Error(`no ${part} in\n${output}`);
  for (const part of [never].flat())
    if (typeof part === 'string' ? output.includes(part) : part.test(output)) throw new Error(`${part} in\n${output}`);
  if (exit !== undefined && code !== exit) throw new Error(`exit code ${code}, not ${exit}\n${output}`);
}

try {
  await step('the README says how to pack and install, and it works', async () => {
    says({ output: readme }, [
      'not on npm yet',
      'npx -y pnpm@10.34.9 pack:all',
      'npm install ../mote/tarballs/mote-codec-0.1.0.tgz',
    ]);
    rmSync(`${ROOT}tarballs`, { recursive: true, force: true });
    says(await run('npx', ['-y', 'pnpm@10.34.9', 'pack:all'], { cwd: ROOT }), [], { exit: 0 });
    mkdirSync(project);
    writeFileSync(at('package.json'), '{ "type": "module" }');
    const tarballs = readdirSync(`${ROOT}tarballs`).map((name) => `${ROOT}tarballs/${name}`);
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs];
    says(await run('npm', install, { cwd: project }), [], { exit: 0 });
  });

  await step('an install brings the packages that the README counts', () => {
    const { packages } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
    const names = Object.keys(packages)
      .map((name) => name.replace('node_modules/', ''))
      .filter(Boolean);
    says({ output: names.sort().join() }, /^@mote\/cli,@mote\/client,@mote\/codec,@mote\/emulator,ws$/);
    says({ output: readme }, [
      'an install brings: codec, client | 0 |',
      'an install brings: emulator, command | 1 (`ws`) |',
    ]);
  });

  await step('the first block without a key ends with a sentence, not with a wall of source', async () => {
    writeFileSync(at('first.ts.mjs'), blocks[0]);
    const told = await node('first.ts.mjs');
    says(told, ['ProvisioningError', 'key'], { exit: 1 });
    if (told.output.length > 2500) throw new Error(`${told.output.length} characters`);
    if (told.output.split('\n').some((line) => line.length > 300)) throw new Error(told.output);
  });

  await step('and without a network, with the name that is not found', async () => {
    writeFileSync(
      at('offline.mjs'),
      blocks[0].replace("transport: 'auto',", "endpoint: 'no-such-host.invalid', timeoutMs: 3000,"),
    );
    const told = await node('offline.mjs', { env: { DPS_GROUP_KEY: Buffer.alloc(32).toString('base64') } });
    says(told, ['ProvisioningError', 'no-such-host.invalid'], { exit: 1 });
    if (told.output.length > 4000) throw new Error(`${told.output.length} characters`);
  });

  await step('every block of the README compiles strictly in that project', async () => {
    cpSync(`${ROOT}node_modules/@types/node`, at('node_modules/@types/node'), { recursive: true, dereference: true });
    for (const [i, block] of blocks.entries()) writeFileSync(at(`block${i}.mts`), `${block}\nexport {};\n`);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      module: 'nodenext',
      target: 'es2022',
      noEmit: true,
      types: ['node'],
    };
    writeFileSync(
      at('tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true }, include: ['block*.mts'] }),
    );
    says(await run(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, '-p', '.'], { cwd: project }), [], {
      exit: 0,
    });
  });

  await step('an editor shows what a call does, with an example', () => {
    const types = [
      'codec/dist/packets/publish.d.ts',
      'client/dist/provision/provision.d.ts',
      'emulator/dist/start-emulator.d.ts',
    ];
    for (const file of types) says({ output: readFileSync(at(`node_modules/@mote/${file}`), 'utf8') }, '@example');
  });

  await step('the README shows pictures of demo, dashboard and inspector, and names the page', () => {
    says({ output: readme }, [
      '](docs/demo.svg)',
      '](docs/dashboard.png)',
      '](docs/inspector.png)',
      'packages/cli/dist/inspector.html',
    ]);
  });

  await step('the README says how long the tests take', () =>
    says({ output: readme }, /pnpm@10\.34\.9 test +# .*minutes?/),
  );

  for (const [what, bytes, wanted] of [
    ['a Python literal', "b'\\x20\\x02\\x00\\x05'", 'CONNACK'],
    ['a Python literal with letters', "b'0\\x07\\x00\\x04beep!'", 'PUBLISH'],
    ['one row of Wireshark without its text', '0000   30 07 00 04 62 65 65 70 21', 'PUBLISH'],
    ['one row of Wireshark', '0000   20 02 00 05                                       ....', 'CONNACK'],
    ['an array of C', 'uint8_t pkt[] = {0x20, 0x02, 0x00, 0x05};', 'CONNACK'],
    ['od -t x1', '0000000 20 02 00 05\n0000004', 'CONNACK'],
    ['od -A x -t x1z', '000000 20 02 00 05                                      > ...<\n000004', 'CONNACK'],
    ['a Buffer as JSON', '{"type":"Buffer","data":[32,2,0,5]}', 'CONNACK'],
    ['a Uint8Array of Node', 'Buffer(4) [Uint8Array] [ 32, 2, 0, 5 ]', 'CONNACK'],
    ['a line of a log', 'I (4021) mqtt: 20 02 00 05', 'CONNACK'],
    ['casts of Java', '(byte) 0x20, (byte) 0x02, (byte) 0x00, (byte) 0x05', 'CONNACK'],
    ['a TLS record', '16 03 01 02 00 01 00', 'this is a TLS record'],
    ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n').toString('hex'), 'this is an HTTP response'],
    [
      'a capture file',
      readFileSync(`${ROOT}test/cli/packets/fixtures/captures/ethernet.pcap`).toString('hex'),
      'CONNECT',
    ],
    ['what was cut short', '200200', 'incomplete: 3 of 4 bytes, 1 is missing'],
  ])
    await step(`mote inspect reads ${what}`, async () =>
      says(await mote(['inspect', bytes]), wanted, { never: ['reserved'] }),
    );

  await step('mote inspect reads UTF-16, as PowerShell writes it, and captures', async () => {
    writeFileSync(at('utf16.txt'), Buffer.from('\ufeff20 02 00 05\r\n', 'utf16le'));
    says(await mote(['inspect', 'utf16.txt']), 'CONNACK', { exit: 0 });
    says(await mote(['inspect', `${ROOT}test/cli/packets/fixtures/captures/ethernet.pcap`]), 'CONNECT');
  });

  await step('a refusal of mote inspect names what can be read', async () =>
    says(await mote(['inspect', 'hello world']), ['xxd', 'Wireshark'], { exit: 2 }),
  );

  const LINES = [
    ['{"errorCode":401002,"trackingId":"5f8a"}', '401002'],
    ['ProvisioningError: unauthorized: the service answered 401 (401002)', '401002'],
    ['getaddrinfo ENOTFOUND global.azure-devices-provisioning.net', 'ENOTFOUND'],
    ['Error: connect ETIMEDOUT 20.43.44.164:8883', 'ETIMEDOUT'],
    ['CONNACK return code 5 (not authorized)', 'connack-5'],
    ['rc=5', 'connack-5'],
    ['Connection refused: Not authorized', 'connack-5'],
    ['Bad username or password', 'connack-4'],
    ['alert certificate unknown', 'CERTIFICATE_UNKNOWN'],
    ['error:0A000418:SSL routines::tlsv1 alert unknown ca', 'UNKNOWN_CA'],
    ['socket hang up', 'ECONNRESET'],
    ['MQTT-3.1.0-1', 'CONNECT'],
    ['exit-12', 'Likely causes'],
  ];
  await step(`mote explain takes ${LINES.length} lines as people paste them, quoted or not`, async () => {
    for (const [line, wanted] of LINES) {
      says(await mote(['explain', line]), wanted, { exit: 0, never: 'Fix    `mote explain' });
      says(await mote(['explain', ...line.split(' ')]), wanted, { exit: 0 });
    }
    says(await mote(['explain', '-'], { input: LINES[0][0] }), '401002', { exit: 0 });
    says(await mote(['explain', 'foo bar']), 'nothing is known', { exit: 1, never: 'near it' });
  });

  await step('mote emulate prints commands to paste', async () => {
    emulator = await serve(
      process.execPath,
      [at('node_modules/@mote/cli/bin/mote.js'), 'emulate', '--dir', 'certs', '--scenario', 'throttled'],
      /^Azure SDKs:/m,
      { cwd: project },
    );
    says(emulator, [/^ {2}DPS_KEY=.* mote provision /m, 'certs/ca.pem']);
  });
  const [, port, webSocketPort] = /TLS (\d+), WebSocket (\d+)/.exec(emulator?.output ?? '') ?? [];
  const key = /DPS_KEY='?([\w+/=]+)/.exec(emulator?.output ?? '')?.[1] ?? '';
  const scope = /--id-scope (\S+)/.exec(emulator?.output ?? '')?.[1] ?? '';
  const id = /--registration-id (\S+)/.exec(emulator?.output ?? '')?.[1] ?? '';
  writeFileSync(at('key'), key);
  writeFileSync(at('bad.key'), 'not base64 !!');
  const device = ['provision', '--id-scope', scope, '--registration-id', id];
  const trusted = ['--ca', 'certs/ca.pem', '--key-file', 'key'];

  await step('a 429 is news that is no tick, and the device waits', async () => {
    const told = await mote([...device, ...trusted, '--host', `localhost:${port}`], { terminal: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
    const output = told.output.replace(/\x1b\[[\d;]*m/g, '');
    says({ output }, /↻ +[\d.]+ s {2}the service answered 429/, { never: /✔ +[\d.]+ s {2}the service answered 429/ });
  });
  await step('a wrong authority is told by the flag', async () =>
    says(
      await mote([...device, '--key-file', 'key', '--host', `localhost:${port}`]),
      ['`--ca FILE`', 'more: `mote explain'],
      { exit: 11, never: 'tls: {' },
    ),
  );
  await step('a wrong key file is told with what is wrong in it', async () =>
    says(await mote([...device, '--key-file', 'bad.key']), ['bad.key', 'base64'], { exit: 2, never: 'not base64 !!' }),
  );
  await step('a key in the place of a file is not shown', async () =>
    says(await mote([...device, '--key-file', key]), ['looks like the key itself'], { exit: 2, never: key }),
  );
  await step('TLS to the port of WebSocket says so', async () =>
    says(
      await mote([...device, ...trusted, '--host', `localhost:${webSocketPort}`, '--timeout', '5']),
      'HTTP answered: is that the port for `--transport websocket`?',
    ),
  );
  await step('WebSocket to the port of TLS says so', async () =>
    says(
      await mote([...device, ...trusted, '--host', `localhost:${port}`, '--transport', 'websocket', '--timeout', '3']),
      'Is the port in `--host` for WebSocket?',
    ),
  );
  await step('SSH at the port is told by its name', async () => {
    const ssh = createServer((socket) => socket.on('error', () => {}).write('SSH-2.0-OpenSSH_9.2\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((listening) => ssh.once('listening', listening));
    const told = await mote([...device, ...trusted, '--host', `127.0.0.1:${ssh.address().port}`]);
    ssh.close();
    says(told, 'SSH answers there.');
  });
  await step('swapped ids are seen before anything is dialled', async () =>
    says(
      await mote(['provision', '--id-scope', 'sensor-17', '--registration-id', '0ne00ABCDEF', '--key-file', 'key']),
      'swapped?',
      { exit: 2 },
    ),
  );
  await step('swapped files of a certificate are seen', async () => {
    const files = readdirSync(at('certs')).filter((name) => /\.(?:pem|key)$/.test(name));
    const stem = files.map((name) => /^(.*)\.key$/.exec(name)?.[1]).find((one) => one && files.includes(`${one}.pem`));
    says(await mote([...device, '--cert', `certs/${stem}.key`, '--cert-key', `certs/${stem}.pem`]), 'private key', {
      never: 'MII',
    });
  });
  await step('an option that the emulator does not have is refused, with the near name', async () => {
    writeFileSync(at('config.json'), '{"enrollmentgroups":[],"foo":1}');
    says(
      await mote(['emulate', '--config', 'config.json']),
      ['Did you mean "enrollmentGroups"?', 'foo: is not known'],
      { exit: 2 },
    );
    writeFileSync(
      at('unknown.mjs'),
      "import { startEmulator } from '@mote/emulator';\nawait startEmulator({ retryAfter: 1 });\n",
    );
    says(await node('unknown.mjs'), 'retryAfter', { exit: 1 });
  });
  await step('a port in use is told with its flag and number', async () => {
    says(await mote(['emulate', '--ui', '--ui-port', port]), [`(${port})`, '`--ui-port 0`'], { exit: 2 });
    says(await mote(['emulate', '--polls', '-1']), '--polls takes a whole number', { exit: 2 });
  });
  await step('a folder that cannot be made ends at once', async () =>
    says(await mote(['emulate', '--dir', '/proc/x']), 'cannot use /proc/x', { exit: 2 }),
  );
  await step('errors of the codec name the field and what it was given', async () => {
    const calls = [
      "encodePublish({ topic: 'a' })",
      "encodePublish({ topicName: 'a', payload: 'text' })",
      'encodeConnect({})',
      "new Framer().push('abc')",
      "decode('2002')",
    ];
    const lines = calls.map(
      (call) => `try { ${call}; console.log('taken'); } catch (error) { console.log(error.message); }`,
    );
    writeFileSync(
      at('misuse.mjs'),
      `import { decode, encodeConnect, encodePublish, Framer } from '@mote/codec';\n${lines.join('\n')}\n`,
    );
    says(
      await node('misuse.mjs'),
      ['topicName', 'payload: a Uint8Array is needed, not a string', 'clientId', 'chunk'],
      { exit: 0, never: ['taken', 'BYTES_PER'] },
    );
  });
  await step('a device of a wrong hub is told what is next', async () => {
    const other = await serve(
      process.execPath,
      [
        at('node_modules/@mote/cli/bin/mote.js'),
        'emulate',
        '--dir',
        'other',
        '--scenario',
        'wrong-hub',
        '--polls',
        '0',
      ],
      /^Azure SDKs:/m,
      { cwd: project },
    );
    const command = /^ {2}(DPS_KEY=.* mote provision .*)$/m
      .exec(other.output)[1]
      .replace(' mote provision', ` '${process.execPath}' node_modules/@mote/cli/bin/mote.js provision`);
    const told = await run('sh', ['-c', command], { cwd: project, terminal: true });
    await other.end();
    says(told, ['no-such-hub.invalid', 'next: `mote doctor --hub`'], { exit: 0 });
  });
  await step('sentences keep to 40 columns, and to ASCII where the locale asks', async () => {
    const { output } = await mote(['explain', '401002'], { env: { COLUMNS: '40' } });
    for (const line of output.split('\n')) if (line.length > 40 && line.trim().includes(' ')) throw new Error(line);
    says(await mote(['doctor', '--no-register', '--host', '127.0.0.1:1'], { env: { LANG: 'C' } }), /^x /m, {
      never: /[^\t\n\r -~]/,
    });
  });
  await step('FORCE_COLOR colours a pipe, NO_COLOR a terminal not', async () => {
    says(await mote(['explain', '401002'], { env: { FORCE_COLOR: '1', NO_COLOR: '' } }), '\u001b[1m');
    says(await mote(['explain', '401002'], { env: { NO_COLOR: '1' }, terminal: true }), 'Fix', { never: '\u001b[1m' });
  });
  await step('mote demo | head -3 ends, and says nothing else', async () => {
    const told = await run(
      'sh',
      ['-c', `'${process.execPath}' node_modules/@mote/cli/bin/mote.js demo 2>errors | head -3`],
      { cwd: project },
    );
    says(told, 'Nothing leaves this machine', { exit: 0 });
    says({ output: readFileSync(at('errors'), 'utf8') }, [], { never: ['EPIPE', 'Error'] });
  });
  await step('the demo ends with a summary and what to try', async () =>
    says(await mote(['demo']), [/^3 of 3 devices: /m, 'Now try:'], { exit: 0 }),
  );
  await step('a token that has ended is told, a code or bytes for a command lead on, fish is completed', async () => {
    says(
      await mote(['sas', '--id-scope', 'x', '--registration-id', 'y', '--key-file', 'key', '--expiry', '1']),
      'ended at 1970',
      { exit: 0 },
    );
    says(await mote(['401002']), 'mote explain 401002', { exit: 2 });
    says(await mote(['20020005']), 'mote inspect 20020005', { exit: 2 });
    says(await mote(['completion', 'fish']), 'complete -c mote', { exit: 0 });
  });
  await step('help and documents are in plain words', async () => {
    const help = (await mote(['inspect', '--help'])).output;
    const documents = readdirSync(`${ROOT}docs`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(`${ROOT}docs/${name}`, 'utf8'));
    says({ output: [readme, help, ...documents].join('\n') }, [], {
      never: ['in any dress', 'what reads as hex is hex', 'beside it |', /\bmends\b/],
    });
  });
  await step('what is installed is as large as the README says', () => {
    const files = readdirSync(at('node_modules/@mote'), { recursive: true, withFileTypes: true });
    const own = [...files, ...readdirSync(at('node_modules/ws'), { recursive: true, withFileTypes: true })];
    const bytes = own
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
    const said = Number(/installed, all four packages and `ws`: on disk \| ([\d.]+) MB/.exec(readme)?.[1]);
    if (!(Math.abs(bytes / 1e6 - said) < 0.3)) throw new Error(`${bytes} bytes, and the README says ${said} MB`);
  });
} finally {
  await emulator?.end();
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
