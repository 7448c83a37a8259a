import {
  decodePuback,
  decodePublish,
  decodeSuback,
  encodePubackInto,
  encodePublishInto,
  encodeSubscribeInto,
  type Packet,
  PUBACK,
  PUBLISH,
  preparePublish,
  SUBACK,
  SUBSCRIBE,
} from '@mote/codec';
import { type Packet as Foreign, generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { decodeOwn, MqttConnection } from '../../../packages/client/src/mqtt/connection.ts';
import type {
  Connection,
  ConnectionFailure,
  ConnectionOptions,
} from '../../../packages/client/src/mqtt/connection-options.ts';
import { PacketIds } from '../../../packages/client/src/mqtt/packet-ids.ts';
import { PeerViolation } from '../../../packages/client/src/mqtt/peer-violation.ts';
import malformed from '../../vectors/malformed.json' with { type: 'json' };

const CONNACK = '20020000';
const PUBLISH_X = '300400016178';
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const bytesOf = (packet: string | Foreign): Uint8Array =>
  typeof packet === 'string' ? Buffer.from(packet, 'hex') : generate(packet);

class Subject {
  readonly heard: Packet[] = [];
  readonly connection: Connection;

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.connection = new MqttConnection({
      clientId: 'device',
      keepAlive: 30,
      decoders: { [PUBLISH]: decodePublish, [PUBACK]: decodePuback, [SUBACK]: decodeSuback },
      onPacket: (packet) => this.heard.push(packet),
      ...options,
    });
  }

  open(): this {
    this.connection.start();
    this.hears(CONNACK);
    this.connection.flush(0);
    return this;
  }

  hears(packet: string | Foreign, now = 0): ConnectionFailure | undefined {
    return this.connection.receive(bytesOf(packet), now);
  }

  publish(payload = 'x', qos: 0 | 1 = 0): void {
    const fields = { topicName: 'a', payload: Buffer.from(payload), retain: false, dup: false };
    const packet = qos ? { ...fields, qos, packetId: 1 } : { ...fields, qos, packetId: undefined };
    this.connection.send(encodePublishInto, { type: PUBLISH, ...packet } as Packet & { type: 3 });
  }

  /** Everything that it writes when it is woken at the times it asks for, until `end`. */
  sleepUntil(end: number): string {
    let written = '';
    while (this.connection.wakeAt() <= end) {
      const wakeAt = this.connection.wakeAt();
      this.connection.wake(wakeAt);
      written += hex(this.connection.flush(wakeAt));
      expect(this.connection.wakeAt(), 'woken without end').toBeGreaterThan(wakeAt);
    }
    return written;
  }
}

describe('what may be said when', () => {
  test('CONNECT is the first packet, once, with CleanSession 1 by default [MQTT-3.1.0-1]', () => {
    const { connection } = new Subject({ userName: 'u', password: Buffer.from('p') });
    expect([connection.phase(), connection.flush(0)]).toEqual(['idle', undefined]);
    connection.start();
    expect(connection.phase()).toBe('connecting');
    expect(hex(connection.flush(0))).toBe('101800044d51545404c2001e0006646576696365000175000170');
    expect(() => connection.start()).toThrow('the connection is connecting');
  });

  test('a will with its QoS and RETAIN, and CleanSession 0', () => {
    const will = { topicName: 'w', message: Buffer.from('m'), qos: 2, retain: true } as const;
    const { connection } = new Subject({ will, cleanSession: false });
    connection.start();
    expect(hex(connection.flush(0))).toBe('101800044d5154540434001e000664657669636500017700016d');
  });

  test('nothing before CONNACK and nothing after DISCONNECT [MQTT-3.14.4-2]', () => {
    const subject = new Subject();
    const { connection } = subject;
    expect(() => subject.publish()).toThrow('idle');
    connection.start();
    expect(() => subject.publish()).toThrow('connecting');
    subject.hears(CONNACK);
    expect(connection.phase()).toBe('open');
    connection.flush(0);
    connection.disconnect();
    expect(hex(connection.flush(0))).toBe('e000');
    expect(() => subject.publish()).toThrow('closed');
    expect(() => connection.disconnect()).toThrow('closed');
    expect([subject.hears('f000'), connection.wakeAt()]).toEqual([undefined, Infinity]);
  });

  test('what is said in one turn is one write, however much it is', () => {
    const subject = new Subject().open();
    subject.publish('x');
    subject.publish('y', 1);
    subject.connection.disconnect();
    expect(hex(subject.connection.flush(0))).toBe('3004000161783206000161000179e000');
    expect(subject.connection.flush(0)).toBeUndefined();
    const large = new Subject().open();
    for (const size of [1, 63, 64, 65, 1000, 100_000, 3, 200_000]) large.publish('z'.repeat(size));
    const length = large.connection.pending();
    const bytes = large.connection.flush(0)!;
    // 301,196 bytes of payload, 8 headers with the topic; three lengths need a second byte, and two of these a third.
    expect([length, bytes.length]).toEqual([301_196 + 8 * 5 + 3 + 2, length]);
    expect(hex(bytes)).toMatch(/^30040001617a3042000161/);
  });

  test('ten thousand packets of one turn are copied to a larger buffer a few times, not once for each', () => {
    const real = globalThis.Uint8Array;
    let made = 0;
    const subject = new Subject().open();
    globalThis.Uint8Array = new Proxy(real, {
      construct(target, args, newTarget) {
        if (Number(args[0]) > 1000) made++;
        return Reflect.construct(target, args, newTarget);
      },
    });
    try {
      for (let i = 0; i < 10_000; i++) subject.publish();
    } finally {
      globalThis.Uint8Array = real;
    }
    expect(subject.connection.flush(0)).toHaveLength(60_000);
    // It doubles from 1 KB to 64.
    expect(made).toBeGreaterThan(3);
    expect(made).toBeLessThan(10);
  });

  test('a write that was given out is not written to again', () => {
    const subject = new Subject().open();
    subject.publish('x');
    const first = subject.connection.flush(0)!;
    const before = hex(first);
    for (let i = 0; i < 100; i++) subject.publish('y');
    subject.connection.flush(0);
    expect(hex(first)).toBe(before);
    first.fill(0);
    subject.publish('x');
    expect(hex(subject.connection.flush(0))).toBe(before);
  });
});

