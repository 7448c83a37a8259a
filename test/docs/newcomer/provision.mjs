// The emulator, a device of it, and what a newcomer does wrong with both.
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { run, serve } from './terminals.mjs';
import { says } from './walk.mjs';

/** Takes a walk (`walk.mjs`), on which the packages are installed. */
export async function provision({ step, at, mote, node, project, command }) {
  let emulator;
  try {
    await step('mote emulate prints commands to paste', async () => {
      emulator = await serve(
        process.execPath,
        [command, 'emulate', '--dir', 'certs', '--scenario', 'throttled'],
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
      says(await mote([...device, '--key-file', 'bad.key']), ['bad.key', 'base64'], {
        exit: 2,
        never: 'not base64 !!',
      }),
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
        await mote([
          ...device,
          ...trusted,
          '--host',
          `localhost:${port}`,
          '--transport',
          'websocket',
          '--timeout',
          '3',
        ]),
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
      const stem = files
        .map((name) => /^(.*)\.key$/.exec(name)?.[1])
        .find((one) => one && files.includes(`${one}.pem`));
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

    await step('a device of a wrong hub is told what is next', async () => {
      const other = await serve(
        process.execPath,
        [command, 'emulate', '--dir', 'other', '--scenario', 'wrong-hub', '--polls', '0'],
        /^Azure SDKs:/m,
        { cwd: project },
      );
      const pasted = /^ {2}(DPS_KEY=.* mote provision .*)$/m
        .exec(other.output)[1]
        .replace(' mote provision', ` '${process.execPath}' node_modules/@mote/cli/bin/mote.js provision`);
      const told = await run('sh', ['-c', pasted], { cwd: project, terminal: true });
      await other.end();
      says(told, ['no-such-hub.invalid', 'next: `mote doctor --hub`'], { exit: 0 });
    });
  } finally {
    await emulator?.end();
  }
}
