import { expect, test } from 'vitest';
import { Devices, historyIsGone } from '../../packages/cli/src/pages/dashboard/device.ts';
import type { Notice } from '../../packages/cli/src/pages/dashboard/messages.ts';

const notice = (type: string, facts: Partial<Notice> = {}): Notice => ({
  time: 0,
  connection: 1,
  registrationId: 'sensor-1',
  text: type,
  type,
  ...facts,
});
/** Without a registration id, as before CONNECT. */
function unnamed(type: string, connection: number): Notice {
  const { registrationId: _, ...rest } = notice(type, { connection });
  return rest;
}

function stateAfter(...notices: Notice[]) {
  const devices = new Devices();
  for (const one of notices) devices.add(one);
  const { state, outcome } = devices.byId.get('sensor-1')!;
  return { state, outcome };
}

test('a device is shown as far as it has come', () => {
  const run = ['connected', 'register', 'reply', 'poll', 'assigned', 'reply', 'closed'].map((type) => notice(type));
  run[4] = notice('assigned', { text: 'sensor-1 to hub.example' });
  run[5] = notice('packet');
  expect(run.map((_, index) => stateAfter(...run.slice(0, index + 1)).state)).toEqual([
    'connected',
    'registering',
    'registering',
    'registering',
    'assigned',
    'assigned',
    'assigned',
  ]);
  expect(stateAfter(...run).outcome).toBe('sensor-1 to hub.example');
});

test('a refusal stays on the device after its connection is closed', () => {
  const refused = notice('reply', { failed: true, text: '401 401000' });
  expect(stateAfter(notice('connected'), notice('register'), refused, notice('closed'))).toEqual({
    state: 'refused',
    outcome: '401 401000',
  });
});

test('a device that comes back starts afresh', () => {
  const refused = notice('reply', { failed: true, text: '429' });
  expect(stateAfter(notice('register'), refused, notice('register'))).toEqual({ state: 'registering', outcome: '' });
});

test('what a connection did before it said whose it is comes in front', () => {
  const devices = new Devices();
  expect(devices.add(unnamed('connection', 7))).toBeUndefined();
  devices.add(unnamed('connection', 8));
  const device = devices.add(notice('connected', { connection: 7 }));
  expect(device?.notices.map(({ type, connection }) => [type, connection])).toEqual([
    ['connection', 7],
    ['connected', 7],
  ]);
});

test('the page stays bounded under a flood of devices, of connections and of packets', () => {
  const devices = new Devices(10);
  for (let number = 1; number <= 3000; number++) {
    devices.add(unnamed('connection', 10_000 + number));
    devices.add(notice('packet', { connection: number, registrationId: `sensor-${number % 50}` }));
  }
  for (let count = 0; count < 1000; count++) devices.add(notice('packet'));
  expect(devices.byId.size).toBe(10);
  expect(devices.count).toBe('10+');
  expect(devices.byId.get('sensor-1')?.notices.length).toBe(400);
});

test('counts by state are those of the devices', () => {
  const devices = new Devices();
  for (let number = 0; number < 30; number++) {
    const facts = { connection: number + 1, registrationId: `sensor-${number}` };
    devices.add(notice('connected', facts));
    if (number % 3 > 0) devices.add(notice(number % 3 === 1 ? 'assigned' : 'refused', facts));
  }
  expect([...devices.counts()].sort()).toEqual([
    ['assigned', 10],
    ['connected', 10],
    ['refused', 10],
  ]);
});

test('a device whose beginning is not kept is told from one that is whole', () => {
  const whole = new Devices();
  whole.add(unnamed('connection', 1));
  expect(historyIsGone(whole.add(notice('connected'))!)).toBe(false);
  for (let count = 0; count < 500; count++) whole.add(notice('packet'));
  expect(historyIsGone(whole.byId.get('sensor-1')!)).toBe(true);
  expect(historyIsGone(new Devices().add(notice('register'))!)).toBe(true);
});

test('a device that is known by its state alone has a history that is gone, one that never came has none', () => {
  const devices = new Devices();
  devices.know({
    more: false,
    devices: [
      { id: 'a', state: 'assigned', outcome: 'a to hub.example', time: 1 },
      { id: 'b', state: 'known', outcome: '', time: 0 },
    ],
  });
  expect([...devices.byId.values()].map((device) => [device.id, historyIsGone(device)])).toEqual([
    ['a', true],
    ['b', false],
  ]);
  expect(devices.silent).toBe(1);
});

test('an identity of the hub is listed before its device connects, and says when it is removed', () => {
  const ofHub = (text: string) => notice('device', { connection: 0, text });
  expect(stateAfter(ofHub('created'))).toEqual({ state: 'known', outcome: '' });
  expect(stateAfter(ofHub('created'), notice('connected'))).toEqual({ state: 'connected', outcome: '' });
  expect(stateAfter(ofHub('created'), ofHub('removed'))).toEqual({ state: 'gone', outcome: 'removed' });
});
