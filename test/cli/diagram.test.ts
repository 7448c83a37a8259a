import { CONNACK, CONNECT, PUBACK, PUBLISH, SUBACK } from '@mote/codec';
import { expect, test } from 'vitest';
import { Exchange } from '../../packages/cli/src/diagram/exchange.ts';
import { foldAcknowledgements } from '../../packages/cli/src/diagram/fold.ts';
import { mermaidDiagram } from '../../packages/cli/src/diagram/mermaid.ts';
import { svgDiagram } from '../../packages/cli/src/diagram/svg.ts';
import { terminalDiagram } from '../../packages/cli/src/diagram/terminal.ts';
import { paintFor } from '../../packages/cli/src/terminal/paint.ts';

let now = 1000;
const exchange = new Exchange(() => now);
exchange.add('sent', { type: CONNECT, clientId: 'sensor-17', cleanSession: true, keepAlive: 30 });
now += 12;
exchange.add('received', { type: CONNACK, sessionPresent: false, returnCode: 0 });
now += 3;
exchange.add('sent', {
  type: PUBLISH,
  topicName: '$dps/registrations/PUT/iotdps-register/?$rid=<1>;"&',
  payload: new Uint8Array(200),
  qos: 1,
  dup: false,
  retain: false,
  packetId: 2,
});

test('a message carries its size on the wire and its time since the first one', () => {
  expect(exchange.messages.map(({ name, from, size, atMs }) => [name, from, size, atMs])).toEqual([
    ['CONNECT', 'device', 23, 0],
    ['CONNACK', 'service', 4, 12],
    ['PUBLISH', 'device', 258, 15],
  ]);
});

test('in the terminal every line is as wide as the next, and arrows point the way the packet goes', () => {
  const lines = terminalDiagram(exchange.messages, paintFor({})).slice(1);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([68]));
  expect(lines.filter((_, row) => row % 2 === 1).map((line) => line[0]! + line.at(-1)!)).toEqual(['├▶', '◀┤', '├▶']);
});

test('Mermaid text has one arrow a message, and nothing in it that Mermaid would read as its own', () => {
  const lines = mermaidDiagram(exchange.messages).trimEnd().split('\n');
  expect(lines[0]).toBe('sequenceDiagram');
  expect(lines[3]).toBe('  Device->>Service: CONNECT sensor-17, keep alive 30 s, no password (23 B, 0 ms)');
  expect(lines[4]).toMatch(/^ {2}Service->>Device: CONNACK/);
  expect(lines[5]!.replaceAll(/#\d+;/g, '')).not.toMatch(/[#;]/);
});

test('the SVG needs nothing beside itself and holds no markup of the peer', () => {
  const svg = svgDiagram(exchange.messages);
  expect(svg).not.toMatch(/(href|src|url\(|@import)/);
  expect(svg).toContain('&#60;1&#62;');
  expect(svg).not.toContain('<1>');
  expect(svg.match(/<path /g)).toHaveLength(3);
});

test('folded, acknowledgements are counted and not drawn, and everything else stays in its order', () => {
  const other = new Exchange();
  other.add('sent', { type: PUBACK, packetId: 1 });
  other.add('received', { type: SUBACK, packetId: 1, returnCodes: [1] });
  const [puback, suback] = other.messages;
  const { messages, acknowledgements } = foldAcknowledgements([puback!, suback!, ...exchange.messages, puback!]);
  expect(acknowledgements).toBe(3);
  expect(messages).toEqual(exchange.messages);
});
