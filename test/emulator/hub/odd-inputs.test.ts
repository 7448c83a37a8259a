import { hubUserName } from '@mote/client/azure';
import { describe, expect, test } from 'vitest';
import type { HubServiceError } from '../../../packages/emulator/src/service/hub/hub-error.ts';
import type { MethodResult } from '../../../packages/emulator/src/service/hub/method-calls.ts';
import { HUB, HUB_KEY, hubToken, MemoryHub, published, subscribe, textOf } from '../hub-memory.ts';
import { KEY, type MemoryDevice, START } from '../memory-service.ts';
import { sasToken } from '../sas.ts';

// Whole families of odd inputs, by hand: ids, tokens, escapes, property bags, request ids, twins, answers of methods, clocks.

const EVENTS = 'devices/dev/messages/events/';
const GET = '$iothub/twin/GET/?';
const REPORT = '$iothub/twin/PATCH/properties/reported/?$rid=';
const keys = [Buffer.from(HUB_KEY, 'base64')];

/** Everything that an id of the registry may hold, but for what no topic may. */
const MARKS = [..."-:._%*?!(),=@;$'"];

describe('an id of every allowed character', () => {
  const ids = [
    ...MARKS.flatMap((mark) => [mark, `${mark}a`, `a${mark}`, `a${mark}${mark}b`]),
    MARKS.join(''),
    [...MARKS].reverse().join(''),
    'a%2Fb',
    'a%2fb%',
    '%C3%BC',
    'x'.repeat(128),
    '$iothub',
    'messages',
    'devices',
    'modules',
  ];

  test.each(ids)('%s is a device: CONNECT, telemetry, message, twin', (id) => {
    const hub = new MemoryHub();
    hub.service.hub.put(id, undefined, { keys, thumbprints: [], anchors: undefined });
    const userName = hubUserName({ hostName: HUB, deviceId: id });
    const device = hub.link({ clientId: id, userName, password: hubToken({ resource: `${HUB}/devices/${id}` }) }, id);
    expect(device.received).toMatchObject([{ returnCode: 0 }]);
    device.publish(`devices/${id}/messages/events/a=1`, 'x');
    expect(hub.telemetry).toMatchObject([{ deviceId: id, properties: { a: '1' } }]);
    device.send(subscribe(`devices/${id}/messages/devicebound/#`, '$iothub/twin/res/#'));
    expect(device.received.at(-1)).toMatchObject({ returnCodes: [1, 1] });
    const message = { messageId: 'm', body: Buffer.of(1), properties: {}, systemProperties: {}, ack: 'none' } as const;
    hub.service.hub.messages.send(hub.service.hub.known(id), { ...message, expiresAt: undefined }, hub.now);
    expect(published(device)[0]?.topicName).toContain(
      `devices/${id}/messages/devicebound/%24.mid=m&%24.to=${encodeURIComponent(
        `/devices/${id}/messages/devicebound`,
      ).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`,
    );
    device.publish(`${GET}$rid=1`);
    expect(published(device)[1]?.topicName).toBe('$iothub/twin/res/200/?$rid=1');
    expect(device.closed).toBeUndefined();
  });

  test.each(ids)('%s is a module', (id) => {
    const hub = new MemoryHub();
    hub.service.hub.put(`dev/${id}`, undefined, { keys, thumbprints: [], anchors: undefined });
    const userName = hubUserName({ hostName: HUB, deviceId: 'dev', moduleId: id });
    const password = hubToken({ resource: `${HUB}/devices/dev/modules/${id}` });
    const device = hub.link({ clientId: `dev/${id}`, userName, password }, 'dev');
    expect(device.received).toMatchObject([{ returnCode: 0 }]);
    device.publish(`devices/dev/modules/${id}/messages/events/`, 'x');
    expect(hub.telemetry).toMatchObject([{ deviceId: 'dev', moduleId: id }]);
    device.send(subscribe(`devices/dev/modules/${id}/inputs/#`));
    expect(device.received.at(-1)).toMatchObject({ returnCodes: [1] });
  });
});

