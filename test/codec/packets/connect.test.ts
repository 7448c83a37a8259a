import { CONNECT, decodeConnect, encodeConnect, encodeConnectInto } from '@mote/codec';
import { describe, expect, test } from 'vitest';
import { hex, toHex } from '../support/bytes.ts';
import { frameOf, refusesToDecode, refusesToEncode, thrownBy } from '../support/expect.ts';

const HEADER = '00044d515454 04';
const will = { topicName: 'w', message: hex('ff00') };

test('CONNECT without options is a clean session without keep-alive', () => {
  expect(encodeConnect({ clientId: 'a' })).toEqual(hex(`10 0d ${HEADER} 02 0000 000161`));
  expect(decodeConnect(frameOf(hex(`10 0d ${HEADER} 02 0000 000161`)))).toEqual({
    type: CONNECT,
    clientId: 'a',
    cleanSession: true,
    keepAlive: 0,
    will: undefined,
    userName: undefined,
    password: undefined,
  });
});

test('the payload is Client Identifier, Will Topic, Will Message, User Name, Password [MQTT-3.1.3-1]', () => {
  const bytes = encodeConnect({
    clientId: 'c',
    cleanSession: false,
    keepAlive: 0x1234,
    will: { ...will, qos: 2, retain: true },
    userName: 'u',
    password: hex('00ff'),
  });
  expect(toHex(bytes)).toBe(toHex(hex(`10 1b ${HEADER} f4 1234 000163 000177 0002ff00 000175 000200ff`)));
  expect(decodeConnect(frameOf(bytes))).toEqual({
    type: CONNECT,
    clientId: 'c',
    cleanSession: false,
    keepAlive: 0x1234,
    will: { topicName: 'w', message: hex('ff00'), qos: 2, retain: true },
    userName: 'u',
    password: hex('00ff'),
  });
});

describe('each Connect Flag goes with its field, and with no other', () => {
  for (let set = 0; set < 16; set++) {
    const fields = {
      clientId: 'c',
      cleanSession: (set & 1) === 1,
      will: set & 2 ? { ...will, qos: 1 as const, retain: false } : undefined,
      userName: set & 4 ? 'u' : undefined,
      password: set & 8 && set & 4 ? hex('01') : undefined,
    };
    test(`combination ${set} [MQTT-3.1.2-9] [MQTT-3.1.2-11] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.2-20] [MQTT-3.1.2-21]`, () => {
      const bytes = encodeConnect(fields);
      const flags = bytes[9];
      expect(flags).toBe(
        (fields.cleanSession ? 2 : 0) +
          (fields.will ? 12 : 0) +
          (fields.userName ? 128 : 0) +
          (fields.password ? 64 : 0),
      );
      expect(decodeConnect(frameOf(bytes))).toEqual({ type: CONNECT, keepAlive: 0, ...fields });
    });
  }
});

test('an empty password is a password [MQTT-3.1.2-21]', () => {
  const bytes = encodeConnect({ clientId: 'c', userName: 'u', password: new Uint8Array(0) });
  expect(bytes[9]).toBe(0xc2);
  expect(decodeConnect(frameOf(bytes)).password).toEqual(new Uint8Array(0));
});

test('the largest fields the standard allows are written and read', () => {
  const long = 'i'.repeat(65535);
  const bytes = encodeConnect({
    clientId: long,
    keepAlive: 65535,
    will: { topicName: long, message: new Uint8Array(65535).fill(7) },
    userName: 'é'.repeat(32767),
    password: new Uint8Array(65535).fill(9),
  });
  const packet = decodeConnect(frameOf(bytes));
  expect(packet.clientId).toBe(long);
  expect(packet.will?.message).toEqual(new Uint8Array(65535).fill(7));
  expect(packet.userName).toBe('é'.repeat(32767));
  expect(packet.password).toEqual(new Uint8Array(65535).fill(9));
  expect(encodeConnect({ clientId: 'small' }).length).toBe(19);
});

test('what would be a wildcard in a topic is text like any other in an identifier or a name', () => {
  const fields = { clientId: 'a+b#', userName: '#/+/sixteen or more' };
  expect(decodeConnect(frameOf(encodeConnect(fields)))).toMatchObject(fields);
});

test('a password does not stay in memory of the codec', () => {
  const bytes = encodeConnect({ clientId: 'c', userName: 'u', password: hex('5ec5e7') });
  expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
});

