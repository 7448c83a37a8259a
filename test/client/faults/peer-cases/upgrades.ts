import type { Peer } from '../../hostile/peer.ts';
import { type PeerCase, SILENCE } from './peer-case.ts';

// Answers to the WebSocket upgrade, beside those of test/vectors/websocket.json (websocket.test.ts).

const upgrade = (answer: (good: string, peer: Peer) => string | Buffer): Partial<PeerCase> => ({
  over: 'wss',
  step: 'upgrade',
  misbehave: (peer, good) => peer.upgrade(answer(good.toString(), peer)),
});
const without = (header: string) => (good: string) => good.replace(new RegExp(`${header}: .*\r\n`), '');
const instead = (header: string, value: string) => (good: string) =>
  good.replace(new RegExp(`${header}: .*\r\n`), `${header}: ${value}\r\n`);
const and = (lines: string) => (good: string) => good.replace(/\r\n\r\n$/, `\r\n${lines}\r\n\r\n`);

const ACCEPTED: readonly PeerCase[] = [
  ['has no reason', (good: string) => good.replace(' Switching Protocols', '')],
  ['has a reason of its own', (good: string) => good.replace('Switching Protocols', 'Why not?')],
  ['has headers nobody asked for', and('Server: x\r\nSet-Cookie: a=b\r\nX-Empty:\r\nDate: today')],
  ['writes its headers in lower case', (good: string) => good.replace(/^[A-Z][\w-]*:/gm, (name) => name.toLowerCase())],
  ['writes its headers in capitals', (good: string) => good.replace(/^[A-Z][\w-]*:/gm, (name) => name.toUpperCase())],
  [
    'puts them in another order',
    (good: string) => {
      const [first, ...lines] = good.trimEnd().split('\r\n');
      return `${[first, ...lines.reverse()].join('\r\n')}\r\n\r\n`;
    },
  ],
  ['keeps the connection alive as well', instead('Connection', 'keep-alive, Upgrade')],
  ['gives Connection twice', and('Connection: keep-alive')],
  ['has tabs around its values', instead('Upgrade', '\t websocket \t')],
  ['has a length of 0', and('Content-Length: 0')],
  ['has bytes above 127 in a header', and('X-Name: gr\xfc\xdfe')],
].map(([what, change]) => ({
  name: `an upgrade that ${what as string}`,
  ...upgrade((good) => Buffer.from((change as (good: string) => string)(good), 'latin1')),
  ends: 'assigned' as const,
}));

const REFUSED: readonly PeerCase[] = [
  ['has no Upgrade', without('Upgrade')],
  ['has no Connection', without('Connection')],
  ['has no Sec-WebSocket-Accept', without('Sec-WebSocket-Accept')],
  ['has an empty Sec-WebSocket-Accept', instead('Sec-WebSocket-Accept', '')],
  ['has a Sec-WebSocket-Accept in quotes', (good: string) => good.replace(/Accept: (.*)\r\n/, 'Accept: "$1"\r\n')],
  ['has a Sec-WebSocket-Accept with a byte too many', (good: string) => good.replace(/(Accept: .*)\r\n/, '$1=\r\n')],
  ['has no sub-protocol', without('Sec-WebSocket-Protocol')],
  ['has another sub-protocol', instead('Sec-WebSocket-Protocol', 'mqttv3.1')],
  ['has an empty sub-protocol', instead('Sec-WebSocket-Protocol', '')],
  ['has two sub-protocols', instead('Sec-WebSocket-Protocol', 'mqtt, mqtt')],
  ['upgrades to something else', instead('Upgrade', 'h2c')],
  ['upgrades to WebSocket and more', instead('Upgrade', 'websocket, h2c')],
  ['has an extension', and('Sec-WebSocket-Extensions: permessage-deflate')],
  ['has an empty extension', and('Sec-WebSocket-Extensions:')],
  ['has an extension named as the prototype', and('Sec-WebSocket-Extensions: constructor')],
  [
    'has a header named as the prototype, and no sub-protocol',
    (good: string) => and('__proto__: mqtt')(without('Sec-WebSocket-Protocol')(good)),
  ],
  ['folds a header', and('X-Folded: a\r\n b')],
  ['folds a header that counts', (good: string) => good.replace('Connection: ', 'Connection: keep-alive,\r\n\t')],
  ['has a header without colon', and('nonsense')],
  ['has a header with a space in its name', and('X Y: z')],
  ['has a NUL in a header', and('X: \u0000')],
  ['has 101 headers', and(Array.from({ length: 97 }, () => 'X: y').join('\r\n'))],
  ['has 64 KB of headers', and(`X: ${'y'.repeat(65_536)}`)],
  ['has 100 KB of spaces', and(`X:${' '.repeat(102_400)}`)],
  ['has 16 KB of commas', and(`Sec-WebSocket-Extensions: ${','.repeat(16_000)}`)],
  ['is HTTP/1.0', (good: string) => good.replace('HTTP/1.1', 'HTTP/1.0')],
  ['is HTTP/2.0', (good: string) => good.replace('HTTP/1.1', 'HTTP/2.0')],
  ['is in lower case', (good: string) => good.replace('HTTP/1.1', 'http/1.1')],
  ['is no HTTP', () => 'RTSP/1.0 101 Switching Protocols\r\n\r\n'],
  ['is MQTT', () => '\x20\x02\x00\x00'],
  ['is a WebSocket frame', () => '\x82\x04\x20\x02\x00\x00'],
  ['is zeros', () => '\x00'.repeat(200)],
  ['has a status of two digits', (good: string) => good.replace(' 101 ', ' 10 ')],
  ['has a status with letters', (good: string) => good.replace(' 101 ', ' 1O1 ')],
].map(
  ([what, change]) =>
    ({
      name: `an upgrade that ${what as string}`,
      ...upgrade((good) => Buffer.from((change as (good: string) => string)(good), 'latin1')),
      ends: 'websocket-failed' as const,
      with: { stage: 'upgrade', retryable: false },
      check: (server) => {
        if (server.peers.length !== 1) throw new Error(`${server.peers.length} connections`);
      },
    }) satisfies PeerCase,
);

