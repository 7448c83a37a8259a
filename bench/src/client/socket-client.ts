// The limit for every client on Node: a socket that writes packets made beforehand, 64 KiB at a time, and only counts received bytes.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { filterFor, PAYLOAD, TOPIC, type Work } from './work.ts';

const CONNECT = Buffer.from('\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00', 'latin1');
const WRITE_BYTES = 65_536;

export async function run(port: number, { id, window }: Work, messages: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  socket.write(CONNECT);
  await received(socket, 4);
  if (id === 'post') await write(socket, messages);
  else if (window) await acknowledged(socket, messages, window);
  else await read(socket, messages);
  socket.destroy();
}

async function write(socket: Socket, messages: number): Promise<void> {
  const packet = publish(TOPIC, 0);
  const perWrite = Math.floor(WRITE_BYTES / packet.length);
  for (let left = messages; left > 0; ) {
    const count = Math.min(left, perWrite);
    const bytes = new Uint8Array(count * packet.length);
    for (let n = 0; n < count; n++) bytes.set(packet, n * packet.length);
    left -= count;
    if (!socket.write(bytes)) await once(socket, 'drain');
  }
}

/** Writes as many packets as may be under way, and the next ones when all of them are acknowledged, with 4 bytes each. */
function acknowledged(socket: Socket, messages: number, window: number): Promise<void> {
  const packets = Buffer.concat(Array.from({ length: window }, () => publish(TOPIC, 1)));
  return new Promise((resolve) => {
    let left = messages;
    let owed = 4 * window;
    socket.on('data', ({ length }) => {
      owed -= length;
      if (owed > 0) return;
      owed = 4 * window;
      left -= window;
      if (left > 0) socket.write(packets);
      else resolve();
    });
    socket.write(packets);
  });
}

async function read(socket: Socket, messages: number): Promise<void> {
  const filter = filterFor(messages);
  const subscribe = Buffer.from(`\x82${String.fromCharCode(filter.length + 5)}\0\x01\0`, 'latin1');
  socket.write(Buffer.concat([subscribe, Buffer.of(filter.length), Buffer.from(filter), Buffer.of(0)]));
  await received(socket, 5 + messages * publish(filter.replace('+', 'temperature'), 0).length);
}

function publish(topic: string, qos: 0 | 1): Buffer {
  const identifier = qos ? Buffer.of(0, 1) : Buffer.alloc(0);
  const size = 2 + topic.length + identifier.length + PAYLOAD.length;
  return Buffer.concat([Buffer.of(0x30 | (qos << 1), size, 0, topic.length), Buffer.from(topic), identifier, PAYLOAD]);
}

/** Resolves when so many bytes have come. */
function received(socket: Socket, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let left = bytes;
    const take = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left > 0) return;
      socket.off('data', take);
      resolve();
    };
    socket.on('data', take);
  });
}