describe('a token', () => {
  const connack = (password: Buffer) => {
    const hub = new MemoryHub();
    const device = hub.link({ password });
    return [device.received[0], hub.eventsOf('refused')[0]?.reason, device] as const;
  };
  const resource = `${HUB}/devices/dev`;
  const seconds = START / 1000;

  test.each([
    ['2^31 - 1', 2 ** 31 - 1],
    ['2^31', 2 ** 31],
    ['2^32', 2 ** 32],
    ['the year 33658', 999_999_999_999],
    ['a second from now', seconds + 1],
  ])('that expires at %s is taken, and no timer of the link fires early', (_what, expiry) => {
    const [answer, , device] = connack(hubToken({ resource, expiry }));
    expect(answer).toMatchObject({ returnCode: 0 });
    device.pass(599_000);
    expect(device.closed).toBeUndefined();
  });

  test.each([
    ['now', seconds, 'the token expired 0 s ago'],
    ['0', 0, 'the token expired'],
    ['in milliseconds', START + 3_600_000, 'it counts seconds since 1970, not milliseconds'],
    ['1e21', 1e21, 'se of the token is not a number of seconds'],
    ['-1', -1, 'se of the token is not a number of seconds'],
    ['with a fraction', seconds + 60.5, 'se of the token is not a number of seconds'],
    ['NaN', Number.NaN, 'se of the token is not a number of seconds'],
  ])('that expires %s is refused, with the reason', (_what, expiry, reason) => {
    const [answer, why] = connack(hubToken({ resource, expiry }));
    expect(answer).toMatchObject({ returnCode: 5 });
    expect(why).toContain(reason);
  });

  test.each([HUB.toUpperCase(), 'Hub-1.Example.Net', `${HUB}:8883`])(
    'for the hub as %s, in user name and token',
    (host) => {
      const hub = new MemoryHub();
      const device = hub.link({
        userName: `${host}/dev/?api-version=2021-04-12`,
        password: hubToken({ resource: `${host}/devices/dev` }),
      });
      expect(device.received).toMatchObject([{ returnCode: 0 }]);
    },
  );

  test.each([
    ['sr in lower-case escapes', (sr: string) => sr.replaceAll('%2F', '%2f')],
    ['sr without escapes', (sr: string) => decodeURIComponent(sr)],
    [
      'sr all escaped',
      (sr: string) => [...Buffer.from(decodeURIComponent(sr))].map((byte) => `%${byte.toString(16)}`).join(''),
    ],
  ])('is verified over its text as sent: %s', async (_what, spelled) => {
    const { createHmac } = await import('node:crypto');
    const sr = spelled(encodeURIComponent(resource));
    const sig = createHmac('sha256', keys[0]!).update(`${sr}\n4102444800`).digest('base64');
    const text = `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=4102444800`;
    expect(connack(Buffer.from(text))[0]).toMatchObject({ returnCode: 0 });
  });
});

describe('what a stranger sends is judged in a time that grows with its length', () => {
  const many = (length: number, piece: (at: number) => string) => {
    let text = '';
    for (let at = 0; text.length < length; at++) text += piece(at);
    return text.slice(0, length);
  };
  const cost = (fields: { readonly password: Buffer } | { readonly userName: string }) => {
    const hub = new MemoryHub();
    const before = process.cpuUsage().user;
    expect(hub.link(fields).closed).toBe('end');
    return process.cpuUsage().user - before;
  };
  const token = (rest: string) => ({ password: Buffer.from(`SharedAccessSignature ${rest}`) });

  test.each<[string, (length: number) => Parameters<typeof cost>[0]]>([
    ['fields of a token', (length) => token(many(length, (at) => `${at.toString(36)}&`))],
    ['the same field again', (length) => token('a&'.repeat(length / 2))],
    ['escapes', (length) => token(`sr=${'%2F'.repeat(length / 3)}&sig=a&se=1`)],
    ['blanks', (length) => token(' '.repeat(length))],
    ['parts of a user name', (length) => ({ userName: `${HUB}/${'a/'.repeat(length / 2)}` })],
    ['queries', (length) => ({ userName: `${HUB}/nobody${'/?'.repeat(length / 2)}` })],
    ['parameters', (length) => ({ userName: `${HUB}/nobody/?${many(length, (at) => `${at.toString(36)}&`)}` })],
  ])('%s', (_what, fields) => {
    cost(fields(60_000));
    // Four times the length: linear 4, with the square 16 and more. The fields of a token took 850 ms.
    const least = (length: number) => Math.min(...[1, 2, 3, 4].map(() => cost(fields(length))));
    const [short, long] = [least(15_000), least(60_000)];
    expect(long, `${short} and ${long} µs`).toBeLessThan(Math.max(10 * short, 60_000));
  });

  test.each(['sr', 'sig', 'se', 'skn'])('a token that has %s twice is refused with that reason', (name) => {
    const hub = new MemoryHub();
    hub.link(token(`sr=a&sig=b&se=1&skn=&${name}=c`));
    expect(hub.eventsOf('refused')[0]?.reason).toBe(`the token has ${name} twice`);
  });

  test('a field that no token has is not shown', () => {
    const hub = new MemoryHub();
    hub.link(token(`${HUB_KEY}&${HUB_KEY}`));
    expect(hub.eventsOf('refused')[0]?.reason).toBe('the token has a field twice');
  });
});

