import { Session, type SessionEvent, type SessionOptions } from '@mote/client';
import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';

const CONNACK = '20020000';
const session = (options: Partial<SessionOptions> = {}): Session =>
  new Session({ clientId: 'device', keepAlive: 30, ...options });
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function open(options: Partial<SessionOptions> = {}): Session {
  const opened = session(options);
  opened.start(0);
  opened.receive(Buffer.from(CONNACK, 'hex'), 0);
  opened.flush();
  return opened;
}

function hears(subject: Session, packets: string | Packet, now = 0): readonly SessionEvent[] {
  return subject.receive(typeof packets === 'string' ? Buffer.from(packets, 'hex') : generate(packets), now);
}

function violation(events: readonly SessionEvent[]): void {
  expect(events.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'protocol-violation' } });
}

function reasonOf(events: readonly SessionEvent[]): string {
  const event = events.at(-1);
  return event?.type === 'failed' ? event.failure.message : '';
}

test('CONNECT is the first packet, with CleanSession 1 [MQTT-3.1.0-1]', () => {
  const subject = session({ userName: 'u', password: Buffer.from('p') });
  expect(subject.phase).toBe('idle');
  expect(subject.flush()).toBeUndefined();
  subject.start(0);
  expect(subject.phase).toBe('connecting');
  expect(hex(subject.flush())).toBe('101800044d51545404c2001e00066465766963650001750001 70'.replace(' ', ''));
  expect(() => subject.start(0)).toThrow('one connection');
});

test('without user name and password the flags say so', () => {
  const subject = session({ keepAlive: 0 });
  subject.start(0);
  expect(hex(subject.flush())).toBe('101200044d515454040200000006646576696365');
});

test('nothing can be asked before CONNACK or after DISCONNECT', () => {
  const subject = session();
  for (const phase of ['idle', 'connecting']) {
    expect(() => subject.subscribe([{ topicFilter: 'a', qos: 1 }], 0)).toThrow(phase);
    if (phase === 'idle') subject.start(0);
  }
  hears(subject, CONNACK);
  expect(subject.phase).toBe('open');
  subject.flush();
  subject.disconnect(0);
  expect(hex(subject.flush())).toBe('e000');
  expect(() => subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 0 }, 0)).toThrow('closed');
  expect(() => subject.disconnect(0)).toThrow('closed');
  expect(hears(subject, 'd000')).toEqual([]);
});

test('what is queued in one turn is one write', () => {
  const subject = open();
  subject.publish({ topicName: 'a', payload: Buffer.from('x'), qos: 0 }, 0);
  subject.publish({ topicName: 'a', payload: Buffer.from('y'), qos: 1 }, 0);
  subject.disconnect(0);
  expect(hex(subject.flush())).toBe('3004000161783206000161000179e000');
  expect(subject.flush()).toBeUndefined();
});

test('requests get identifiers of their own, and each acknowledgement frees its own [MQTT-2.3.1-2]', () => {
  const subject = open();
  expect(subject.subscribe([{ topicFilter: 'a', qos: 1 }], 0)).toBe(1);
  expect(subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 1 }, 0)).toBe(2);
  expect(subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 0 }, 0)).toBeUndefined();
  expect(hears(subject, '40020002')).toEqual([{ type: 'published', packetId: 2 }]);
  expect(hears(subject, '9003000101')).toEqual([{ type: 'subscribed', packetId: 1, returnCodes: [1] }]);
});

test('an identifier in flight is not given out again, and 65,535 of them are all there are', () => {
  const subject = open();
  const publish = (): number | undefined => subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 1 }, 0);
  for (let id = 1; id < 65_536; id++) publish();
  expect(publish).toThrow('65,535');
  hears(subject, '40021234');
  expect(publish()).toBe(0x1234);
  hears(subject, '40020001');
  expect(publish()).toBe(1);
});

test('an acknowledgement that comes twice is late, and no harm', () => {
  const subject = open();
  subject.subscribe([{ topicFilter: 'a', qos: 1 }], 0);
  expect(hears(subject, '9003000101')).toHaveLength(1);
  expect(hears(subject, '9003000101')).toEqual([]);
  expect(subject.phase).toBe('open');
});

