import { ProvisioningError, TransportError } from '@mote/client';
import { expect, test } from 'vitest';
import { ASSIGNED, ASSIGNING, CONNACK, Machine, OPERATION, reply, SUBACK } from './machine.ts';

const POLL = Buffer.from('iotdps-get-operationstatus').toString('hex');
const REGISTER = Buffer.from('iotdps-register').toString('hex');
const polls = (machine: Machine): number => machine.sent.filter((bytes) => bytes.includes(POLL)).length;
const registers = (machine: Machine): number => machine.sent.filter((bytes) => bytes.includes(REGISTER)).length;
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

test('a Registration serves one provisioning', () => {
  const machine = new Machine().start();
  expect(() => machine.start()).toThrow('one provisioning');
  expect(machine.connected().dials).toBe(1);
});

test('before the start and after the end, nothing has an effect', () => {
  const machine = new Machine();
  machine.wake().lost().connected().receive(CONNACK);
  expect(machine.registration.dialling('tls', 0)).toEqual([]);
  expect(machine.actions).toEqual([]);
  machine.asking().receive(reply(200, '1', ASSIGNED));
  const { length } = machine.actions;
  machine.advance(1e6).wake().lost().connected().receive(CONNACK);
  expect(machine.actions).toHaveLength(length);
});

test.each([
  [3, 3000],
  [1, 1000],
  [60, 60_000],
  [0, 2000],
  ['-1', 2000],
  ['1.5', 2000],
  ['1e10', 2000],
  ['', 2000],
])('after retry-after %s the poll is not sooner than %i ms', (retryAfter, floor) => {
  const machine = new Machine({ random: () => 0, keepAlive: 0 }).waiting(retryAfter);
  machine.advance(floor - 1);
  expect(polls(machine)).toBe(0);
  machine.advance(1);
  expect(polls(machine)).toBe(1);
});

test('polls go on, each with a request id of its own, until the answer', () => {
  const machine = new Machine({ random: () => 0 }).waiting(1);
  for (const requestId of ['2', '3', '4'])
    machine.advance(1000).receive(reply(202, requestId, ASSIGNING, '&retry-after=1'));
  machine.advance(1000).receive(reply(200, '5', ASSIGNED));
  expect(polls(machine)).toBe(4);
  expect(machine.outcome?.type).toBe('assigned');
  expect(machine.progress('assigned')).toMatchObject([
    { assignedHub: 'hub.azure-devices.net', stage: 'poll', attempt: 1, elapsedMs: 4000 },
  ]);
});

test('an answer with the request id of nobody, an old one or none is ignored, and acknowledged at QoS 1', () => {
  const machine = new Machine().waiting(1);
  for (const requestId of ['1', '2', '3', 'x']) machine.receive(reply(200, requestId, ASSIGNED, '', 1));
  expect(machine.outcome).toBeUndefined();
  expect(machine.sent.slice(-4)).toEqual(['40020001', '40020001', '40020001', '40020001']);
  machine.advance(1250).receive(reply(200, '1', ASSIGNED), reply(200, '3', ASSIGNED));
  expect(machine.outcome).toBeUndefined();
  machine.receive(reply(200, '2', ASSIGNED));
  expect(machine.outcome?.type).toBe('assigned');
});

test('without a source of ids, a question has one of two random numbers, of 52 bits each', () => {
  const given = [0.5, 1 - 2 ** -52, 0.25, 0];
  const machine = new Machine({ requestId: undefined, random: () => given.shift()! }).asking();
  const id = `${(2 ** 51).toString(36)}-${(2 ** 52 - 1).toString(36)}`;
  expect(Buffer.from(machine.sent.at(-1)!, 'hex').toString('latin1')).toContain(`?$rid=${id}\0`);
  machine.receive(reply(200, id, ASSIGNED));
  expect(machine.outcome?.type).toBe('assigned');
});

test('a poll that is answered 202 without operationId goes on with the one that is known', () => {
  const machine = new Machine({ random: () => 0 }).waiting(1).advance(1000);
  machine.receive(reply(202, '2', { status: 'assigning' }, '&retry-after=1')).advance(1000);
  expect(machine.sent.at(-1)).toContain(Buffer.from(`operationId=${OPERATION}`).toString('hex'));
});