describe('the properties in a topic', () => {
  test.each<[bag: string, properties: Record<string, string | null>, system?: Record<string, string | null>]>(
    [
      ['&', {}],
      ['&&a=1&&', { a: '1' }],
      ['=', { '': '' }],
      ['=v', { '': 'v' }],
      ['a==b', { a: '=b' }],
      ['a=b=c', { a: 'b=c' }],
      ['a&a=1&a=2', { a: '2' }],
      ['a=1&a', { a: null }],
      ['?', {}],
      ['??a=1', { '?a': '1' }],
      ['a?b=1', { 'a?b': '1' }],
      ['+=+', { '+': '+' }],
      ['a=%2B&b=%20&c=%25&d=%26&e=%3D', { a: '+', b: ' ', c: '%', d: '&', e: '=' }],
      ['a=%00', { a: '\0' }],
      ['ü=ß', { ü: 'ß' }],
      ['%F0%9F%98%80=😀', { '😀': '😀' }],
      ['a/b=c/d', { 'a/b': 'c/d' }],
      ['$.mid=1&%24.mid=2', {}, { messageId: '2' }],
      ['%24.ct&%24.ce=', {}, { contentType: null, contentEncoding: '' }],
      ['%24.nobody=1', { '$.nobody': '1' }],
      ['$.MID=1', { '$.MID': '1' }],
      ['__proto__=1&constructor=2&toString', JSON.parse('{"__proto__":"1","constructor":"2","toString":null}')],
    ].filter(([bag]) => !/^\+|\+=/.test(bag as string)) as [string, Record<string, string | null>][],
  )('%s is read', (bag, properties, system: Record<string, string | null> = {}) => {
    const hub = new MemoryHub();
    const device = hub.link().publish(EVENTS + bag, 'x');
    expect(device.closed).toBeUndefined();
    expect(hub.telemetry[0]?.properties).toEqual(properties);
    expect(hub.telemetry[0]?.systemProperties).toEqual(system);
  });

  test.each([
    '%',
    'a=%',
    'a=%2',
    'a=%zz',
    '%C3=1',
    'a=%FF%FE',
    'a=%C0%AF',
    'a=%ED%A0%80',
    'a=%F5%80%80%80',
    'a=%u0041',
  ])('%s cannot be read: the link is closed, and nothing is taken', (bag) => {
    const hub = new MemoryHub();
    const device = hub.link().publish(EVENTS + bag, 'x');
    expect([device.closed, hub.telemetry]).toEqual(['end', []]);
    expect(hub.eventsOf('closed')[0]?.reason).toContain('a device may not publish to');
  });
});

