import { connect } from 'node:tls';
import {
  type Ecma419Callbacks,
  type EspruinoSocket,
  ecma419Transport,
  espruinoTransport,
  type NetworkConnection,
  provision,
  symmetricKey,
  type Transport,
} from '@mote/client';
import { startEmulator } from '@mote/emulator';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

// Sockets of the field: the shapes of ECMA-419 and of Espruino, in memory and over Node's TLS.

interface Heard {
  connected: number;
  drained: number;
  closed: unknown[];
  data: number[];
}

function dial(transport: Transport): { connection: NetworkConnection; heard: Heard } {
  const heard: Heard = { connected: 0, drained: 0, closed: [], data: [] };
  const connection = transport.dial(
    { host: 'dps.test', port: 8883 },
    {
      stage: () => {},
      connected: () => heard.connected++,
      data: (bytes) => heard.data.push(...bytes),
      drained: () => heard.drained++,
      closed: (error) => heard.closed.push(error),
    },
  );
  return { connection, heard };
}

/** A socket that keeps to ECMA-419: it throws at what it has no room for. */
function ecma419() {
  let callbacks: Ecma419Callbacks | undefined;
  const state = { room: 0, written: [] as number[], inbound: [] as number[], closes: 0 };
  const transport = ecma419Transport((_target, given) => {
    callbacks = given;
    return {
      read: (count) => Uint8Array.from(state.inbound.splice(0, count)).buffer,
      write(bytes) {
        if (bytes.byteLength > state.room) throw new RangeError('no room');
        state.room -= bytes.byteLength;
        state.written.push(...new Uint8Array(bytes));
      },
      close: () => state.closes++,
    };
  });
  const room = (count: number) => {
    state.room = count;
    callbacks!.onWritable(count);
  };
  return { state, transport, room, callbacks: () => callbacks! };
}

describe('ECMA-419', () => {
  test('what is sent goes out whole and in order, whatever room there is, and is the socket’s own memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        (pieces, rooms) => {
          const { state, transport, room } = ecma419();
          const { connection, heard } = dial(transport);
          room(rooms[0]!);
          let written = 0;
          const wanted = pieces.flatMap((piece) => [...piece]);
          for (const piece of pieces)
            connection.send(piece, () => {
              written++;
              piece.fill(0);
            });
          for (let i = 0; state.written.length < wanted.length; i++) room(rooms[i % rooms.length]!);
          expect(state.written).toEqual(wanted);
          expect(written).toBe(pieces.length);
          expect(heard.connected).toBe(1);
        },
      ),
    );
  });

  test('a send that finds no room says so, and `drained` follows once when there is some', () => {
    const { transport, room } = ecma419();
    const { connection, heard } = dial(transport);
    room(4);
    expect(connection.send(Uint8Array.of(1, 2, 3))).toBe(true);
    expect(connection.send(Uint8Array.of(4, 5, 6))).toBe(false);
    expect(heard.drained).toBe(0);
    room(10);
    room(10);
    expect(heard.drained).toBe(1);
  });

  test('`close` waits for what was sent, `abort` does not; the end is told once, and nothing after it', () => {
    for (const way of ['close', 'abort'] as const) {
      const { state, transport, room, callbacks } = ecma419();
      const { connection, heard } = dial(transport);
      room(1);
      connection.send(Uint8Array.of(1, 2));
      connection[way]!();
      expect(heard.closed.length).toBe(way === 'abort' ? 1 : 0);
      room(5);
      expect(state.written).toEqual(way === 'abort' ? [1] : [1, 2]);
      callbacks().onError(new Error('late'));
      callbacks().onReadable(3);
      expect(heard).toMatchObject({ closed: [undefined], data: [] });
      expect(state.closes).toBe(1);
    }
  });

  test('a dial that fails is told with its reason, and a given up one is closed', () => {
    const failed = ecma419();
    const first = dial(failed.transport);
    const reason = new Error('refused');
    failed.callbacks().onError(reason);
    expect(first.heard).toMatchObject({ connected: 0, closed: [reason] });
    const givenUp = ecma419();
    dial(givenUp.transport).connection.close();
    expect(givenUp.state.closes).toBe(1);
  });
});