test.each([9, 10])('retry-after %i, with ten seconds to go', (retryAfter) => {
  const fits = retryAfter < 10;
  const pending = new Machine({ timeoutMs: 10_000 }).waiting(retryAfter);
  const throttled = new Machine({ timeoutMs: 10_000 })
    .asking()
    .receive(reply(429, '1', {}, `&retry-after=${retryAfter}`));
  expect([pending.error?.code, throttled.error?.code]).toEqual(
    fits ? [undefined, undefined] : ['timed-out', 'throttled'],
  );
  expect(String(throttled.error?.['message']).includes('beyond the deadline')).toBe(!fits);
});

test('retry-after beyond the deadline fails at once and says so', () => {
  expect(new Machine({ timeoutMs: 10_000 }).waiting(3600).error).toMatchObject({
    code: 'timed-out',
    stage: 'register',
    retryAfter: 3600,
    message: 'the service asks to wait 3600 s, beyond the deadline',
  });
  const throttled = new Machine({ timeoutMs: 10_000 }).asking().receive(reply(429, '1', {}, '&retry-after=11'));
  expect(throttled.error).toMatchObject({
    code: 'throttled',
    retryAfter: 11,
    message: expect.stringContaining('beyond the deadline'),
  });
  expect(throttled.now).toBe(0);
  // However many digits it has.
  for (const digits of ['2147483648', '9999999999999999', '9'.repeat(20), '9'.repeat(400)])
    for (const [status, code] of [
      [202, 'timed-out'],
      [429, 'throttled'],
    ] as const) {
      const body = status === 202 ? ASSIGNING : {};
      const machine = new Machine({ timeoutMs: 10_000 })
        .asking()
        .receive(reply(status, '1', body, `&retry-after=${digits}`));
      expect(machine.error).toMatchObject({
        code,
        retryAfter: Number(digits),
        message: expect.stringContaining('beyond the deadline'),
      });
    }
});

test.each([429, 500, 503])(
  '%i on register and on a poll is retried on the same connection, not sooner than retry-after',
  (status) => {
    const machine = new Machine({ random: () => 0 }).asking().receive(reply(status, '1', '', '&retry-after=7'));
    machine.advance(6999);
    expect(registers(machine)).toBe(1);
    machine.advance(1);
    expect(registers(machine)).toBe(2);
    machine.receive(reply(202, '2', ASSIGNING, '&retry-after=1')).advance(1000);
    machine.receive(reply(status, '3', {}, '&retry-after=5')).advance(4999);
    expect(polls(machine)).toBe(1);
    machine.advance(1).receive(reply(200, '4', ASSIGNED));
    expect(machine).toMatchObject({ dials: 1, outcome: { type: 'assigned' } });
    expect(machine.progress('retrying')).toMatchObject([
      { delayMs: 7000, cause: { statusCode: status } },
      { delayMs: 5000 },
    ]);
  },
);

test('a poll that the service failed is not repeated sooner than polls may follow one another', () => {
  const machine = new Machine({ random: () => 0 })
    .waiting(1)
    .advance(1000)
    .receive(reply(503, '2', {}));
  expect(machine.progress('retrying')).toMatchObject([{ delayMs: 2000 }]);
  machine.advance(1999);
  expect(polls(machine)).toBe(1);
  machine.advance(1);
  expect(polls(machine)).toBe(2);
});

test('ten retries may follow at once, where the options say so; then a second is the least', () => {
  const retry = { attempts: 14, baseMs: 0 };
  const machine = new Machine({ timeoutMs: 1e6, random: () => 0, retry }).asking();
  for (let requestId = 1; requestId <= 13; requestId++) machine.receive(reply(503, String(requestId), {})).next();
  const delays = machine.progress('retrying').map((event) => event['delayMs']);
  expect(delays).toEqual([...Array.from({ length: 10 }, () => 0), 1000, 1000, 1000]);
});

test('an error is overdue when its pause does not fit into the time that is left, and says nothing of it otherwise', () => {
  const failed = (retryAfter: number): unknown =>
    new Machine({ timeoutMs: 10_000, retry: { attempts: 0 } })
      .asking()
      .receive(reply(429, '1', {}, `&retry-after=${retryAfter}`)).error;
  expect(failed(10)).toHaveProperty('overdue', true);
  expect(failed(9)).not.toHaveProperty('overdue');
});