describe('a server can tell from the error which CONNACK to send', () => {
  const refusalOf = (digits: string) => thrownBy(() => decodeConnect(frameOf(hex(digits))));

  test.each(['00', '03', '05', '84', 'ff'])(
    'protocol level %s: CONNACK 1, whatever the rest looks like [MQTT-3.1.2-2]',
    (level) => {
      const refused = { code: 'bad-protocol', statement: 'MQTT-3.1.2-2', offset: 8 };
      expect(refusalOf(`10 0d 00044d515454 ${level} 02 003c 000163`)).toMatchObject(refused);
      expect(refusalOf(`10 07 00044d515454 ${level}`)).toMatchObject(refused);
      expect(refusalOf(`10 0e 00044d515454 ${level} 02 003c 00 000163`)).toMatchObject(refused);
    },
  );

  test.each(['00066d716973647003', '00044e51545404', '0000 04', '00056d717474 2004'])(
    'protocol name %s: no CONNACK, close [MQTT-3.1.2-1]',
    (name) => {
      const bytes = hex(`${name} 02 003c 000163`);
      expect(refusalOf(`10 ${bytes.length.toString(16).padStart(2, '0')} ${toHex(bytes)}`)).toMatchObject({
        code: 'bad-protocol',
        statement: 'MQTT-3.1.2-1',
        offset: 2,
      });
    },
  );

  test('an empty Client Identifier that wants a session kept: CONNACK 2 [MQTT-3.1.3-8]', () => {
    expect(refusalOf(`10 0c ${HEADER} 00 003c 0000`)).toMatchObject({
      code: 'bad-client-id',
      statement: 'MQTT-3.1.3-8',
      offset: 12,
    });
  });
});

refusesToDecode('CONNECT', [
  ['a reserved flag of the fixed header [MQTT-2.2.2-2]', `11 0d ${HEADER} 02 003c 000163`, 'bad-flags', 0],
  ['a protocol name of ill-formed UTF-8 [MQTT-1.5.3-1]', '10 0d 00044d5154ff 04 02 003c 000163', 'bad-string', 7],
  ['the reserved Connect Flag [MQTT-3.1.2-3]', `10 0d ${HEADER} 03 003c 000163`, 'bad-flags', 9],
  ['Will QoS 3 [MQTT-3.1.2-14]', `10 15 ${HEADER} 1e 003c 000163 000177 0003627965`, 'bad-qos', 9],
  ['Will QoS without a Will [MQTT-3.1.2-13]', `10 0d ${HEADER} 0a 003c 000163`, 'bad-flags', 9],
  ['Will QoS 3 without a Will [MQTT-3.1.2-14]', `10 0d ${HEADER} 1a 003c 000163`, 'bad-qos', 9],
  ['Will Retain without a Will [MQTT-3.1.2-15]', `10 0d ${HEADER} 22 003c 000163`, 'bad-flags', 9],
  ['a password without a user name [MQTT-3.1.2-22]', `10 10 ${HEADER} 42 003c 000163 000170`, 'bad-flags', 9],
  ['no Connect Flags [MQTT-3.1.4-1]', `10 07 ${HEADER}`, 'truncated', 9],
  ['half a Keep Alive [MQTT-3.1.4-1]', `10 09 ${HEADER} 02 00`, 'truncated', 10],
  ['no Client Identifier [MQTT-3.1.3-3]', `10 0a ${HEADER} 02 003c`, 'truncated', 12],
  ['a Client Identifier that reaches too far [MQTT-3.1.3-3]', `10 0e ${HEADER} 02 003c 0005 6162`, 'truncated', 12],
  ['a Client Identifier of ill-formed UTF-8 [MQTT-3.1.3-4]', `10 0f ${HEADER} 02 003c 0003 61ff62`, 'bad-string', 15],
  ['U+0000 in the Client Identifier [MQTT-1.5.3-2]', `10 0f ${HEADER} 02 003c 0003 610062`, 'bad-string', 15],
  ['no Will Topic [MQTT-3.1.2-9]', `10 0d ${HEADER} 06 003c 000163`, 'truncated', 15],
  ['no Will Message [MQTT-3.1.2-9]', `10 10 ${HEADER} 06 003c 000163 000177`, 'truncated', 18],
  ['a Will Topic of ill-formed UTF-8 [MQTT-3.1.3-10]', `10 12 ${HEADER} 06 003c 000163 0001c3 0000`, 'bad-string', 17],
  ['a wildcard in the Will Topic [MQTT-4.7.1-1]', `10 12 ${HEADER} 06 003c 000163 000123 0000`, 'bad-topic', 17],
  ['an empty Will Topic [MQTT-4.7.3-1]', `10 11 ${HEADER} 06 003c 000163 0000 0000`, 'bad-topic', 15],
  ['no User Name [MQTT-3.1.2-19]', `10 0d ${HEADER} 82 003c 000163`, 'truncated', 15],
  ['a User Name of ill-formed UTF-8 [MQTT-3.1.3-11]', `10 10 ${HEADER} 82 003c 000163 0001 80`, 'bad-string', 17],
  ['no Password [MQTT-3.1.2-21]', `10 10 ${HEADER} c2 003c 000163 000175`, 'truncated', 18],
  ['a byte behind the last field [MQTT-3.1.4-1]', `10 0e ${HEADER} 02 003c 000163 00`, 'trailing-bytes', 15],
]);