describe('a request id', () => {
  const answerTo = (query: string) => {
    const device = new MemoryHub().link().send(subscribe('$iothub/twin/res/#')).publish(`${GET}${query}`, ' ');
    return [published(device).map(({ topicName }) => topicName), device.closed] as const;
  };

  test.each([
    ['$rid=1', '1'],
    ['$rid=a%20b', 'a%20b'],
    ['$rid=%zz', '%zz'],
    ['$rid=%C3', '%C3'],
    ['$rid=a=b', 'a=b'],
    ['$rid=a?b', 'a?b'],
    ['$rid=a/b', 'a/b'],
    ['$rid=ü😀', 'ü😀'],
    ['$rid=%24version', '%24version'],
    ['%24rid=7', '7'],
    ['$version=3&$rid=8', '8'],
    ['$rid=1&$rid=2', '2'],
    ['$rid=1&a=b&c', '1'],
    [`$rid=${'x'.repeat(1024)}`, 'x'.repeat(1024)],
  ])('%s is echoed as it was written', (query, rid) => {
    expect(answerTo(query)).toEqual([[`$iothub/twin/res/200/?$rid=${rid}`], undefined]);
  });

  test.each([
    '',
    '$rid',
    '$rid=',
    '$rid=&a=1',
    '$RID=1',
    'rid=1',
    `$rid=${'x'.repeat(1025)}`,
    `$rid=${'x'.repeat(60_000)}`,
  ])('%s is none: the link is closed', (query) => {
    expect(answerTo(query)).toEqual([[], 'end']);
  });

  test('the same one again, before and behind its answer, is a request each time', () => {
    const device = new MemoryHub().link().send(subscribe('$iothub/twin/res/#'));
    for (let round = 0; round < 3; round++) device.publish(`${GET}$rid=same`, '');
    expect(published(device)).toHaveLength(3);
  });
});