test('a back-off is waited for, on the same connection or before a new one', () => {
  const refused = new Machine()
    .asking()
    .receive(reply(503, '1', {}))
    .advance(499);
  expect(registers(refused)).toBe(1);
  expect(registers(refused.advance(1))).toBe(2);
  const lost = new Machine().start().lost(reset).advance(499);
  expect(lost.dials).toBe(1);
  expect(lost.advance(1).dials).toBe(2);
});

test('a back-off does not reach past half of the time that is left', () => {
  const machine = new Machine({ timeoutMs: 1000, random: () => 1 }).start().lost(reset);
  expect(machine.progress('retrying')).toMatchObject([{ delayMs: 500 }]);
});

test('polls of devices that were started together drift apart, by a quarter of a second at most', () => {
  const delays = [0, 0.5, 0.999].map((random) => {
    const machine = new Machine({ random: () => random }).waiting(3);
    return machine.progress('assigning')[0]!['delayMs'];
  });
  expect(delays).toEqual([3000, 3125, 3249.75]);
});

test('a wake too many does no harm, and one too early asks for the rest of the time', () => {
  for (const reach of [
    (machine: Machine) => machine.start(),
    (machine: Machine) => machine.start().connected(),
    (machine: Machine) => machine.asking(),
    (machine: Machine) => machine.waiting(),
    (machine: Machine) => machine.start().lost(reset),
  ]) {
    const machine = reach(new Machine());
    const { wakeAt } = machine;
    const { length } = machine.actions;
    machine.wake();
    expect(machine.actions.slice(length)).toEqual([{ type: 'wait', until: wakeAt }]);
  }
});

test('time is told from the start, whatever the clock says then', () => {
  const machine = new Machine({ timeoutMs: 5000 });
  machine.now = 1e6;
  machine.start().advance(20).connected();
  expect(machine.progress('connected')).toMatchObject([{ elapsedMs: 20 }]);
  expect(machine.advance(5000)).toMatchObject({ error: { code: 'timed-out' } });
});

test('what stands behind the end of a connection in the same bytes is not heard', () => {
  const machine = new Machine({ alternatives: 2 }).asking();
  machine.receive(Buffer.concat([reply(401, '1', {}), reply(200, '1', ASSIGNED), Buffer.from('ffff', 'hex')]));
  expect(machine).toMatchObject({ outcome: undefined, dials: 2 });
  expect(machine.actions.slice(-3).map(({ type }) => type)).toEqual(['hang-up', 'progress', 'dial']);
});

test('a message on another topic is nothing to a registration', () => {
  const other = { cmd: 'publish', topic: 'a', payload: '', qos: 0, dup: false, retain: false } as const;
  expect(new Machine().asking().receive(other).outcome).toBeUndefined();
});

test('retries end when they are used up, with the error of the last', () => {
  const machine = new Machine({ timeoutMs: 1e6, retry: { attempts: 3 } }).asking();
  for (const requestId of ['1', '2', '3', '4']) {
    expect(machine.outcome).toBeUndefined();
    machine.receive(reply(503, requestId, { errorCode: 503000 + Number(requestId) })).next();
  }
  expect(machine.error).toMatchObject({ code: 'service-error', errorCode: 503004, stage: 'register' });
});

