import { expect, test } from 'vitest';
import { ASSIGNED, ASSIGNING, CONNACK, Machine, OPERATION, reply, SUBACK } from './machine.ts';

// What a registration tells on its way, to people and to programs.

const told = (machine: Machine): unknown[] =>
  machine.actions.flatMap((action) => (action.type === 'progress' ? [action.event] : []));

test('each step is told in words and in fields, with stage, time and attempt', () => {
  const machine = new Machine();
  machine.start().lost(new Error('no carrier')).advance(500).connected();
  machine
    .receive(CONNACK)
    .receive(SUBACK)
    .receive(reply(202, '1', ASSIGNING, '&retry-after=3'));
  machine.advance(3125).receive(reply(200, '2', ASSIGNED));
  const route = { transport: 'tls', host: 'dps.test', port: 8883 };
  const first = { elapsedMs: 0, attempt: 1 };
  const second = { elapsedMs: 500, attempt: 2 };
  const last = { elapsedMs: 3625, attempt: 2 };
  const hub = { assignedHub: 'hub.azure-devices.net', deviceId: 'device' };
  expect(told(machine)).toEqual([
    { type: 'dialling', ...route, stage: 'tcp', ...first, message: 'dialling dps.test:8883 (tls)' },
    {
      type: 'retrying',
      cause: expect.objectContaining({ code: 'connect-failed' }),
      delayMs: 500,
      stage: 'tcp',
      ...first,
      message: 'no carrier; trying again in 0.5 s',
    },
    { type: 'dialling', ...route, stage: 'tcp', ...second, message: 'dialling dps.test:8883 (tls)' },
    {
      type: 'connected',
      transport: 'tls',
      protocol: 'TLSv1.3',
      stage: 'connect',
      ...second,
      message: 'connected by TLSv1.3',
    },
    { type: 'connect-accepted', stage: 'subscribe', ...second, message: 'CONNECT accepted' },
    { type: 'subscribed', stage: 'subscribe', ...second, message: 'subscribed' },
    {
      type: 'registering',
      registrationId: 'contoso-simdevice',
      stage: 'register',
      ...second,
      message: 'registering contoso-simdevice',
    },
    {
      type: 'assigning',
      retryAfter: 3,
      delayMs: 3125,
      operationId: OPERATION,
      stage: 'wait',
      ...second,
      message: 'assigning; asking again in 3.1 s',
    },
    { type: 'polling', operationId: OPERATION, stage: 'poll', ...last, message: 'polling' },
    { type: 'assigned', ...hub, stage: 'poll', ...last, message: 'assigned to hub.azure-devices.net as device' },
  ]);
});

test('a transport without a name for its protocol is told by its own', () => {
  const { registration } = new Machine().start();
  expect(registration.connected(undefined, 0)).toContainEqual({
    type: 'progress',
    event: expect.objectContaining({ type: 'connected', transport: 'tls', protocol: undefined }),
  });
});

test.each([
  ['a link that ends without a word', (machine: Machine) => machine.start().lost(), 'closed by the peer'],
  [
    'a subscription that is refused',
    (machine: Machine) => machine.start().connected().receive(CONNACK, Buffer.from('9003000180', 'hex')),
    'SUBACK 0x80',
  ],
  [
    'a grant of too much',
    (machine: Machine) => machine.start().connected().receive(CONNACK, Buffer.from('9003000102', 'hex')),
    'QoS 2 in packet type 9, where 1 was asked for',
  ],
  [
    'a 202 that cannot be followed',
    (machine: Machine) => machine.asking().receive(reply(202, '1', { status: 'assigning' })),
    'the service answered 202 without operationId',
  ],
])('%s has a reason in words', (_what, reach, message) => {
  expect(reach(new Machine({ retry: { attempts: 0 }, random: () => 0 })).error).toMatchObject({ message });
});