describe('reported properties', () => {
  const nested = (depth: number, inner: string) => `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;
  const report = (...bodies: string[]) => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe('$iothub/twin/res/#'));
    for (const body of bodies) device.publish(`${REPORT}1`, body);
    const status = published(device).map(({ topicName }) => Number(/res\/(\d+)\//.exec(topicName)?.[1]));
    const { $version, ...values } = hub.service.hub.twin('dev').reported;
    return { status, values, version: $version, message: textOf(published(device).at(-1)!) };
  };
  // 32 KiB: 7 texts of 4,096 bytes behind names of 1 byte, and the rest.
  const full = (more: number) => {
    const texts = Object.fromEntries([...'abcdefg'].map((name) => [name, 'x'.repeat(4096)]));
    return JSON.stringify({ ...texts, h: 'y'.repeat(32_768 - 7 * 4097 - 1 + more) });
  };

  test.each<[string, string, unknown?]>([
    ['ten levels', nested(10, '1')],
    ['ten levels with an empty object inside', nested(9, '{}')],
    ['nine levels and an array', nested(9, '[1]')],
    ['a name of 1,024 bytes', JSON.stringify({ ['n'.repeat(1024)]: 1 })],
    ['a name of 512 times two bytes', JSON.stringify({ ['ü'.repeat(512)]: 1 })],
    ['names of one letter, of digits, of signs, of another script', '{"a":1,"1":2,"-_#/\\\\":3,"名":4}'],
    ['an empty name', '{"":1}'],
    ['a text of 4,096 bytes', JSON.stringify({ a: 'é'.repeat(2048) })],
    ['32 KiB exactly', full(0)],
    ['the largest and the smallest integer', '{"a":4503599627370495,"b":-4503599627370496}'],
    ['fractions', '{"a":4503599627370495.5,"b":-0.0,"c":5e-324}'],
    ['arrays of arrays, objects and null', '{"a":[1,[2,{"b":null}],null]}', { a: [1, [2, { b: null }], null] }],
    ['null inside, of something that is not there', '{"a":{"b":null,"c":1}}', { a: { c: 1 } }],
    ['nothing but null', '{"a":null}', {}],
    ['nothing', '{}', {}],
    ['the same name twice: the last counts', '{"a":1,"a":2}', { a: 2 }],
    ['its own $version, which is not written', '{"$version":7,"a":1}', { a: 1 }],
    ['blanks around', ' \n{ "a" : 1 }\t', { a: 1 }],
    ['escapes', '{"\\u0061":"\\ud83d\\ude00"}', { a: '😀' }],
  ])('%s: taken', (_what, body, values) => {
    const result = report(body);
    expect([result.status, result.version]).toEqual([[204], 2]);
    if (values !== undefined) expect(result.values).toEqual(values);
  });

  test.each([
    ['eleven levels', nested(11, '1')],
    ['eleven levels, the last an array', nested(10, '[1]')],
    ['arrays eleven deep', `{"a":${'['.repeat(10)}${']'.repeat(10)}}`],
    ['65 levels', nested(65, '1')],
    ['a name of 1,025 bytes', JSON.stringify({ ['n'.repeat(1025)]: 1 })],
    ['a name of 513 times two bytes', JSON.stringify({ ['ü'.repeat(513)]: 1 })],
    ...['.', '$', ' ', '\0', '\n', '\u007f', '\u0085'].flatMap((sign) => [
      [`a name with ${JSON.stringify(sign)}`, JSON.stringify({ [`a${sign}b`]: 1 })],
      [`a name with ${JSON.stringify(sign)} inside`, JSON.stringify({ ok: { [sign]: 1 } })],
      [`a name with ${JSON.stringify(sign)} in an array`, JSON.stringify({ ok: [{ [sign]: 1 }] })],
    ]),
    ['such a name that would be deleted', '{"a.b":null}'],
    ['$version inside', '{"a":{"$version":1}}'],
    ['$metadata', '{"$metadata":{}}'],
    ['a text of 4,097 bytes', JSON.stringify({ a: 'x'.repeat(4097) })],
    ['a text of 4,098 bytes in an array', JSON.stringify({ a: ['é'.repeat(2049)] })],
    ['32 KiB and one byte', full(1)],
    ['an integer too large', '{"a":[4503599627370496]}'],
    ['an integer too small', '{"a":{"b":-4503599627370497}}'],
    ['1e999', '{"a":1e999}'],
    ['-1e999 in an array', '{"a":[-1e999]}'],
    ['a text', '"{}"'],
    ['null', 'null'],
    ['a number', '1'],
    ['an array', '[{}]'],
    ['two objects', '{}{}'],
    ['single quotes', "{'a':1}"],
    ['a comma too many', '{"a":1,}'],
    ['a byte order mark', '\ufeff{}'],
    ['half of it', '{"a":'],
  ])('%s: 400, and nothing changes', (_what, body) => {
    const result = report('{"before":1}', body);
    expect(result.status).toEqual([204, 400]);
    expect([result.values, result.version]).toEqual([{ before: 1 }, 2]);
    expect(JSON.parse(result.message)).toMatchObject({ errorCode: 400_000, message: expect.stringMatching(/\w/) });
  });

  test('32 KiB is of the whole section, not of one patch', () => {
    expect(report(full(0), '{"z":1}').status).toEqual([204, 400]);
    expect(report(full(0), '{"a":null,"z":1}').status).toEqual([204, 204]);
  });

  test('no bytes of UTF-8', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe('$iothub/twin/res/#'));
    const payload = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d);
    device.send({ type: 3, topicName: `${REPORT}1`, payload, qos: 1, packetId: 2, retain: false, dup: false });
    expect(published(device)[0]?.topicName).toBe('$iothub/twin/res/400/?$rid=1');
  });
});

describe('the answer of a method', () => {
  const asked = (): [MemoryHub, MemoryDevice, string, (MethodResult | HubServiceError)[]] => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe('$iothub/methods/POST/#'));
    const outcomes: (MethodResult | HubServiceError)[] = [];
    const id = hub.service.hub.invoke('dev', 'm', undefined, (outcome) => outcomes.push(outcome)) ?? '';
    return [hub, device, id, outcomes];
  };

  test.each([0, 1, -1, 200, 404, 599, 999, 65_536, 2 ** 31 - 1, -(2 ** 31)])('has status %i', (status) => {
    const [, device, id, outcomes] = asked();
    device.publish(`$iothub/methods/res/${status}/?$rid=${id}`, '{}');
    expect([outcomes, device.closed]).toEqual([[{ status, payload: {} }], undefined]);
  });

  test.each([
    '',
    'ok',
    '200.5',
    '1e3',
    '0x10',
    ' 200',
    '+200',
    '--1',
    '2147483648',
    '-2147483649',
    '9999999999',
    '99999999999',
  ])('has status "%s": the link is closed, and the caller is told', (status) => {
    const [, device, id, outcomes] = asked();
    if (!status.includes('+')) device.publish(`$iothub/methods/res/${status}/?$rid=${id}`, '{}');
    else device.leave();
    expect([outcomes.length, outcomes[0]]).toMatchObject([1, { errorCode: 404_104 }]);
  });

  test.each<[string, string, unknown]>([
    ['nothing', '', undefined],
    ['a blank', ' ', undefined],
    ['null', 'null', null],
    ['false', 'false', false],
    ['a text', '"x"', 'x'],
    ['an array', '[1,[2]]', [1, [2]]],
    ['128 KiB', JSON.stringify('x'.repeat(131_070)), 'x'.repeat(131_070)],
  ])('has the body %s', (_what, body, payload) => {
    const [, device, id, outcomes] = asked();
    device.publish(`$iothub/methods/res/200/?$rid=${id}`, body);
    expect(outcomes).toEqual([{ status: 200, payload }]);
  });

  test.each([
    ['no JSON', 'ok'],
    ['JSON and more', '{} {}'],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['128 KiB and a byte', JSON.stringify('x'.repeat(131_071))],
  ])('is %s: the link is closed, and the caller is told', (_what, body) => {
    const [, device, id, outcomes] = asked();
    device.publish(`$iothub/methods/res/200/?$rid=${id}`, body);
    expect([device.closed, outcomes]).toMatchObject(['end', [{ errorCode: 404_104 }]]);
  });

  test('comes twice, late, for nobody, or from another link: the first counts, the others are dropped with a warning', () => {
    const [hub, device, id, outcomes] = asked();
    device.publish(`$iothub/methods/res/200/?$rid=${id}`, '1');
    for (const rid of [id, 'nobody', '%zz', '0', '-1']) device.publish(`$iothub/methods/res/200/?$rid=${rid}`, '2');
    expect(outcomes).toEqual([{ status: 200, payload: 1 }]);
    const late = hub.service.hub.invoke('dev', 'm', undefined, (outcome) => outcomes.push(outcome)) ?? '';
    hub.service.hub.methods.giveUp(late);
    device.publish(`$iothub/methods/res/200/?$rid=${late}`, '3');
    expect(outcomes).toMatchObject([{ status: 200 }, { errorCode: 504_101 }]);
    expect(hub.eventsOf('warning')).toHaveLength(6);
    expect(device.closed).toBeUndefined();
  });
});

describe('a clock that jumps', () => {
  test('a year forward ends a link behind its token, and expires what waits', () => {
    const hub = new MemoryHub();
    const device = hub.link({ password: hubToken({ resource: `${HUB}/devices/dev`, expiry: START / 1000 + 3600 }) });
    device.send(subscribe('$iothub/twin/res/#'));
    hub.now += 365 * 86_400_000;
    device.pass(0);
    expect(device.closed).toBe('end');
  });

  test.each([3_600_000, 365 * 86_400_000])('back by %i ms: links, messages, twins and quotas go on', (back) => {
    const throttling = {
      registrationsPerMinute: 100,
      pollsPerTenSeconds: 100,
      connectionsPerSecond: 5,
      telemetryPerSecond: 5,
      twinReadsPerSecond: 5,
      twinUpdatesPerSecond: 5,
    };
    const hub = new MemoryHub({ throttling });
    const device = hub.link().send(subscribe('$iothub/twin/res/#', 'devices/dev/messages/devicebound/#'));
    device.publish(EVENTS, 'before').publish(`${GET}$rid=1`).publish(`${REPORT}1`, '{"a":1}');
    hub.now -= back;
    device.publish(EVENTS, 'behind').publish(`${GET}$rid=2`).publish(`${REPORT}2`, '{"a":2}');
    device.pass(1000);
    expect(device.closed).toBeUndefined();
    expect(hub.telemetry).toHaveLength(2);
    expect(published(device).map(({ topicName }) => /res\/(\d+)\//.exec(topicName)?.[1])).toEqual([
      '200',
      '204',
      '200',
      '204',
    ]);
    expect(hub.link({}, 'other').received).toMatchObject([{ returnCode: 0 }]);
  });

  test('back, at DPS: who registers and polls is not throttled until it is as late as it was', () => {
    const hub = new MemoryHub({ throttling: { registrationsPerMinute: 1, pollsPerTenSeconds: 1 } });
    const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
    const device = hub.dial().connect('sensor-17', { password }).subscribe();
    const statuses = () => device.answers.map(({ topicName }) => /res\/(\d+)\//.exec(topicName)?.[1]);
    device.register('', '1').register('', '2');
    hub.now -= 3_600_000;
    device.register('', '3');
    expect(statuses()).toEqual(['202', '429', '202']);
  });
});