test.each([
  ['SUBACK for nobody', '9003000501'],
  ['PUBACK for nobody', '40020005'],
  ['PUBACK for a SUBSCRIBE', '40020001'],
  ['SUBACK for a PUBLISH', '9003000201'],
  ['SUBACK with a code too many', '900400010101'],
  ['SUBACK without codes', '90020001'],
  ['SUBACK with code 3', '9003000103'],
  ['UNSUBACK', 'b0020001'],
  ['PUBREC', '50020002'],
  ['PUBREL', '62020002'],
  ['PUBCOMP', '70020002'],
  ['CONNECT', '101200044d515454040200000006646576696365'],
  ['a second CONNACK', CONNACK],
  ['SUBSCRIBE', '8206000100016101'],
  ['UNSUBSCRIBE', 'a2050001000161'],
  ['PINGREQ', 'c000'],
  ['DISCONNECT', 'e000'],
  ['a PUBLISH with QoS 2', '340500016100 07'.replace(' ', '')],
  ['a PUBLISH with QoS 3', '3605000161 0007'.replace(' ', '')],
  ['packet type 0', '0000'],
  ['packet type 15', 'f000'],
  ['a Remaining Length of five bytes', '30ffffffff01'],
  ['a packet over the limit', '30ffffff7f'],
])('%s ends the session', (_what, packet) => {
  const subject = open();
  subject.subscribe([{ topicFilter: 'a', qos: 1 }], 0);
  subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 1 }, 0);
  violation(hears(subject, packet));
  expect(subject.phase).toBe('closed');
  expect(subject.flush()).toBeUndefined();
  expect(hears(subject, 'd000')).toEqual([]);
  expect(subject.wakeAt).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['c000', 'packet type 12 is not for us, or not now'],
  [CONNACK, 'packet type 2 is not for us, or not now'],
  ['40020005', 'packet type 4 for 5, which is not in flight'],
  ['34050001610007', 'PUBLISH with QoS 2'],
])('after %s the reason is: %s', (packet, reason) => {
  expect(reasonOf(hears(open(), packet))).toBe(reason);
});

test('malformed bytes are told by the error of the codec', () => {
  expect(hears(open(), '40020000')).toMatchObject([
    { type: 'failed', failure: { cause: { name: 'DecodeError', code: 'bad-packet-id' } } },
  ]);
});

test.each(['9003000101', '40020001', 'd000', '3003000161', 'e000'])('%s before CONNACK ends the session', (packet) => {
  const subject = session();
  subject.start(0);
  violation(hears(subject, packet));
});

test('Session Present after CleanSession 1 ends the session [MQTT-3.2.2-1]', () => {
  const subject = session();
  subject.start(0);
  const events = hears(subject, '20020100');
  violation(events);
  expect(reasonOf(events)).toBe('Session Present after CleanSession 1 [MQTT-3.2.2-1]');
});

test.each([1, 2, 3, 4, 5])('CONNACK %i is a refusal', (returnCode) => {
  const subject = session();
  subject.start(0);
  expect(hears(subject, `2002000${returnCode}`)).toMatchObject([
    {
      type: 'failed',
      failure: { code: 'connection-refused', returnCode, message: `CONNACK return code ${returnCode}` },
    },
  ]);
});

test('a PUBLISH is delivered, and acknowledged at QoS 1', () => {
  const subject = open();
  expect(hears(subject, '30040001617a')).toMatchObject([{ type: 'message', packet: { topicName: 'a', qos: 0 } }]);
  expect(subject.flush()).toBeUndefined();
  expect(hears(subject, '3a0600016100077a')).toMatchObject([
    { type: 'message', packet: { qos: 1, dup: true, packetId: 7 } },
  ]);
  expect(hex(subject.flush())).toBe('40020007');
});

