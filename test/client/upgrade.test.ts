import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HttpHead, httpHeadReader } from '../../packages/client/src/transport/http-head.ts';
import { checkUpgrade, upgradeRequest } from '../../packages/client/src/transport/websocket/handshake.ts';

// HTTP in front of WebSocket and of a proxy's tunnel, without a socket: the head of an answer, and what opens a WebSocket.

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function read(...chunks: Uint8Array[]): (HttpHead & { readonly left: string }) | undefined {
  const reader = httpHeadReader(true);
  for (const chunk of chunks) {
    const head = reader(chunk);
    if (head) return { ...head, left: Buffer.from(head.rest).toString('latin1') };
  }
  return undefined;
}
const headOf = (text: string) => read(bytes(text));
const headersOf = (...lines: string[]): Record<string, string> =>
  Object.fromEntries(headOf(`HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`)!.headers);

describe('the head of an answer', () => {
  test.each([
    ['HTTP/1.1 101 Switching Protocols', '1.1', 101],
    ['HTTP/1.0 200 OK', '1.0', 200],
    ['HTTP/1.1 407 ', '1.1', 407],
    // No status of HTTP: it is the answer, and will be refused.
    ['HTTP/1.1 000 No', '1.1', 0],
    ['HTTP/1.1 010 No', '1.1', 10],
    // Without a reason, some leave the space away too.
    ['HTTP/1.1 502', '1.1', 502],
  ])('%s', (line, version, status) => {
    expect(headOf(`${line}\r\n\r\n`)).toMatchObject({ version, status, left: '' });
  });

  test.each([
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 200OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 abc OK',
    'HTTP/1.x 200 OK',
    'HTTP/1.11 200 OK',
    'HTTP/1. 200 OK',
    'HTTP/1.x HTTP/1.1 200 OK',
  ])('is malformed with the status line %s', (line) => {
    expect(() => headOf(`${line}\r\n\r\n`)).toThrow('malformed-head');
  });

  test.each([
    ['a: b', { a: 'b' }],
    ['a:b', { a: 'b' }],
    ['a: \t b c \t', { a: 'b c' }],
    ['a:', { a: '' }],
    ['X-Mixed-CASE: Value', { 'x-mixed-case': 'Value' }],
    ["!#$%&'*+.^`|~-_09: token", { "!#$%&'*+.^`|~-_09": 'token' }],
    ['a: b: c', { a: 'b: c' }],
    ['a: \x80\xff~', { a: '\x80\xff~' }],
    ['a: \tinner\ttab', { a: 'inner\ttab' }],
  ])('has the header %j', (line, headers) => {
    expect(headersOf(line)).toEqual(headers);
  });

  test.each([
    ['a: b\r\n c', { a: 'b c' }],
    ['a: b\r\n\t \tc\r\n d', { a: 'b c d' }],
    ['a:\r\n b', { a: 'b' }],
    ['a: b\r\n c: d', { a: 'b c: d' }],
    ['a: b\r\n \r\nc: d', { a: 'b', c: 'd' }],
  ])('has the folded header %j [RFC 9112 5.2]', (lines, headers) => {
    expect(headersOf(...lines.split(/\r\n(?![\t ])/))).toEqual(headers);
  });

  test('is malformed with a folded header where none is unfolded, as in an upgrade', () => {
    for (const lines of ['a: b\r\n c', 'Upgrade:\r\n websocket', 'a: b\r\n\tc'])
      expect(() => httpHeadReader()(bytes(`HTTP/1.1 101 x\r\n${lines}\r\n\r\n`)), lines).toThrow('malformed-head');
  });

  test('is too large when heads of 1xx do not end within 16 KiB', () => {
    const reader = httpHeadReader();
    const interim = bytes('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100));
    const feed = () => {
      for (let n = 0; n < 7; n++) expect(reader(interim)).toBeUndefined();
    };
    expect(feed).toThrow('head-too-large');
  });

  test('joins the values of a header that comes again, in whatever case, by commas', () => {
    expect(headersOf('Via: one', 'x: 1', 'VIA: two', 'via: three')).toEqual({ via: 'one,two,three', x: '1' });
    expect(headersOf('a:', 'a: b')).toEqual({ a: ',b' });
  });

  test.each([
    ': no name',
    'no colon',
    'a : space before the colon',
    'a(b): c',
    'ä: name of other bytes',
    'a: zero \0 byte',
    'a: escape \x1b',
    'a: delete \x7f',
    'a: bare \r return',
    'a: bare \n line feed',
  ])('is malformed with the line %j', (line) => {
    expect(() => headersOf('good: one', line, 'good: two')).toThrow('malformed-head');
  });

  test('of 1xx is passed over, wherever the bytes are cut; 101 is an answer [RFC 9110 15.2]', () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 199 X\r\n\r\n';
    for (const status of [101, 200, 407]) {
      const all = `${interim}HTTP/1.1 ${status} Now\r\nX: y\r\n\r\nleft`;
      for (let cut = 0; cut <= all.length; cut++) {
        const found = read(bytes(all.slice(0, cut)), bytes(all.slice(cut)))!;
        expect(found, `cut at ${cut}`).toMatchObject({ status, version: '1.1' });
        expect(Object.fromEntries(found.headers)).toEqual({ x: 'y' });
        expect('left'.startsWith(found.left)).toBe(true);
      }
    }
    expect(headOf(interim)).toBeUndefined();
    expect(() => headOf(`${interim}SSH-2.0`)).toThrow('not-http');
  });

  test.each(['(a: b', '"a: b', '\x01a: b', 'ä a: b'])(
    'with the header %j is malformed from its first character',
    (line) => {
      expect(() => headersOf(line)).toThrow('malformed-head');
    },
  );

  test('has a hundred headers at most', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, index) => `h${index}: ${index}`);
    expect(Object.keys(headersOf(...lines(100)))).toHaveLength(100);
    expect(() => headersOf(...lines(101))).toThrow('malformed-head');
  });

  test('has 16 KB at most, and what comes behind it counts for nothing', () => {
    const ofSize = (size: number) => `${'HTTP/1.1 200 OK\r\na: '.padEnd(size - 4, 'x')}\r\n\r\n`;
    expect(headOf(ofSize(16_384))?.status).toBe(200);
    expect(headOf(ofSize(16_384) + 'z'.repeat(5000))?.left).toBe('z'.repeat(5000));
    expect(() => headOf(ofSize(16_385))).toThrow('head-too-large');
    expect(() => headOf(ofSize(100_000))).toThrow('head-too-large');
    expect(headOf(ofSize(16_385).slice(0, 16_383))).toBeUndefined();
    const half = ofSize(16_385);
    expect(() => read(bytes(half.slice(0, 9000)), bytes(half.slice(9000)))).toThrow('head-too-large');
  });

  test('that is no HTTP is told by its first bytes', () => {
    for (const text of ['S', 'HTTP/2', 'http/1.1', 'SSH-2.0-x', '\x16\x03\x01', 'HTTQ', ' HTTP/1.1'])
      expect(() => headOf(text), text).toThrow('not-http');
    for (const text of ['', 'H', 'HTTP', 'HTTP/1.', 'HTTP/1.1 200 O']) expect(headOf(text), text).toBeUndefined();
  });

  test('is the same however it is cut, and the bytes behind it are handed over untouched', () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX: \xe4\r\n\r\n';
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.array(fc.nat(90), { maxLength: 6 }), (behind, cuts) => {
        const all = Buffer.concat([bytes(head), behind]);
        const edges = [0, ...cuts.filter((at) => at < all.length).sort((a, b) => a - b), all.length];
        const reader = httpHeadReader();
        let at = 0;
        for (const [index, edge] of edges.slice(1).entries()) {
          const chunk = all.subarray(edges[index], edge);
          at += chunk.length;
          const found = reader(chunk);
          expect(found !== undefined, `${at} bytes`).toBe(at >= head.length);
          if (!found) continue;
          expect(Object.fromEntries(found.headers)).toEqual({ upgrade: 'websocket', x: '\xe4' });
          expect(found.rest).toEqual(all.subarray(head.length, edge));
          return;
        }
        expect.fail('no head was found');
      }),
    );
  });
});

