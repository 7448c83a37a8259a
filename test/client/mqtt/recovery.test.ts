import { describe, expect, test } from 'vitest';
import type { ClientOptions } from '../../../packages/client/src/mqtt/client-options.ts';
import { MqttError, type MqttErrorCode } from '../../../packages/client/src/mqtt/error.ts';
import { Recovery } from '../../../packages/client/src/mqtt/recovery.ts';

// What follows when a dial or a connection is lost, as a table: another dial at once, one after the back-off, or the end.

const RETRY = { attempts: Infinity, baseMs: 1000, capMs: 60_000, silenceMs: 30_000 };

function recovery(options: Partial<ClientOptions> = {}, deadline = Infinity): Recovery {
  const made = new Recovery({
    random: () => 1,
    routes: 1,
    retry: RETRY,
    freshCredentials: false,
    ...options,
  } as ClientOptions);
  made.deadline = deadline;
  return made;
}

const refused = (returnCode: number): MqttError =>
  new MqttError('connection-refused', 'connect', { returnCode, retryable: returnCode === 3 });
const failed = (code: MqttErrorCode, retryable = true): MqttError => new MqttError(code, 'tcp', { retryable });
const END = undefined;
const BACK_OFF = 1000;

describe('CONNACK with a code that refuses', () => {
  const fresh = { freshCredentials: true };
  const staying = { onRefused: 'retry' } as const;
  // Of the first refusal, and of the same one at the next dial.
  test.each<[what: string, options: Partial<ClientOptions>, deadline: number, byCode: Record<number, unknown[]>]>([
    [
      'ends the client, but for 3',
      {},
      Infinity,
      { 1: [END, END], 2: [END, END], 3: [1000, 2000], 4: [END, END], 5: [END, END] },
    ],
    ['ends it within `timeoutMs`, too', {}, 1e6, { 1: [END, END], 2: [END, END], 3: [1000, 2000], 5: [END, END] }],
    [
      'of 4 and 5 lets fresh credentials be asked for at once, and once',
      fresh,
      Infinity,
      { 1: [END, END], 2: [END, END], 3: [1000, 2000], 4: [0, END], 5: [0, END] },
    ],
    [
      'does so within `timeoutMs`, too',
      fresh,
      1e6,
      { 1: [END, END], 2: [END, END], 3: [1000, 2000], 4: [0, END], 5: [0, END] },
    ],
    [
      'is waited out where refusals are to be retried, but for 1',
      staying,
      Infinity,
      { 1: [END, END], 2: [1000, 2000], 3: [1000, 2000], 4: [1000, 2000], 5: [1000, 2000] },
    ],
    [
      'ends it within `timeoutMs` all the same',
      staying,
      1e6,
      { 1: [END, END], 2: [END, END], 3: [1000, 2000], 5: [END, END] },
    ],
    [
      'is waited out with credentials that are asked for anew, but for 1',
      { ...fresh, ...staying },
      Infinity,
      { 1: [END, END], 2: [0, 1000], 3: [1000, 2000], 4: [0, 1000], 5: [0, 1000] },
    ],
  ])('%s', (_what, options, deadline, byCode) => {
    for (const [code, expected] of Object.entries(byCode)) {
      const made = recovery(options, deadline);
      const next = [made.delayAfter(refused(Number(code)), false, 0), made.delayAfter(refused(Number(code)), false, 0)];
      expect(next, `CONNACK ${code}`).toEqual(expected);
    }
  });

  test('lets them be asked for again once a connection was accepted in between', () => {
    const made = recovery(fresh);
    expect(made.delayAfter(refused(5), false, 0)).toBe(0);
    made.accepted(0);
    expect([made.delayAfter(refused(5), false, 0), made.delayAfter(refused(5), false, 0)]).toEqual([0, END]);
  });
});

describe('another failure', () => {
  test.each<[code: MqttErrorCode, retryable: boolean, patient: unknown, impatient: unknown]>([
    ['connect-failed', true, BACK_OFF, BACK_OFF],
    ['connect-failed', false, BACK_OFF, END],
    ['tls-failed', false, BACK_OFF, END],
    ['connection-lost', true, BACK_OFF, BACK_OFF],
    ['protocol-violation', false, BACK_OFF, END],
    ['invalid-options', false, END, END],
    ['invalid-options', true, END, END],
  ])('%s, to be tried again: %j', (code, retryable, patient, impatient) => {
    expect(recovery().delayAfter(failed(code, retryable), true, 0)).toBe(patient);
    expect(recovery({}, 1e6).delayAfter(failed(code, retryable), true, 0)).toBe(impatient);
  });

  test('takes no more than half of the time that is left', () => {
    expect(recovery({}, 1500).delayAfter(failed('connect-failed'), true, 500)).toBe(500);
  });

  test('is not tried again when the deadline is there', () => {
    expect(recovery({}, 500).delayAfter(failed('connect-failed'), true, 500)).toBe(END);
  });

  test.each<[code: MqttErrorCode, another: boolean]>([
    ['connect-failed', true],
    ['proxy-failed', true],
    ['websocket-failed', true],
    ['timed-out', true],
    ['tls-failed', false],
    ['client-certificate-rejected', false],
  ])('of a dial, %s, may be one of the route: another is tried at once: %j', (code, another) => {
    const made = recovery({ routes: 2 });
    expect([made.delayAfter(failed(code), true, 0), made.route]).toEqual(another ? [0, 1] : [BACK_OFF, 0]);
  });

  test('of a connection that stood is none of its route', () => {
    const made = recovery({ routes: 2 });
    expect([made.delayAfter(failed('connection-lost'), false, 0), made.route]).toEqual([BACK_OFF, 0]);
  });
});

describe('the deadline', () => {
  const last = failed('connect-failed');

  test('ends nothing before it is there, nor once a connection was accepted', () => {
    const made = recovery({}, 5000);
    expect(made.expired(4999, true, 'tcp')).toBeUndefined();
    made.accepted(1);
    expect(made.expired(1e9, true, 'tcp')).toBeUndefined();
  });

  test('without a failure before it is `timed-out`, at the stage of the dial', () => {
    expect(recovery({}, 5000).expired(5000, true, 'tls')).toMatchObject({ code: 'timed-out', stage: 'tls' });
  });

  test.each([
    ['in a pause it is the last failure', false, 0, false],
    ['after a second of silence it is `timed-out`, by the last failure', true, 4000, true],
    ['a dial that it cuts off sooner has not met silence', true, 4001, false],
  ])('%s', (_what, dialling, dialledAt, silent) => {
    const made = recovery({}, 5000);
    made.delayAfter(last, true, 0);
    made.dialling(dialledAt);
    const error = made.expired(5000, dialling, 'tcp');
    if (silent) expect(error).toMatchObject({ code: 'timed-out', cause: last });
    else expect(error).toBe(last);
  });
});

test('a dial may be silent for a third of the time that is left while there is another route, and as long as options say on the last', () => {
  expect(recovery({ routes: 2 }, 3000).dialling(600)).toBe(600 + 800);
  expect(recovery({ routes: 2 }).dialling(600)).toBe(600 + 10_000);
  expect(recovery({}, 3000).dialling(600)).toBe(600 + 30_000);
});
