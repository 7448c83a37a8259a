import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInContext } from 'node:vm';
import { encodePublish, encodeUtf8 } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { bareContext } from '../client/bare-context.ts';

// The devices of `examples`, which are short enough to be read, and say what went wrong. `test:runtimes` runs them on their engines.

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string) => readFileSync(`${root}${name}`, 'utf8');
const lines = (name: string) => read(name).trimEnd().split('\n').length;
const tracked = readdirSync(`${root}examples`, { recursive: true, encoding: 'utf8' }).filter(
  (name) => !name.includes('node_modules'),
);

describe('an example', () => {
  test.each(tracked.filter((name) => /\.(m?js|pl|sh|capnp)$/.test(name)))('%s has 100 lines at most', (name) => {
    expect(lines(`examples/${name}`)).toBeLessThanOrEqual(100);
  });

  const folders = new Set(tracked.filter((name) => name.includes('/')).map((name) => name.split('/')[0]!));
  test.each([...folders])('the README of %s has a dozen lines at most, with a command to copy', (folder) => {
    expect(lines(`examples/${folder}/README.md`)).toBeLessThanOrEqual(12);
    expect(read(`examples/${folder}/README.md`)).toMatch(/^```sh$/m);
  });

  const installs = [...folders].flatMap(
    (folder) => read(`examples/${folder}/README.md`).match(/npm install[^`\n]*/g) ?? [],
  );
  test.each(installs)(
    '%s says where: without --prefix npm goes up to the workspace, whose manifests it cannot read',
    (command) => {
      expect(command).toMatch(/ --prefix (\.|[a-z-]+) /);
    },
  );
});

interface Device {
  connected(time: number): void;
  data(bytes: Uint8Array, time: number): void;
  lost(kind: string | undefined, time: number): void;
  time(time: number): void;
}

type Event = [keyof Device, ...unknown[]];
type StartDevice = (settings: object, platform: object, startedAt: number) => Device;

const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const SETTINGS = { idScope: '0ne00ABCDEF', registrationId: 'sensor-17', host: 'dps.test', port: 8883 };

/** A device that has its assignment and dials its hub; what it has sent, and the codes with which it has ended. */
function assigned(file: string, example: string) {
  const start: StartDevice = runInContext(
    `${read(`packages/client/dist/${file}`)}\n${read(`examples/${example}`)}\nstartDevice`,
    bareContext(),
  );
  let sent = '';
  const ended: string[] = [];
  const nothing = () => {};
  const platform = {
    dial: nothing,
    send: (bytes: Uint8Array) => (sent += String.fromCharCode(...bytes)),
    hangUp: nothing,
    wait: nothing,
    say: nothing,
    end: (code: string) => ended.push(code),
  };
  const key = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
  const device = start({ ...SETTINGS, key, unixTime: 1_800_000_000, retry: { attempts: 0 } }, platform, 0);
  device.connected(10);
  device.data(CONNACK, 20);
  device.data(Uint8Array.of(0x90, 3, 0, 1, 1), 30);
  const requestId = /\$rid=([\w-]+)/.exec(sent)![1]!;
  const state = { registrationId: 'sensor-17', assignedHub: 'hub.test', deviceId: 'sensor-17', status: 'assigned' };
  const reply = { operationId: 'o', status: 'assigned', registrationState: state };
  device.data(
    encodePublish({
      topicName: `$dps/registrations/res/200/?$rid=${requestId}`,
      payload: encodeUtf8(JSON.stringify(reply))!,
    }),
    40,
  );
  expect(ended).toEqual([]);
  return { device, ended, sent: () => sent };
}

describe('telemetry.js, at its hub', () => {
  const open: Event[] = [
    ['connected', 50],
    ['data', CONNACK, 60],
  ];
  test.each<[string, string, Event[]]>([
    ['a dial that fails', 'connect-failed', [['lost', 'tcp', 100]]],
    ['no connection', 'connection-lost', [['time', 30_100]]],
    ['no CONNACK', 'connection-lost', [open[0]!, ['time', 30_100]]],
    ['CONNACK 5', 'connection-refused', [open[0]!, ['data', Uint8Array.of(0x20, 2, 0, 5), 60]]],
    ['a link that ends', 'connection-lost', [...open, ['lost', undefined, 70]]],
    ['CONNACK again', 'protocol-violation', [...open, ['data', CONNACK, 70]]],
    ['no answer to its ping', 'connection-lost', [...open, ['time', 45_070], ['time', 55_080]]],
    [
      'a PUBACK for each message',
      'done',
      [...open, ...[1, 2, 3].map((id): Event => ['data', Uint8Array.of(0x40, 2, 0, id), 70])],
    ],
  ])('after %s it ends with %s', (_, code, events) => {
    const { device, ended } = assigned('mote-telemetry.es5.min.js', 'telemetry.js');
    for (const [event, ...what] of events) (device[event] as (...args: unknown[]) => void)(...what);
    expect(ended).toEqual([code]);
  });

  test('it sends what device.js sends', () => {
    const payloads = [
      ['mote-telemetry.es5.min.js', 'telemetry.js'],
      ['mote-device.es5.min.js', 'device.js'],
    ].map(([file, example]) => {
      const { device, sent } = assigned(file!, example!);
      const before = sent().length;
      device.connected(50);
      device.data(CONNACK, 60);
      return sent()
        .slice(before)
        .match(/devices\/sensor-17\/messages\/events\/|\{"reading":\d\}/g);
    });
    expect(payloads[0]).toHaveLength(6);
    expect(payloads[0]).toEqual(payloads[1]);
  });
});