describe('violations end it, and nothing is said or heard behind them [MQTT-4.8.0-1]', () => {
  const SERVER_PACKETS = {
    'a packet before CONNACK': ['idle', PUBLISH_X, 'unexpected-packet'],
    'PINGRESP before CONNACK': ['idle', 'd000', 'unexpected-packet'],
    'a second CONNACK': ['open', CONNACK, 'unexpected-packet'],
    CONNECT: ['open', '101200044d515454040200000006646576696365', 'unexpected-packet'],
    SUBSCRIBE: ['open', '8206000100016101', 'unexpected-packet'],
    UNSUBSCRIBE: ['open', 'a2050001000161', 'unexpected-packet'],
    PINGREQ: ['open', 'c000', 'unexpected-packet'],
    DISCONNECT: ['open', 'e000', 'unexpected-packet'],
    'a packet that nobody has a decoder for': ['open', '50020001', 'unexpected-packet'],
    'Session Present after CleanSession 1': ['idle', '20020100', 'session-present'],
    'reserved flags': ['open', '41020001', 'malformed-packet'],
    'packet type 15': ['open', 'f000', 'malformed-packet'],
  } as const;

  test.each(Object.entries(SERVER_PACKETS))('%s', (_title, [phase, packet, reason]) => {
    const subject = new Subject();
    if (phase === 'open') subject.open();
    else subject.connection.start();
    expect(subject.hears(packet + PUBLISH_X)).toMatchObject({ code: 'protocol-violation', reason });
    expect(subject.heard.filter(({ type }) => type === PUBLISH)).toEqual([]);
    expect([subject.connection.phase(), subject.connection.flush(0), subject.hears(PUBLISH_X)]).toEqual([
      'closed',
      undefined,
      undefined,
    ]);
  });

  const vectors = malformed.entries.filter(({ direction }) => direction !== 'c2s');
  test('each malformed packet that may arrive at a client, whole and byte by byte', () => {
    const rejected = vectors.filter(({ expected, layer }) => expected === 'reject' && layer === 'codec');
    expect(rejected.length).toBeGreaterThan(140);
    for (const { name, hex: text } of rejected) {
      const bytes = Buffer.from(text, 'hex');
      for (const chunks of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
        const { connection } = new Subject().open();
        expect(
          chunks.map((chunk) => connection.receive(chunk, 0)?.code),
          name,
        ).toContain('protocol-violation');
      }
    }
  });

  test('each packet of the wrong direction', () => {
    const wrong = vectors.filter((entry) => 'session_expected' in entry && entry.session_expected === 'close');
    expect(wrong.length).toBeGreaterThan(0);
    for (const { name, hex: text } of wrong)
      expect(new Subject().open().hears(text)?.code, name).toBe('protocol-violation');
  });

  test('what its user finds wrong, with the numbers', () => {
    const onPacket = ({ type }: Packet): void => {
      if (type === SUBACK) throw new PeerViolation('unknown-packet-id', { packetId: 7 });
    };
    const subject = new Subject({ onPacket }).open();
    expect(subject.hears('9003000701')).toMatchObject({
      code: 'protocol-violation',
      reason: 'unknown-packet-id',
      packetId: 7,
    });
  });

  test("a bug of ours is not the peer's: it is thrown as it is", () => {
    const bug = new RangeError('ours');
    const onPacket = ({ type }: Packet): void => {
      if (type === PUBLISH) throw bug;
    };
    const subject = new Subject({ onPacket }).open();
    expect(() => subject.hears(PUBLISH_X)).toThrow(bug);
    expect(subject.connection.phase()).toBe('closed');
  });
});