test('bytes may be cut anywhere', () => {
  const subject = session();
  subject.start(0);
  const stream = Buffer.from(`${CONNACK}30040001617a320600016100077a`, 'hex');
  const events = [...stream].flatMap((byte) => subject.receive(Uint8Array.of(byte), 0));
  expect(events.map(({ type }) => type)).toEqual(['connected', 'message', 'message']);
});

test('the ping clock runs from our last write, not from what we hear [MQTT-3.1.2-23]', () => {
  const subject = open({ keepAlive: 40 });
  expect(subject.wakeAt).toBe(30_000);
  hears(subject, '30040001617a', 20_000);
  expect(subject.wakeAt).toBe(30_000);
  subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 0 }, 25_000);
  expect(subject.wakeAt).toBe(55_000);
  subject.flush();
  expect(subject.wake(54_999)).toEqual([]);
  expect(subject.flush()).toBeUndefined();
  subject.wake(55_000);
  expect(hex(subject.flush())).toBe('c000');
});

test('PINGRESP has a deadline of its own, which our own writes do not put off', () => {
  const subject = open({ keepAlive: 40 });
  subject.wake(30_000);
  subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 0 }, 35_000);
  expect(subject.wakeAt).toBe(40_000);
  expect(subject.wake(40_000)).toMatchObject([{ type: 'failed', failure: { code: 'connection-lost' } }]);
});

test('after PINGRESP the clock starts again; one that nobody asked for is no harm', () => {
  const subject = open({ keepAlive: 40, pingTimeoutMs: 500 });
  hears(subject, 'd000', 100);
  subject.wake(30_000);
  expect(subject.wakeAt).toBe(30_500);
  expect(hears(subject, 'd000', 30_100)).toEqual([]);
  expect(subject.wakeAt).toBe(60_000);
});

test('keep-alive 0 never pings', () => {
  const subject = open({ keepAlive: 0 });
  expect(subject.wakeAt).toBe(Number.POSITIVE_INFINITY);
  expect(subject.wake(1e9)).toEqual([]);
});

test('a machine that slept through the deadline of PINGRESP checks the link once before it is given up', () => {
  const subject = open({ keepAlive: 40 });
  subject.wake(30_000);
  subject.flush();
  expect(subject.wake(640_000)).toEqual([]);
  expect(hex(subject.flush())).toBe('c000');
  expect(subject.wakeAt).toBe(650_000);
  expect(subject.wake(1_300_000)).toMatchObject([{ type: 'failed' }]);
  const other = open({ keepAlive: 40 });
  other.wake(30_000);
  other.wake(640_000);
  hears(other, 'd000', 640_001);
  expect(other.phase).toBe('open');
});

test('PINGRESP may be a second late, and no more, before the machine counts as one that slept', () => {
  const subject = open({ keepAlive: 40 });
  subject.wake(30_000);
  expect(subject.wake(41_000)).toMatchObject([{ type: 'failed', failure: { message: 'PINGREQ was not answered' } }]);
  const other = open({ keepAlive: 40 });
  other.wake(30_000);
  expect(other.wake(41_001)).toEqual([]);
});

test('an observer sees every packet, in the order it left or came', () => {
  const seen: string[] = [];
  const subject = open({ keepAlive: 40, trace: (direction, { type }) => seen.push(`${direction} ${type}`) });
  subject.wake(30_000);
  hears(subject, 'd000', 30_001);
  subject.publish({ topicName: 'a', payload: Buffer.alloc(0), qos: 1 }, 30_002);
  hears(subject, '4002000132050001610007', 30_003);
  subject.disconnect(30_004);
  expect(seen).toEqual([
    'sent 1',
    'received 2',
    'sent 12',
    'received 13',
    'sent 3',
    'received 4',
    'received 3',
    'sent 4',
    'sent 14',
  ]);
});

test('an observer of packets that throws ends nothing', () => {
  const subject = session({
    trace: (direction) => {
      if (direction === 'received') throw 'a text';
    },
  });
  subject.start(0);
  expect(hears(subject, CONNACK)).toEqual([{ type: 'connected' }]);
});