refusesToEncode('CONNECT', [
  [
    'Keep Alive 65,536',
    'bad-keep-alive',
    (target) => encodeConnectInto({ clientId: 'c', keepAlive: 65536 }, target, 0),
  ],
  ['Keep Alive 0.5', 'bad-keep-alive', () => encodeConnect({ clientId: 'c', keepAlive: 0.5 })],
  ['Keep Alive -1', 'bad-keep-alive', () => encodeConnect({ clientId: 'c', keepAlive: -1 })],
  [
    'an empty Client Identifier that wants a session kept [MQTT-3.1.3-7]',
    'bad-client-id',
    (target) => encodeConnectInto({ clientId: '', cleanSession: false }, target, 0),
  ],
  [
    'a password without a user name [MQTT-3.1.2-22]',
    'bad-flags',
    (target) => encodeConnectInto({ clientId: 'c', password: hex('01') }, target, 0),
  ],
  ['Will QoS 3 [MQTT-3.1.2-14]', 'bad-qos', () => encodeConnect({ clientId: 'c', will: { ...will, qos: 3 as never } })],
  [
    'a wildcard in the Will Topic [MQTT-4.7.1-1]',
    'bad-topic',
    (target) => encodeConnectInto({ clientId: 'c', will: { ...will, topicName: 'a/+' } }, target, 0),
  ],
  [
    'an empty Will Topic [MQTT-4.7.3-1]',
    'bad-topic',
    () => encodeConnect({ clientId: 'c', will: { ...will, topicName: '' } }),
  ],
  ['a Client Identifier of 65,536 bytes', 'bad-string', () => encodeConnect({ clientId: 'c'.repeat(65536) })],
  [
    'a User Name of 32,768 letters of two bytes',
    'bad-string',
    () => encodeConnect({ clientId: 'c', userName: 'é'.repeat(32768) }),
  ],
  [
    'a password of 65,536 bytes',
    'bad-string',
    (target) => encodeConnectInto({ clientId: 'c', userName: 'u', password: new Uint8Array(65536) }, target, 0),
  ],
  [
    'a Will Message of 65,536 bytes',
    'bad-string',
    () => encodeConnect({ clientId: 'c', will: { topicName: 'w', message: new Uint8Array(65536) } }),
  ],
  [
    'half a surrogate pair in the User Name [MQTT-1.5.3-1]',
    'bad-string',
    () => encodeConnect({ clientId: 'c', userName: 'a\ud800b' }),
  ],
  ['U+0000 in the Client Identifier [MQTT-1.5.3-2]', 'bad-string', () => encodeConnect({ clientId: 'a\0' })],
  ['no room for it', 'no-room', (target) => encodeConnectInto({ clientId: 'c' }, target, 69_990)],
]);

test('a field of the wrong kind is a TypeError, never a wrong packet', () => {
  expect(() => encodeConnect({ clientId: 7 as never })).toThrow(TypeError);
  expect(() => encodeConnect({ clientId: 'c', cleanSession: 'no' as never })).toThrow(TypeError);
  expect(() => encodeConnect({ clientId: 'c', userName: 'u', password: 'secret' as never })).toThrow(TypeError);
  expect(() => encodeConnect({ clientId: 'c', will: { topicName: 'w', message: [1] as never } })).toThrow(TypeError);
  expect(() => encodeConnect({ clientId: 'c', will: { ...will, retain: 1 as never } })).toThrow(TypeError);
});

test('a frame of another type is not read as CONNECT', () => {
  expect(thrownBy(() => decodeConnect(frameOf(hex('c000'))))).toMatchObject({ code: 'bad-packet-type' });
});