test('the back-off doubles, is random from 0 up, and capped', () => {
  const delays = (random: number, options = {}): number[] => {
    const machine = new Machine({
      timeoutMs: 1e9,
      random: () => random,
      retry: { attempts: 8, baseMs: 1000, capMs: 20_000, ...options },
    }).start();
    for (let i = 0; i < 8; i++) machine.lost(reset).advance(20_000);
    return machine.progress('retrying').map((event) => event['delayMs'] as number);
  };
  expect(delays(1)).toEqual([1000, 2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000]);
  expect(delays(0.25)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  expect(delays(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test('a link that is lost at any stage is dialled again, and the operation taken up where it was', () => {
  const machine = new Machine({ random: () => 0 });
  machine.start().connected().lost(reset);
  expect(machine.progress('retrying')).toMatchObject([
    { stage: 'connect', cause: { code: 'connection-lost', stage: 'connect' } },
  ]);
  machine.advance(0).connected().receive(CONNACK).lost();
  machine.advance(0).connected().receive(CONNACK, SUBACK).lost();
  machine.advance(0).connected().receive(CONNACK, SUBACK);
  expect(registers(machine)).toBe(2);
  machine.receive(reply(202, '2', ASSIGNING, '&retry-after=9')).lost(reset);
  machine.advance(0).connected().receive(CONNACK, SUBACK).advance(8999);
  expect(polls(machine)).toBe(0);
  machine.advance(1);
  expect(polls(machine)).toBe(1);
  machine.receive(reply(200, '3', ASSIGNED));
  expect(machine).toMatchObject({ dials: 5, outcome: { type: 'assigned' } });
  expect(machine.progress('assigned')).toMatchObject([{ attempt: 5 }]);
});

test('a link that is lost for ever ends with the last reason', () => {
  const machine = new Machine({ timeoutMs: 1e6 }).start();
  for (let i = 0; i < 6; i++) machine.connected().lost(reset).next();
  expect(machine.error).toMatchObject({ code: 'connection-lost', stage: 'connect', cause: reset, retryable: true });
  expect(machine.dials).toBe(6);
});

test('when the deadline comes in a back-off, the answer is the error of the last attempt', () => {
  const machine = new Machine({ timeoutMs: 5000, retry: { attempts: 99 } }).start().lost(reset);
  machine.now = 5000;
  expect(machine.wake().error).toMatchObject({ code: 'connect-failed', cause: reset });
});

test('an attempt that has only just begun when the deadline comes does not hide the error before it', () => {
  const late = (ms: number): Machine =>
    new Machine({ timeoutMs: 5000, random: () => 0 })
      .start()
      .advance(ms)
      .lost(reset)
      .advance(5000 - ms);
  expect(late(4001)).toMatchObject({ dials: 2, error: { code: 'connect-failed', cause: reset } });
  expect(late(4000)).toMatchObject({ dials: 2, error: { code: 'timed-out', cause: { cause: reset } } });
});

test('an attempt that met silence times out, whatever went before', () => {
  const machine = new Machine({ timeoutMs: 5000, random: () => 0 }).start().lost(reset).advance(5000);
  expect(machine.error).toMatchObject({ code: 'timed-out', stage: 'tcp', cause: { code: 'connect-failed' } });
});

test.each([
  ['tcp', (machine: Machine) => machine.start()],
  ['connect', (machine: Machine) => machine.start().connected()],
  ['subscribe', (machine: Machine) => machine.start().connected().receive(CONNACK)],
  ['register', (machine: Machine) => machine.asking()],
  ['poll', (machine: Machine) => machine.waiting(1).advance(1250)],
])('silence at stage %s times out there', (stage, reach) => {
  const machine = reach(new Machine({ timeoutMs: 20_000, keepAlive: 0 })).advance(20_000);
  expect(machine.error).toMatchObject({ code: 'timed-out', stage, message: `no answer at stage ${stage}` });
  expect(machine.now).toBe(20_000 + (stage === 'poll' ? 1250 : 0));
});

test('a dial stage that the transport names is the one that times out', () => {
  const machine = new Machine({ timeoutMs: 9000 }).start();
  machine.actions.push(...machine.registration.dialling('tls', 1));
  expect(machine.advance(9000).error).toMatchObject({
    code: 'timed-out',
    stage: 'tls',
    hint: expect.stringContaining('firewall'),
  });
  expect(machine.registration.dialling('tcp', 1)).toEqual([]);
});

test('a connection that is silent for 30 s is given up and dialled again', () => {
  const machine = new Machine({ random: () => 0, keepAlive: 0 }).asking().advance(30_000);
  expect(machine).toMatchObject({ dials: 2, outcome: undefined });
  expect(machine.progress('retrying')).toMatchObject([{ cause: { code: 'timed-out', stage: 'register' } }]);
  expect(new Machine({ random: () => 0 }).start().advance(30_000).dials).toBe(2);
});

test.each([
  ['connect', (machine: Machine) => machine.start().connected()],
  ['register', (machine: Machine) => machine.asking()],
])('at stage %s a byte now and then is no silence, and the deadline ends it all the same', (stage, reach) => {
  const machine = reach(new Machine({ keepAlive: 0, timeoutMs: 100_000, retry: { attempts: 0 } }));
  // The header of a packet of 16 KB, a byte of it every 25 s.
  for (const byte of Buffer.from('30ff7f', 'hex')) machine.advance(25_000).receive(Uint8Array.of(byte));
  expect(machine.advance(24_999).outcome).toBeUndefined();
  expect(machine.advance(1).error).toMatchObject({ code: 'timed-out', stage });
});

test('a peer that only answers pings is silent', () => {
  const machine = new Machine({ keepAlive: 4, random: () => 0 }).asking();
  for (let ms = 0; ms < 30_000; ms += 3000) machine.advance(3000).receive({ cmd: 'pingresp' });
  expect(machine.progress('retrying')).toMatchObject([{ cause: { code: 'timed-out', stage: 'register' } }]);
});

test('what comes in a pause does not lengthen it', () => {
  const machine = new Machine({ random: () => 0, keepAlive: 0 }).waiting(3).advance(2000);
  machine.receive(reply(200, 'late', {})).advance(1000);
  expect(polls(machine)).toBe(1);
});

test('401 is answered with the other key, on a new connection, once', () => {
  const machine = new Machine({ alternatives: 2 }).asking().receive(reply(401, '1', {}));
  expect(machine.actions.filter((action) => action.type === 'dial')).toEqual([
    { type: 'dial', route: 0, alternative: 0 },
    { type: 'dial', route: 0, alternative: 1 },
  ]);
  machine
    .connected()
    .receive(CONNACK, SUBACK)
    .advance(2000)
    .receive(reply(401, '2', {}));
  expect(machine.error).toMatchObject({ code: 'unauthorized', stage: 'register' });
  expect(machine.dials).toBe(2);
});

test('403 does not ask for another key', () => {
  expect(new Machine({ alternatives: 2 }).asking().receive(reply(403, '1', {}))).toMatchObject({
    dials: 1,
    error: { code: 'unauthorized' },
  });
});

test('an operation that the service has lost is begun anew, once', () => {
  const machine = new Machine({ random: () => 0 })
    .waiting(1)
    .advance(1000)
    .receive(reply(404, '2', {}));
  expect(machine.outcome).toBeUndefined();
  expect(registers(machine)).toBe(2);
  machine
    .receive(reply(202, '3', ASSIGNING, '&retry-after=1'))
    .advance(1000)
    .receive(reply(404, '4', {}));
  expect(machine.error).toMatchObject({ code: 'not-found', stage: 'poll' });
});

test.each([1, 2, 4, 5])('CONNACK %i fails at once', (returnCode) => {
  const machine = new Machine()
    .start()
    .connected()
    .receive(Buffer.from([0x20, 2, 0, returnCode]));
  expect(machine.error).toMatchObject({ code: 'connection-refused', returnCode, stage: 'connect', retryable: false });
});

test('CONNACK 3 is retried a bounded number of times, with a hint about the ID scope', () => {
  const machine = new Machine({ timeoutMs: 1e6 }).start();
  for (let i = 0; i < 6; i++) machine.connected().receive(Buffer.from('20020003', 'hex')).next();
  expect(machine.error).toMatchObject({
    code: 'connection-refused',
    returnCode: 3,
    hint: expect.stringContaining('ID scope'),
  });
  expect(machine.dials).toBe(6);
});

test.each([
  ['9003000180', 'subscribe-refused', 'suback-refused'],
  ['9003000102', 'protocol-violation', 'qos-above-granted'],
  ['900400010101', 'protocol-violation', 'suback-count'],
  ['9003000201', 'protocol-violation', 'unknown-packet-id'],
  ['9003000103', 'protocol-violation', 'malformed-packet'],
  ['b0020001', 'protocol-violation', 'unexpected-packet'],
  ['40020001', 'protocol-violation', 'unknown-packet-id'],
  ['40020002', 'protocol-violation', 'unknown-packet-id'],
])('SUBSCRIBE answered with %s is %s: %s', (hex, code, reason) => {
  const machine = new Machine().start().connected().receive(CONNACK, Buffer.from(hex, 'hex'));
  expect(machine.error).toMatchObject({ code, reason, stage: 'subscribe', retryable: false });
  expect(machine.progress('subscribed')).toEqual([]);
});

test.each([
  ['a PUBLISH at QoS 2', '340500016100013132', 'qos-above-granted', { packetType: 3 }],
  ['a PUBACK for what was never sent', '40020003', 'unknown-packet-id', { packetType: 4, packetId: 3 }],
  ['a SUBACK for a question', '9003000201', 'unknown-packet-id', { packetType: 9, packetId: 2 }],
  ['a SUBACK for what was never sent', '9003000301', 'unknown-packet-id', { packetType: 9, packetId: 3 }],
  ['a second SUBACK that grants more', '9003000102', 'qos-above-granted', { packetType: 9, packetId: 1 }],
])('%s breaks the rules after the question, too', (_what, hex, reason, fields) => {
  const machine = new Machine().asking().receive(Buffer.from(hex, 'hex'));
  expect(machine.error).toMatchObject({ code: 'protocol-violation', reason, stage: 'register', ...fields });
});

test.each([
  ['the SUBACK', '9003000101'],
  ['the PUBACK of the question', '40020002'],
  ['a PUBACK of the subscription', '40020001'],
])('%s does no harm when it is said again', (_what, hex) => {
  const again = Buffer.from(hex, 'hex');
  const machine = new Machine().asking().receive(again, again);
  expect(registers(machine)).toBe(1);
  expect(machine.receive(reply(200, '1', ASSIGNED)).outcome?.type).toBe('assigned');
});

test('SUBACK with QoS 0 is enough', () => {
  const machine = new Machine().start().connected().receive(CONNACK, Buffer.from('9003000100', 'hex'));
  expect(registers(machine)).toBe(1);
});

test('a peer that speaks before CONNECT breaks the rules', () => {
  expect(new Machine().start().receive(CONNACK).error).toMatchObject({
    code: 'protocol-violation',
    stage: 'tcp',
    message: 'the peer spoke before CONNECT',
  });
});

test('nothing behind a violation is delivered', () => {
  const machine = new Machine()
    .asking()
    .receive(Buffer.concat([Buffer.from('c000', 'hex'), reply(200, '1', ASSIGNED)]));
  expect(machine.error).toMatchObject({ code: 'protocol-violation', stage: 'register' });
});

test('what a retired connection still says has no effect', () => {
  const talking = new Machine().asking();
  expect(talking.registration.dialling('tls', 0)).toEqual([]);
  expect(talking.connected().sent).toHaveLength(3);
  expect(talking.receive(reply(403, '1', {})).error).toMatchObject({ code: 'unauthorized', stage: 'register' });
  const machine = new Machine()
    .asking()
    .lost(reset)
    .receive(reply(200, '1', ASSIGNED))
    .lost(reset);
  expect(machine).toMatchObject({ dials: 1, outcome: undefined });
  expect(machine.progress('retrying')).toHaveLength(1);
});

test('an error that a transport knows better than we do is passed on', () => {
  const error = new ProvisioningError('tls-failed', 'tls', 'expired');
  expect(new Machine().start().lost(error).error).toBe(error);
  const violation = new TransportError('violation', 'upgrade', { reason: 'masked' }, 'WebSocket:');
  expect(new Machine().asking().lost(violation).error).toMatchObject({
    code: 'protocol-violation',
    stage: 'register',
    message: 'WebSocket: masked',
  });
  expect(new Machine().start().lost(violation).error).toMatchObject({ code: 'protocol-violation', stage: 'upgrade' });
  const closed = new TransportError('closed', 'tls', { retryable: false, cause: reset });
  expect(new Machine().asking().lost(closed).error).toMatchObject({ code: 'connection-lost', stage: 'tls' });
});

test('what a transport says of a failure is in the error: reason, status, schemes, cause, and whether to try again', () => {
  const fields = { reason: 'proxy-status', statusCode: 407, schemes: ['basic'], cause: reset, retryable: true };
  const dial = new TransportError('proxy', 'proxy', fields);
  const machine = new Machine({ retry: { attempts: 0 } }).start().lost(dial);
  expect(machine.error).toMatchObject({ code: 'proxy-failed', stage: 'proxy', ...fields });
  const plain = new Machine({ retry: { attempts: 0 } }).start().lost(new TransportError('dns', 'dns', { reason: 'x' }));
  expect(plain.error).toMatchObject({ code: 'connect-failed', stage: 'dns', retryable: false });
  expect(plain.error?.['cause']).toBeInstanceOf(TransportError);
});

test('anything else that is thrown becomes an error that may be tried again, with what was thrown as its cause', () => {
  const fails = (machine: Machine): unknown => machine.lost(reset).error;
  const fields = { message: 'read ECONNRESET', retryable: true, cause: reset };
  const retry = { attempts: 0 };
  expect(fails(new Machine({ retry }).start())).toMatchObject({ code: 'connect-failed', stage: 'tcp', ...fields });
  expect(fails(new Machine({ retry }).asking())).toMatchObject({
    code: 'connection-lost',
    stage: 'register',
    ...fields,
  });
});

test('a mistake of our own, or of what was handed in, ends the registration as what it is, and not the process', () => {
  const random = (): number => {
    throw new RangeError('no memory');
  };
  expect(new Machine({ random }).waiting().outcome).toEqual({ type: 'failed', error: new RangeError('no memory') });
});

const ROUTES = [
  { transport: 'tls', host: 'dps.test', port: 8883 },
  { transport: 'websocket', host: 'dps.test', port: 443 },
];

test.each(['connect-failed', 'proxy-failed', 'connection-lost', 'websocket-failed'] as const)(
  'after %s the next route is tried at once',
  (code) => {
    const machine = new Machine({ routes: ROUTES }).start().lost(new ProvisioningError(code, 'tcp', 'blocked'));
    expect(machine.progress('dialling')).toMatchObject([ROUTES[0]!, { ...ROUTES[1], elapsedMs: 0, attempt: 2 }]);
  },
);

test('a connection that stands is given its thirty seconds, though there were another route', () => {
  const machine = new Machine({ routes: ROUTES, keepAlive: 0, random: () => 0 }).asking().advance(29_999);
  expect(machine.dials).toBe(1);
  expect(machine.advance(1).progress('dialling')).toMatchObject([ROUTES[0]!, ROUTES[0]!]);
});

test('a route that is silent for ten seconds is left for the next', () => {
  const machine = new Machine({ routes: ROUTES }).start().advance(10_000);
  expect(machine.progress('dialling')).toMatchObject([ROUTES[0]!, ROUTES[1]!]);
  expect(new Machine({ routes: ROUTES, timeoutMs: 6000 }).start().advance(2000).dials).toBe(2);
});

test('a certificate that does not verify is no reason for another route', () => {
  const machine = new Machine({ routes: ROUTES }).start().lost(new ProvisioningError('tls-failed', 'tls', 'expired'));
  expect(machine.error).toMatchObject({ code: 'tls-failed' });
});

test('when all routes fail they are tried again from the first; one that stood is kept', () => {
  const machine = new Machine({ routes: ROUTES, random: () => 0 }).start().lost(reset).lost(reset).advance(0);
  expect(machine.progress('dialling').map((event) => event['port'])).toEqual([8883, 443, 8883]);
  machine.lost(reset).connected().lost(reset).advance(0).lost(reset).advance(0);
  expect(machine.progress('dialling').map((event) => event['port'])).toEqual([8883, 443, 8883, 443, 443, 443]);
});

test('a keep-alive that is not answered loses the link', () => {
  const machine = new Machine({ random: () => 0, keepAlive: 4, retry: { silenceMs: 1e6 } }).asking().advance(3000);
  expect(machine.sent.at(-1)).toBe('c000');
  machine.advance(4000);
  expect(machine.progress('retrying')).toMatchObject([
    { cause: { code: 'connection-lost', message: 'PINGREQ was not answered', stage: 'register' } },
  ]);
});

test('payload and CSR are in the request; packet traces mask CSR and password', () => {
  const trace: [string, Record<string, unknown>][] = [];
  const machine = new Machine({
    payload: { modelId: 'm' },
    csr: 'MIIB',
    trace: (direction, packet) => trace.push([direction, packet as never]),
  }).asking('SharedAccessSignature sr=s&sig=c2ln&se=1');
  expect(machine.sent.join()).toContain(
    Buffer.from('{"registrationId":"contoso-simdevice","payload":{"modelId":"m"},"csr":"MIIB"}').toString('hex'),
  );
  machine.receive(reply(200, '1', ASSIGNED));
  expect(trace.map(([direction, { type }]) => `${direction} ${type}`)).toEqual([
    'sent 1',
    'received 2',
    'sent 8',
    'received 9',
    'sent 3',
    'received 3',
    'sent 14',
  ]);
  expect(Buffer.from(trace[0]![1]['password'] as Uint8Array).toString()).toBe('*'.repeat(40));
  expect(Buffer.from(trace[4]![1]['payload'] as Uint8Array).toString()).toBe(
    '{"registrationId":"contoso-simdevice","payload":{"modelId":"m"},"csr":"***"}',
  );
});
