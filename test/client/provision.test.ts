import { subscribe } from 'node:diagnostics_channel';
import { getActiveResourcesInfo } from 'node:process';
import { type ProgressEvent, provision, sasSigner, symmetricKey, tlsTransport } from '@mote/client';
import { describe, expect, test } from 'vitest';
import { ENTRIES } from './entries.ts';
import { ASSIGNED } from './hostile/server.ts';
import { Loopback, refusal } from './loopback.ts';

const loopback = new Loopback();
const AT_ONCE = { answer: () => ({ status: 200, body: ASSIGNED }) };

describe.each(ENTRIES)('%s', (_entry, provision) => {
  test.each(['tls', 'websocket'] as const)(
    'a device is provisioned over %s, and the server saw nothing amiss',
    async (transport) => {
      const server = await loopback.server({ webSocket: transport === 'websocket' });
      const assignment = await provision(loopback.options(server, { transport }));
      expect(assignment).toMatchObject({ assignedHub: 'hub.test', deviceId: 'device', registrationId: 'device' });
      expect(server.faults).toEqual([]);
      expect(server.peers.map(({ heard }) => heard)).toEqual([
        ['connect', 'subscribe', 'publish', 'puback', 'publish', 'puback', 'disconnect'],
      ]);
    },
  );

  test('progress tells every step, in order, with stage, time and attempt', async () => {
    const server = await loopback.server();
    const events: ProgressEvent[] = [];
    await provision(loopback.options(server, { onProgress: (event) => events.push(event) }));
    expect(events.map(({ type, stage }) => `${type} ${stage}`)).toEqual([
      'dialling tcp',
      'connected connect',
      'connect-accepted subscribe',
      'subscribed subscribe',
      'registering register',
      'assigning wait',
      'polling poll',
      'assigned poll',
    ]);
    expect(
      events.every(({ attempt, message, elapsedMs }) => attempt === 1 && message.length > 5 && elapsedMs >= 0),
    ).toBe(true);
    expect(events[1]).toMatchObject({ transport: 'tls', protocol: 'TLSv1.3' });
  });

  test('observers that throw do not end a provisioning', async () => {
    const server = await loopback.server(AT_ONCE);
    const fail = (): never => {
      throw new Error('the observer failed');
    };
    await expect(provision(loopback.options(server, { onProgress: fail, onPacket: fail }))).resolves.toMatchObject({
      assignedHub: 'hub.test',
    });
  });

  test('a secondary key is tried on a new connection after 401', async () => {
    const server = await loopback.server({
      answer: (_request, _id, count) => (count === 0 ? { status: 401, body: {} } : AT_ONCE.answer()),
    });
    const attestation = symmetricKey(Buffer.alloc(32, 1).toString('base64'), {
      secondaryKey: Buffer.alloc(32, 2).toString('base64'),
    });
    await provision(loopback.options(server, { attestation }));
    const passwords = server.peers.map(({ wire }) => String((wire.packets[0] as { password?: Buffer }).password));
    expect(passwords).toHaveLength(2);
    expect(passwords[0]).not.toBe(passwords[1]);
  });

  test('a signer is asked once for each connection; one that fails, or never answers, ends it', async () => {
    let asked = 0;
    const server = await loopback.server({ step: 'connect', times: 1, misbehave: (peer) => peer.reset(), ...AT_ONCE });
    const sign = async (): Promise<Uint8Array> => {
      asked++;
      return new Uint8Array(32);
    };
    await provision(loopback.options(server, { attestation: sasSigner(sign), retry: { attempts: 1, baseMs: 1 } }));
    expect(asked).toBe(2);
    const broken = sasSigner(async () => {
      throw new Error('no token in the slot');
    });
    expect(await refusal(provision(loopback.options(server, { attestation: broken })))).toMatchObject({
      code: 'invalid-options',
      stage: 'options',
      cause: { message: 'no token in the slot' },
    });
    const short = sasSigner(() => new Uint8Array(3));
    expect(await refusal(provision(loopback.options(server, { attestation: short })))).toMatchObject({
      code: 'invalid-options',
    });
    const silent = sasSigner(() => new Promise(() => {}));
    expect(await refusal(provision(loopback.options(server, { attestation: silent, timeoutMs: 50 })))).toMatchObject({
      code: 'timed-out',
      stage: 'options',
    });
  });

  test('an aborted signal rejects with its reason, before and while dialling', async () => {
    const server = await loopback.server();
    const early = await refusal(provision(loopback.options(server, { signal: AbortSignal.abort('early') }))).catch(
      (error) => error,
    );
    expect(early).toBe('early');
    expect(server.peers).toHaveLength(0);
    const controller = new AbortController();
    const running = provision(
      loopback.options(server, {
        signal: controller.signal,
        onProgress: ({ type }) => type === 'assigning' && controller.abort('enough'),
      }),
    );
    await expect(running).rejects.toBe('enough');
  });

  test('an abort while the signer works is heeded, and what the signer returns later is not used', async () => {
    const server = await loopback.server();
    const controller = new AbortController();
    let finish: ((signature: Uint8Array) => void) | undefined;
    const attestation = sasSigner(() => new Promise((resolve) => (finish = resolve)));
    const running = provision(loopback.options(server, { attestation, signal: controller.signal }));
    controller.abort('enough');
    await expect(running).rejects.toBe('enough');
    finish?.(new Uint8Array(32));
    await new Promise(setImmediate);
    const other = sasSigner(() => new Promise((_, reject) => (finish = reject as never)));
    const second = new AbortController();
    const again = provision(loopback.options(server, { attestation: other, signal: second.signal }));
    second.abort('again');
    await expect(again).rejects.toBe('again');
    finish?.(new Uint8Array(32));
    await new Promise(setImmediate);
    expect(server.peers).toHaveLength(0);
  });

  test('a peer that never takes the goodbye does not hold the result back', async () => {
    const server = await loopback.server({ ...AT_ONCE, step: 'register-answer', misbehave: () => {} });
    const quick = await loopback.server(AT_ONCE);
    const began = performance.now();
    await provision(loopback.options(quick));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await refusal(provision(loopback.options(server, { timeoutMs: 1500 })))).toMatchObject({
      code: 'timed-out',
      stage: 'register',
    });
  });

  test('nothing is open behind a provisioning, however it ended', async () => {
    const server = await loopback.server(AT_ONCE);
    const before = open();
    for (let i = 0; i < 3; i++) await provision(loopback.options(server));
    await refusal(provision(loopback.options(server, { tls: {} })));
    await refusal(provision(loopback.options({ port: 1 }, { retry: { attempts: 1, baseMs: 1 } })));
    for (const peer of server.peers) peer.raw.destroy();
    await new Promise(setImmediate);
    expect(open().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('a transport of one’s own carries the same provisioning', async () => {
    const server = await loopback.server(AT_ONCE);
    const dialled: string[] = [];
    const transport = {
      name: 'mine',
      dial: (...[target, events]: Parameters<typeof tlsTransport.dial>) => {
        dialled.push(`${target.host}:${target.port}`);
        const { send, close, abort } = tlsTransport.dial(target, events);
        return { send, close: () => close.call({ send, close, abort }) };
      },
    };
    await provision(loopback.options(server, { transport }));
    expect(dialled).toEqual([`localhost:${server.port}`]);
    await refusal(provision(loopback.options(server, { transport, endpoint: 'localhost', timeoutMs: 500 })));
    expect(dialled[1]).toBe('localhost:8883');
  });

  test('a transport of one’s own that says nothing about its end does not hold the result back', async () => {
    const transport = { name: 'mute', dial: () => ({ send() {}, close() {} }) };
    const began = performance.now();
    expect(await refusal(provision(loopback.options({ port: 1 }, { transport, timeoutMs: 100 })))).toMatchObject({
      code: 'timed-out',
    });
    // The deadline, the pause for a goodbye, and what a busy machine adds.
    expect(performance.now() - began).toBeLessThan(100 + 250);
  });

  test('a transport that throws has failed to dial', async () => {
    const transport = {
      name: 'broken',
      dial: () => {
        throw new Error('no radio');
      },
    };
    expect(await refusal(provision(loopback.options({ port: 1 }, { transport })))).toMatchObject({
      code: 'connect-failed',
      cause: { message: 'no radio' },
    });
  });

  test('a transport that throws while it is used has lost the connection, and does not hold the result back', async () => {
    const fail = (): never => {
      throw new Error('no carrier');
    };
    const transport = {
      name: 'broken',
      dial: (_target: unknown, events: Parameters<typeof tlsTransport.dial>[1]) => {
        queueMicrotask(() => events.connected());
        return { send: fail, close: fail };
      },
    };
    const options = loopback.options({ port: 1 }, { transport, retry: { attempts: 1, baseMs: 1 } });
    expect(await refusal(provision(options))).toMatchObject({
      code: 'connection-lost',
      stage: 'connect',
      cause: { message: 'no carrier' },
    });
  });

  test('a transport that calls back before it returns is served all the same', async () => {
    const { reply } = await import('./machine.ts');
    const answers = [Buffer.from('20020000', 'hex'), Buffer.from('9003000101', 'hex')];
    const transport = {
      name: 'eager',
      dial: (_target: unknown, events: Parameters<typeof tlsTransport.dial>[1]) => {
        events.connected();
        return {
          send(bytes: Uint8Array) {
            const [, id] = /\$rid=([0-9a-f]+)/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
            events.data(answers.shift() ?? (id === undefined ? Buffer.alloc(0) : reply(200, id, ASSIGNED)));
          },
          close: () => events.closed(),
        };
      },
    };
    await expect(provision(loopback.options({ port: 1 }, { transport }))).resolves.toMatchObject({
      assignedHub: 'hub.test',
    });
  });
});

test('diagnostics channels carry progress and packets, without the password', async () => {
  const heard: string[] = [];
  subscribe('mote:progress', (message) => heard.push((message as { event: ProgressEvent }).event.type));
  subscribe('mote:packet', (message) => heard.push(JSON.stringify(message)));
  const server = await loopback.server(AT_ONCE);
  await provision(loopback.options(server));
  expect(heard).toContain('assigned');
  const connect = heard.find((text) => text.includes('"type":1,'));
  expect(connect).toContain('"registrationId":"device"');
  // 42 is an asterisk.
  expect(connect).toMatch(/"password":\{"0":42,"1":42,/);
});

function open(): string[] {
  return getActiveResourcesInfo()
    .filter((name) => /Socket|Timeout|TLS|Connect|Lookup/.test(name))
    .sort();
}