function espruino() {
  const heard = new Map<string, (what?: never) => void>();
  const state = { written: '', full: false, ends: 0 };
  const socket: EspruinoSocket = {
    on: (event: string, call: unknown) => heard.set(event, call as (what?: never) => void),
    write(text) {
      state.written += text;
      return !state.full;
    },
    end: () => state.ends++,
  };
  let connected: ((socket: EspruinoSocket) => void) | undefined;
  const transport = espruinoTransport((_target, call) => {
    connected = call;
    return socket;
  });
  const say = (event: string, what?: unknown) => heard.get(event)!(what as never);
  return { state, transport, say, connect: () => connected!(socket) };
}

describe('Espruino', () => {
  test('bytes are characters both ways, all 256 of them', () => {
    const { state, transport, say, connect: stand } = espruino();
    const { connection, heard } = dial(transport);
    stand();
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    connection.send(all);
    expect(state.written).toBe(String.fromCharCode(...all));
    say('data', state.written);
    expect(heard).toMatchObject({ connected: 1, data: [...all] });
  });

  test('a full socket holds the sender until `drain`; its end is told once, with the error if there is one', () => {
    const { state, transport, say, connect: stand } = espruino();
    const { connection, heard } = dial(transport);
    stand();
    state.full = true;
    expect(connection.send(Uint8Array.of(1))).toBe(false);
    say('drain');
    const reason = new Error('reset');
    say('error', reason);
    say('close');
    say('data', 'x');
    expect(heard).toEqual({ connected: 1, drained: 1, closed: [reason], data: [] });
  });

  test('one that was given up while it dialled is ended when it stands', () => {
    const { state, transport, connect: stand } = espruino();
    const { connection, heard } = dial(transport);
    connection.abort!();
    stand();
    expect(heard.connected).toBe(0);
    expect(state.ends).toBeGreaterThan(0);
  });
});

describe('over TLS against the emulator', () => {
  const overNode: Readonly<Record<string, (ca: string) => Transport>> = {
    'ECMA-419': (ca) =>
      ecma419Transport(({ host, port }, callbacks) => {
        const socket = connect({ host, port, ca, servername: host });
        socket.on('secureConnect', () => callbacks.onWritable(100));
        // Room for a hundred bytes at a time, again once they are gone.
        socket.on('readable', () => socket.readableLength && callbacks.onReadable(socket.readableLength));
        socket.on('error', callbacks.onError);
        socket.on('close', () => callbacks.onError());
        return {
          read: (count) => socket.read(count) as Uint8Array,
          write: (bytes) => socket.write(new Uint8Array(bytes), () => callbacks.onWritable(100)),
          close: () => socket.end(),
        };
      }),
    Espruino: (ca) =>
      espruinoTransport(({ host, port }, connected) => {
        const socket = connect({ host, port, ca, servername: host }).setEncoding('latin1');
        const shaped = {
          on: (event: string, call: (what?: never) => void) => socket.on(event, call as never),
          write: (text: string) => socket.write(text, 'latin1'),
          end: () => socket.end(),
        } as EspruinoSocket;
        socket.on('secureConnect', () => connected(shaped));
        return shaped;
      }),
  };

  test.each(Object.keys(overNode))('a device provisions by sockets of %s', async (shape) => {
    await using azure = await startEmulator();
    const { registrationId, primaryKey } = azure.individual('symmetricKey');
    const assignment = await provision({
      idScope: azure.idScope,
      registrationId,
      attestation: symmetricKey(primaryKey),
      endpoint: `localhost:${azure.port}`,
      transport: overNode[shape]!(azure.ca),
      timeoutMs: 20_000,
    });
    expect(assignment.status).toBe('assigned');
  });
});