test.each([1, 2, 3, 4, 5])('CONNACK %i refuses the connection', (returnCode) => {
  const subject = new Subject();
  subject.connection.start();
  expect(subject.hears(`2002000${returnCode}`)).toEqual({
    code: 'connection-refused',
    reason: 'connack-refused',
    returnCode,
  });
  expect([subject.connection.phase(), subject.heard]).toEqual(['closed', []]);
});

test('what stands behind a CONNACK that refuses is not read, and the refusal is the failure', () => {
  const subject = new Subject();
  subject.connection.start();
  expect(subject.hears(`20020005${PUBLISH_X}`)).toMatchObject({ code: 'connection-refused', returnCode: 5 });
});

test('what stands behind the packet at which the user says goodbye is not heard, and is no violation', () => {
  const heard: number[] = [];
  const subject: Subject = new Subject({
    onPacket: ({ type }) => {
      heard.push(type);
      if (type === PUBLISH) subject.connection.disconnect();
    },
  }).open();
  expect(subject.hears(`${PUBLISH_X + PUBLISH_X}c000`)).toBeUndefined();
  expect([heard, hex(subject.connection.flush(0))]).toEqual([[2, 3], 'e000']);
});

test('Session Present is told, after CleanSession 0', () => {
  const subject = new Subject({ cleanSession: false });
  subject.connection.start();
  expect(subject.hears('20020100')).toBeUndefined();
  expect(subject.heard).toMatchObject([{ sessionPresent: true }]);
});

describe('whether the peer is there', () => {
  const PING = 'c000';
  const PONG = 'd000';

  test('the ping leaves after three quarters of keepAlive without a write [MQTT-3.1.2-23], whatever the peer sends', () => {
    const subject = new Subject().open();
    for (let now = 0; now <= 22_000; now += 1000) subject.hears(PUBLISH_X, now);
    expect([subject.sleepUntil(22_499), subject.sleepUntil(22_500)]).toEqual(['', PING]);
  });

  test('the ping leaves after the same time without a word of the peer, however much we write', () => {
    const subject = new Subject().open();
    for (let now = 0; now <= 22_000; now += 1000) {
      subject.publish();
      subject.connection.flush(now);
    }
    expect([subject.sleepUntil(22_499), subject.sleepUntil(22_500)]).toEqual(['', PING]);
  });

  test.each([1, 2, 5, 8, 10, 13, 20, 30, 60, 240, 1177, 65_535])(
    'a half-open link is noticed within 2.6 x keepAlive of %i s, when nothing comes and when bytes drip without PINGRESP',
    (keepAlive) => {
      for (const drip of [Infinity, 5000]) {
        const subject = new Subject({ keepAlive }).open();
        let failure: ConnectionFailure | undefined;
        let now = 0;
        let next = drip;
        while (!failure && now < keepAlive * 10_000) {
          now = Math.min(subject.connection.wakeAt(), next);
          if (now === next) {
            failure = subject.hears(PUBLISH_X, now);
            next += drip;
          }
          failure ??= subject.connection.wake(now);
          subject.connection.flush(now);
        }
        expect(failure).toEqual({ code: 'connection-lost', reason: 'no-pingresp' });
        // Until the first PINGREQ the drip is a sign of life.
        expect(now).toBeLessThanOrEqual(keepAlive * 2600);
      }
    },
  );

  test('PINGRESP behind a packet that takes a minute to come is in time', () => {
    const subject = new Subject({ keepAlive: 60 }).open();
    expect(subject.sleepUntil(45_000)).toBe(PING);
    const rest = Buffer.concat([bytesOf('30d20f000161'), Buffer.alloc(1999)]);
    for (const [i, byte] of [...rest].entries()) subject.connection.receive(Uint8Array.of(byte), 45_001 + i * 30);
    expect(subject.sleepUntil(105_001)).toBe('');
    expect(subject.hears(PONG, 105_001)).toBeUndefined();
    expect(subject.connection.phase()).toBe('open');
  });

  test('the deadline of PINGRESP is its own: our writes do not put it off', () => {
    const subject = new Subject({ pingTimeoutMs: 3000 }).open();
    subject.sleepUntil(22_500);
    subject.publish();
    subject.connection.flush(25_000);
    expect(subject.connection.wakeAt()).toBe(25_500);
    expect(subject.connection.wake(25_500)).toEqual({ code: 'connection-lost', reason: 'no-pingresp' });
  });

  test('after PINGRESP the clock starts again; one that nobody asked for is no harm', () => {
    const subject = new Subject().open();
    subject.hears(PONG, 100);
    subject.sleepUntil(22_500);
    subject.hears(PONG, 22_600);
    expect(subject.connection.wakeAt()).toBe(45_000);
  });

  test('keepAlive 0 never pings', () => {
    expect(new Subject({ keepAlive: 0 }).open().connection.wakeAt()).toBe(Infinity);
  });

  test('a machine that slept checks the link once before it gives it up, and a second late is no sleep', () => {
    const subject = new Subject().open();
    subject.sleepUntil(22_500);
    expect(subject.connection.wake(33_501)).toBeUndefined();
    expect(hex(subject.connection.flush(33_501))).toBe(PING);
    expect(subject.connection.wake(50_000)?.reason).toBe('no-pingresp');
    const awake = new Subject().open();
    awake.sleepUntil(22_500);
    expect(awake.connection.wake(33_500)?.reason).toBe('no-pingresp');
  });

  test('each sleep gets its second chance', () => {
    const subject = new Subject().open();
    for (const at of [22_500, 100_000, 200_000]) {
      expect(subject.connection.wake(at)).toBeUndefined();
      subject.connection.flush(at);
      expect(subject.connection.wake(at + 50_000)).toBeUndefined();
      subject.connection.flush(at + 50_000);
      subject.hears(PONG, at + 50_001);
    }
    expect(subject.connection.phase()).toBe('open');
  });
});