const STATUSES: readonly PeerCase[] = [
  200, 204, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 426, 429, 500, 502, 503, 504, 599,
].map((status) => ({
  name: `an upgrade that is answered ${status}`,
  ...upgrade(
    () => `HTTP/1.1 ${status} x\r\nLocation: https://elsewhere.test/\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\nno`,
  ),
  ends: 'websocket-failed',
  with: { stage: 'upgrade', statusCode: status, retryable: status === 429 || status >= 500 },
}));

const OTHERS: readonly PeerCase[] = [
  ...[
    ['100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['103 Early Hints', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'],
    ['103 twice', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'.repeat(2)],
    ['102 of HTTP/1.0', 'HTTP/1.0 102 Processing\r\n\r\n'],
  ].map(
    ([what, before]): PeerCase => ({
      name: `an upgrade behind ${what}`,
      ...upgrade((good) => `${before}${good}`),
      ends: 'assigned',
    }),
  ),
  {
    name: 'an upgrade with line feeds only',
    ...upgrade((good) => good.replaceAll('\r\n', '\n')),
    options: SILENCE,
    ends: ['timed-out', 'websocket-failed'],
    with: { stage: 'upgrade' },
  },
  {
    name: 'an upgrade that never ends',
    ...upgrade(() => 'HTTP/1.1 101 Switching'),
    options: SILENCE,
    ends: 'timed-out',
    with: { stage: 'upgrade' },
  },
  {
    name: 'an upgrade that comes twice in one write',
    ...upgrade((good) => good + good),
    ends: 'protocol-violation',
  },
  {
    name: 'an upgrade with CONNACK behind it, before CONNECT',
    ...upgrade((good) => Buffer.concat([Buffer.from(good), Buffer.from('820420020000', 'hex')])),
    ends: ['assigned', 'protocol-violation'],
  },
  {
    name: 'an upgrade with CLOSE behind it',
    ...upgrade((good) => Buffer.concat([Buffer.from(good), Buffer.from('880203e9', 'hex')])),
    ends: 'connection-lost',
    with: { stage: 'connect' },
  },
  {
    name: 'an upgrade with 20 KB of pings behind it',
    ...upgrade((good) => Buffer.concat([Buffer.from(good), Buffer.from('8900'.repeat(10_000), 'hex')])),
    ends: 'assigned',
  },
  {
    name: 'an upgrade with a text frame behind it',
    ...upgrade((good) => Buffer.concat([Buffer.from(good), Buffer.from('8100', 'hex')])),
    ends: 'protocol-violation',
  },
  {
    name: 'half an upgrade and RST',
    over: 'wss',
    step: 'upgrade',
    misbehave: (peer, good) => {
      peer.upgrade(good.subarray(0, 30));
      setImmediate(() => peer.reset());
    },
    ends: 'connection-lost',
    with: { stage: 'upgrade' },
  },
];

export const UPGRADES: readonly PeerCase[] = [...ACCEPTED, ...REFUSED, ...STATUSES, ...OTHERS];