describe('a WebSocket', () => {
  const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
  const good: Record<string, string> = {
    upgrade: 'websocket',
    connection: 'Upgrade',
    // The example of RFC 6455 1.3.
    'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  };
  const answer = (headers: Record<string, string | undefined>, status = 101, version = '1.1'): HttpHead => ({
    version,
    status,
    headers: new Map(Object.entries({ ...good, ...headers }).filter((entry): entry is [string, string] => !!entry[1])),
    rest: new Uint8Array(),
  });
  const check = (head: HttpHead, protocols?: readonly string[]): unknown => {
    try {
      return checkUpgrade(head, KEY, protocols);
    } catch (error) {
      return error;
    }
  };

  test.each([
    ['a host', { host: 'hub.example', port: 443 }, 'GET / HTTP/1.1', 'hub.example', ''],
    ['another port', { host: 'hub.example', port: 8443 }, 'GET / HTTP/1.1', 'hub.example:8443', ''],
    ['a host that ends with the root', { host: 'hub.example.', port: 443 }, 'GET / HTTP/1.1', 'hub.example', ''],
    ['an address of IPv6', { host: '::1', port: 443 }, 'GET / HTTP/1.1', '[::1]', ''],
    [
      'a path',
      { host: 'h', port: 443, path: '/$iothub/websocket?a=b' },
      'GET /$iothub/websocket?a=b HTTP/1.1',
      'h',
      '',
    ],
    ['a protocol', { host: 'h', port: 443, protocols: ['mqtt'] }, 'GET / HTTP/1.1', 'h', 'mqtt'],
    [
      'two protocols',
      { host: 'h', port: 443, protocols: ['mqtt', 'mqttv3.1'] },
      'GET / HTTP/1.1',
      'h',
      'mqtt, mqttv3.1',
    ],
  ])('is asked for as RFC 6455 4.1 has it: %s', (_, target, first, host, protocol) => {
    expect(upgradeRequest(target as never, KEY).split('\r\n')).toEqual([
      first,
      `Host: ${host}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${KEY}`,
      'Sec-WebSocket-Version: 13',
      ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
      '',
      '',
    ]);
  });

  test.each([
    ['as the RFC has it', {}, undefined],
    ['in another case', { upgrade: 'WebSocket', connection: 'upgrade' }, undefined],
    ['with more in Connection', { connection: 'keep-alive, Upgrade' }, undefined],
    ['with more behind it', { connection: 'Upgrade ,close' }, undefined],
    ['with the protocol that was asked for', { 'sec-websocket-protocol': 'mqtt' }, ['mqtt']],
    ['with one of those', { 'sec-websocket-protocol': 'mqttv3.1' }, ['mqtt', 'mqttv3.1']],
  ])('is open after an answer %s', (_, headers, protocols) => {
    expect(check(answer(headers), protocols)).toBeUndefined();
  });

  test.each([
    [{ upgrade: undefined }, undefined, 'Upgrade'],
    [{ upgrade: 'h2c' }, undefined, 'Upgrade'],
    [{ connection: undefined }, undefined, 'Connection'],
    [{ connection: 'close' }, undefined, 'Connection'],
    [{ connection: 'no-upgrade' }, undefined, 'Connection'],
    [{ connection: 'upgraded' }, undefined, 'Connection'],
    [{ connection: 'keep-alive upgrade' }, undefined, 'Connection'],
    [{ 'sec-websocket-accept': undefined }, undefined, 'Sec-WebSocket-Accept'],
    [{ 'sec-websocket-accept': createHash('sha1').update(KEY).digest('base64') }, undefined, 'Sec-WebSocket-Accept'],
    [{ 'sec-websocket-accept': 'S3PPLMBITXAQ9KYGZZHZRBK+XOO=' }, undefined, 'Sec-WebSocket-Accept'],
    [{ 'sec-websocket-protocol': 'mqtt' }, undefined, 'Sec-WebSocket-Protocol'],
    [{}, ['mqtt'], 'Sec-WebSocket-Protocol'],
    [{ 'sec-websocket-protocol': 'amqp' }, ['mqtt'], 'Sec-WebSocket-Protocol'],
    [{ 'sec-websocket-protocol': 'MQTT' }, ['mqtt'], 'Sec-WebSocket-Protocol'],
    [{ 'sec-websocket-extensions': 'permessage-deflate' }, undefined, 'Sec-WebSocket-Extensions'],
  ])('is not open after an answer with %j, asked for %j', (headers, protocols, reason) => {
    expect(check(answer(headers), protocols)).toMatchObject({
      kind: 'upgrade',
      stage: 'upgrade',
      reason,
      statusCode: 101,
      retryable: false,
    });
  });

  test.each([
    [200, false],
    [301, false],
    [404, false],
    [428, false],
    [429, true],
    [430, false],
    [499, false],
    [500, true],
    [503, true],
  ])('is not open after status %i; to try again is worth it: %s', (statusCode, retryable) => {
    expect(check(answer({}, statusCode))).toMatchObject({ reason: 'upgrade-status', statusCode, retryable });
  });

  test('is not open in HTTP/1.0', () => {
    expect(check(answer({}, 101, '1.0'))).toMatchObject({ reason: 'http-version', retryable: false });
  });
});