test('an observer sees every packet in the order it left or came, and no password', () => {
  const seen: string[] = [];
  const trace = (direction: string, packet: Packet): void => void seen.push(`${direction} ${JSON.stringify(packet)}`);
  const subject = new Subject({ trace, password: Buffer.from('secret'), userName: 'u' }).open();
  subject.connection.send(encodeSubscribeInto, {
    type: SUBSCRIBE,
    packetId: 1,
    subscriptions: [{ topicFilter: 'a', qos: 1 }],
  });
  subject.hears('9003000101');
  subject.connection.send(encodePubackInto, { type: PUBACK, packetId: 3 });
  expect(seen.map((line) => line.slice(0, 18))).toEqual([
    'sent {"type":1,"cl',
    'received {"type":2',
    'sent {"type":8,"pa',
    'received {"type":9',
    'sent {"type":4,"pa',
  ]);
  expect(seen.join()).not.toContain('115');
  expect(seen[0]).toContain('42,42,42,42,42,42');
});

test('an observer sees a PUBLISH that was prepared, its DUP flag, and one that is larger than what may come', () => {
  const seen: Packet[] = [];
  const subject = new Subject({ trace: (_, packet) => seen.push(packet), maxPacketSize: 100 }).open();
  const prepared = preparePublish({ topicName: 'a', qos: 1, retain: false });
  const payload = new Uint8Array(2_000_000);
  subject.connection.publish(prepared, payload, 7, true);
  expect(seen.at(-1)).toMatchObject({ type: PUBLISH, topicName: 'a', qos: 1, packetId: 7, dup: true });
  expect((seen.at(-1) as { payload?: Uint8Array }).payload).toHaveLength(payload.length);
});

test('of bytes that are one whole packet, and one that is known, decodeOwn makes that packet, and of others nothing', () => {
  const decoders = { [PUBLISH]: decodePublish };
  expect(decodeOwn(decoders, bytesOf(PUBLISH_X))).toMatchObject({ type: PUBLISH, topicName: 'a' });
  for (const other of ['', '30', PUBLISH_X.slice(0, -2), `${PUBLISH_X}00`, PUBLISH_X + PUBLISH_X, '40020001'])
    expect(decodeOwn(decoders, bytesOf(other)), other).toBeUndefined();
  expect(() => decodeOwn(decoders, bytesOf('f000'))).toThrow('byte 0');
});

describe('PacketIds', () => {
  test('gives out no identifier twice, goes round, and knows when there is none left', () => {
    const ids = new PacketIds<string>();
    const given = Array.from({ length: 65_535 }, () => ids.take('x'));
    expect([given[0], given.at(-1), new Set(given).size, ids.free]).toEqual([1, 65_535, 65_535, 0]);
    ids.release(7);
    expect([ids.free, ids.take('y'), ids.get(7)]).toEqual([1, 7, 'y']);
  });

  test('begins behind those of an earlier run, and has nothing under others', () => {
    const ids = new PacketIds<string>();
    ids.release(ids.take('x'));
    ids.keep(40, 'from an earlier run');
    expect([ids.get(1), ids.get(2), ids.get(40), ids.take('next')]).toEqual([
      undefined,
      undefined,
      'from an earlier run',
      41,
    ]);
  });
});
