import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeConnect, encodePublish } from '../../../packages/codec/dist/index.js';

/** Ways to treat an emulator badly. Each takes { port, ca, idScope } and resolves when the connection is over. */

/** Opens TLS, hands the socket over, resolves with the milliseconds until the emulator has closed. */
export function overTls({ port, ca }, act) {
  return new Promise((resolve) => {
    let start = performance.now();
    const done = () => resolve(performance.now() - start);
    const socket = connectTls({ host: '127.0.0.1', port, ca }, () => {
      start = performance.now();
      act(socket);
    });
    socket
      .on('error', () => {})
      .on('end', done)
      .on('close', done)
      .resume();
  });
}

export function overTcp({ port }, bytes) {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => bytes && socket.write(bytes));
    socket
      .on('error', () => {})
      .on('close', resolve)
      .resume();
  });
}

/** A CONNECT that is accepted: authentication comes later. */
export const connectPacket = (idScope, registrationId) =>
  encodeConnect({
    clientId: registrationId,
    cleanSession: true,
    keepAlive: 60,
    userName: `${idScope}/registrations/${registrationId}/api-version=2019-03-31`,
    password: Buffer.from('SharedAccessSignature sr=a&sig=a&se=1'),
  });

const SUBSCRIBE = Buffer.from('821d00010018246470732f726567697374726174696f6e732f7265732f2301', 'hex');

/** Asks for ever and never reads an answer. */
export function neverReads(target, registrationId) {
  return overTls(target, (socket) => {
    socket.write(connectPacket(target.idScope, registrationId));
    socket.write(SUBSCRIBE);
    const request = encodePublish({
      topicName: '$dps/registrations/PUT/iotdps-register/?$rid=1',
      payload: Buffer.from('{"registrationId":"x"}'),
    });
    const requests = Buffer.concat(Array.from({ length: 200 }, () => request));
    setTimeout(() => {
      socket.pause();
      const push = () => {
        while (!socket.destroyed && socket.write(requests));
        socket.once('drain', push);
      };
      push();
    }, 200);
  });
}

/** One byte of a CONNECT each second. */
export function dribbles(target, registrationId) {
  return overTls(target, (socket) => {
    const bytes = connectPacket(target.idScope, registrationId);
    let at = 0;
    const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 1000);
    socket.on('close', () => clearInterval(timer)).on('end', () => clearInterval(timer));
  });
}

/** `count` PINGREQ in one write; resolves with the milliseconds until the last answer. */
export function floods(target, registrationId, count) {
  return overTls(target, (socket) => {
    const wanted = 4 + 2 * count;
    let got = 0;
    socket.on('data', (chunk) => {
      got += chunk.length;
      if (got === wanted) socket.destroy();
    });
    socket.write(connectPacket(target.idScope, registrationId));
    socket.write(Buffer.alloc(2 * count, Buffer.of(0xc0, 0)));
  });
}

/** Runs `task` for 0 .. count - 1, `width` at a time. */
export async function inParallel(count, width, task) {
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
