import type { Connection, TransportEvents } from '@mote/client';
import { expect, test } from 'vitest';
import { dialWebSocket } from '../../packages/client/src/transport/websocket/websocket.ts';
import { ClientFrames, readUpgrade, serverFrame, switchingProtocols } from './hostile/web-socket-peer.ts';

// The end of a WebSocket without a socket: what is said, and when it counts as closed.

/** An open WebSocket over a socket that closes when the test says so. */
function open(onData: (connection: Connection) => void = () => {}) {
  const said = new ClientFrames();
  const ends: unknown[] = [];
  let below: TransportEvents | undefined;
  let key = '';
  const socket: Connection = {
    send(bytes) {
      if (key === '') key = readUpgrade(Buffer.from(bytes))!.headers.get('sec-websocket-key')!;
      else said.push(bytes);
    },
    close() {},
  };
  const inner = {
    name: 'test',
    dial(_target: unknown, events: TransportEvents) {
      below = events;
      return socket;
    },
  };
  const connection = dialWebSocket(
    inner,
    { host: 'dps.test', port: 443, protocols: ['mqtt'] },
    { stage() {}, connected() {}, data: () => onData(connection), closed: (error) => ends.push(error) },
  );
  below!.connected();
  below!.data(Buffer.from(switchingProtocols(key)));
  return { said, ends, receive: (bytes: Uint8Array) => below!.data(bytes), shut: () => below!.closed() };
}

const answer = serverFrame(Uint8Array.of(1));
const opcodes = ({ frames }: ClientFrames): number[] => frames.map(({ opcode }) => opcode);

test.each([
  ['CLOSE', '880203e8', 'close code 1000'],
  ['a frame that breaks the rules', 'c200', 'reserved-bit'],
])('%s behind the answer that we end at does not count as the end: our CLOSE has to leave', (_what, frame, reason) => {
  const { said, ends, receive, shut } = open((connection) => {
    connection.send(Uint8Array.of(2));
    connection.close();
  });
  receive(Buffer.concat([answer, Buffer.from(frame, 'hex')]));
  expect(opcodes(said)).toEqual([2, 8]);
  expect(ends).toEqual([]);
  shut();
  expect(ends).toEqual([expect.objectContaining({ message: expect.stringContaining(reason) })]);
});

test('a ping behind the answer that we end at is not answered', () => {
  const { said, receive } = open((connection) => connection.close());
  receive(Buffer.concat([answer, Buffer.from('8900', 'hex')]));
  expect(opcodes(said)).toEqual([8]);
});

test('CLOSE of the server is answered with its code, and is the end', () => {
  const { said, ends, receive } = open(() => expect.unreachable('data behind the end'));
  receive(Buffer.from('880203e9', 'hex'));
  receive(answer);
  expect(said.frames.map(({ opcode, payload }) => [opcode, payload.toString('hex')])).toEqual([[8, '03e9']]);
  expect(ends).toHaveLength(1);
});

test('100,000 pings in chunks of a record are answered once for each chunk', () => {
  const { said, receive } = open();
  for (let chunk = 0; chunk < 25; chunk++) receive(Buffer.from('8900'.repeat(4000), 'hex'));
  expect(opcodes(said)).toEqual(Array.from({ length: 25 }, () => 10));
});
