import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { type DialTarget, provision, type StreamSocket, webStreamTransport } from '@mote/client';
import { expect, test } from 'vitest';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';
import { complaintsDuring } from './memory.ts';

const loopback = new Loopback();
const AT_ONCE = { answer: () => ({ status: 200, body: ASSIGNED }) };
let closes = 0;

/** What `connect()` of a worker gives, made of Node's TLS. */
async function open({ host, port, tls }: DialTarget): Promise<StreamSocket> {
  const socket = connect({ ...(tls as object), host, port, servername: host });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const { readable, writable } = Duplex.toWeb(socket);
  return {
    readable,
    writable,
    close: () => {
      closes++;
      socket.destroy();
    },
  };
}

test('a device is provisioned over web streams, and the socket is closed behind it', async () => {
  closes = 0;
  const server = await loopback.server(AT_ONCE);
  const assignment = await provision(loopback.options(server, { transport: webStreamTransport(open) }));
  expect(assignment.assignedHub).toBe('hub.test');
  expect(server.peers[0]!.heard.at(-1)).toBe('disconnect');
  expect(server.faults).toEqual([]);
  expect(closes).toBe(1);
});

test.each(['rst', 'fin'])('a connection that ends with %s is lost, and dialled again', async (how) => {
  const server = await loopback.server({
    ...AT_ONCE,
    step: 'register-answer',
    times: 1,
    misbehave: (peer) => (how === 'rst' ? peer.reset() : peer.end()),
  });
  const options = loopback.options(server, { transport: webStreamTransport(open), retry: { attempts: 1, baseMs: 1 } });
  await expect(provision(options)).resolves.toMatchObject({ assignedHub: 'hub.test' });
  expect(server.peers).toHaveLength(2);
});

test('a dial that fails, or comes too late, is closed', async () => {
  const failing = webStreamTransport(async () => {
    throw new Error('no socket');
  });
  expect(await refusal(provision(loopback.options({ port: 1 }, { transport: failing })))).toMatchObject({
    code: 'connect-failed',
    cause: { message: 'no socket' },
  });
  closes = 0;
  let finish: ((socket: StreamSocket) => void) | undefined;
  const late = webStreamTransport(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  expect(await refusal(provision(loopback.options({ port: 1 }, { transport: late, timeoutMs: 20 })))).toMatchObject({
    code: 'timed-out',
  });
  finish?.({ readable: new ReadableStream(), writable: new WritableStream(), close: () => closes++ });
  await new Promise(setImmediate);
  expect(closes).toBe(1);
});

test('a peer that takes nothing any more does not hold the result back', async () => {
  const answers = ['20020000', '9003000101'];
  const stuck = webStreamTransport(() => {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const readable = new ReadableStream<Uint8Array>({
      start: (own) => {
        controller = own;
      },
    });
    const write = async (): Promise<void> => {
      const answer = answers.shift();
      if (answer === undefined) return new Promise(() => {});
      controller.enqueue(Buffer.from(answer, 'hex'));
    };
    return {
      readable,
      writable: new WritableStream({ write }),
      close: () => Promise.reject(new Error('closing fails too')),
    };
  });
  const began = performance.now();
  expect(await refusal(provision(loopback.options({ port: 1 }, { transport: stuck, timeoutMs: 100 })))).toMatchObject({
    code: 'timed-out',
    stage: 'register',
  });
  expect(performance.now() - began).toBeLessThan(100 + 250);
});

// A `close` of the caller's that throws, or rejects, is his: the connection is closed all the same, and the process hears of nothing.
const closings: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('not open');
    },
  ],
  ['rejects', () => Promise.reject(new Error('not open'))],
  ['never settles', () => new Promise(() => {})],
];

test.each(closings)(
  'a socket whose close %s, at its end or dialled too late, is complained of by nobody',
  async (_, close) => {
    const complaints = await complaintsDuring(async () => {
      for (const isLate of [false, true]) {
        let finish: (() => void) | undefined;
        const transport = webStreamTransport(() => {
          const socket = {
            readable: new ReadableStream<Uint8Array>(),
            writable: new WritableStream<Uint8Array>(),
            close,
          };
          return isLate
            ? new Promise((resolve) => {
                finish = () => resolve(socket);
              })
            : socket;
        });
        const options = loopback.options({ port: 1 }, { transport, timeoutMs: 20 });
        expect(await refusal(provision(options))).toMatchObject({ code: 'timed-out' });
        finish?.();
      }
    });
    expect(complaints).toEqual([]);
  },
);
