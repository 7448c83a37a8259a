import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deriveDeviceKey, groupKey, provision, symmetricKey, x509 } from '@mote/client';
import {
  type Emulator,
  type EmulatorEvent,
  type EmulatorOptions,
  startEmulator,
  VirtualClock,
  watchConfig,
} from '@mote/emulator';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'mote-emulator-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = Buffer.alloc(32, 1).toString('base64');
const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } } as const;
const fast = { pollsBeforeAssigned: 0, webSocketPort: false } as const;

function provisionByKey(dps: Emulator, registrationId: string, key = KEY) {
  const endpoint = `localhost:${dps.port}`;
  return provision({
    idScope: dps.idScope,
    registrationId,
    attestation: symmetricKey(key),
    endpoint,
    tls: { ca: dps.ca },
  });
}

describe('startEmulator', () => {
  test('with nothing given it makes one individual and one group enrollment of each kind, and each works', async () => {
    await using dps = await startEmulator({ pollsBeforeAssigned: 0 });
    expect(dps.enrollments.map(({ kind, attestation: how }) => `${kind} ${how}`)).toEqual([
      'individual symmetricKey',
      'individual x509',
      'group symmetricKey',
      'group x509',
    ]);
    const [byKey, byCertificate, group] = dps.enrollments;
    const over = { idScope: dps.idScope, endpoint: `localhost:${dps.port}`, tls: { ca: dps.ca } };
    const overWebSocket = { ...over, endpoint: `localhost:${dps.webSocketPort}`, transport: 'websocket' } as const;
    const certificateOf = (registrationId: string) => ({
      registrationId,
      attestation: x509(dps.issueDeviceCertificate(registrationId)),
    });
    const assignments = await Promise.all([
      provision({ ...over, registrationId: byKey!.registrationId!, attestation: symmetricKey(byKey!.primaryKey!) }),
      provision({ ...over, registrationId: 'member', attestation: groupKey(group!.primaryKey!) }),
      provision({ ...overWebSocket, ...certificateOf(byCertificate!.registrationId!) }),
      provision({ ...overWebSocket, ...certificateOf('certified-member') }),
    ]);
    expect(assignments.map(({ deviceId }) => deviceId)).toEqual([
      'key-device',
      'member',
      'x509-device',
      'certified-member',
    ]);
    expect([...dps.registrations.keys()].sort()).toEqual(['certified-member', 'key-device', 'member', 'x509-device']);
  });

  test('an issued chain is accepted however the listener is reached: localhost, 127.0.0.1', async () => {
    await using dps = await startEmulator({ ...fast, individualEnrollments: [{ registrationId: 'a', attestation }] });
    for (const host of ['localhost', '127.0.0.1']) {
      const over = { idScope: dps.idScope, endpoint: `${host}:${dps.port}`, tls: { ca: dps.ca } };
      expect((await provision({ ...over, registrationId: 'a', attestation: symmetricKey(KEY) })).deviceId).toBe('a');
    }
  });

  test('a port that is taken rejects, and leaves nothing open', async () => {
    await using dps = await startEmulator(fast);
    await expect(startEmulator({ ...fast, port: dps.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('events can be read afterwards, by several readers, and end when the emulator is closed', async () => {
    const dps = await startEmulator({ ...fast, individualEnrollments: [{ registrationId: 'a', attestation }] });
    await provisionByKey(dps, 'a');
    await dps.close();
    const read = async () => {
      const types: string[] = [];
      for await (const event of dps.events) if (event.type !== 'packet') types.push(event.type);
      return types;
    };
    const [one, two] = await Promise.all([read(), read()]);
    expect(one).toEqual(
      expect.arrayContaining(['connection', 'connected', 'subscribed', 'register', 'assigned', 'closed']),
    );
    expect(two).toEqual(one);
  });

  test('a virtual clock says when a token has expired and what is written into a record', async () => {
    const clock = new VirtualClock(Date.UTC(2099, 11, 31, 23));
    await using dps = await startEmulator({
      ...fast,
      clock,
      individualEnrollments: [{ registrationId: 'a', attestation }],
    });
    await expect(provisionByKey(dps, 'a')).rejects.toMatchObject({ code: 'unauthorized' });
    await using past = await startEmulator({
      ...fast,
      clock: new VirtualClock(Date.UTC(2020, 0)),
      individualEnrollments: [{ registrationId: 'a', attestation }],
    });
    expect((await provisionByKey(past, 'a')).createdDateTimeUtc).toBe('2020-01-01T00:00:00.0000000Z');
  });

  test('the same seed gives the same operation ids', async () => {
    const ids: unknown[] = [];
    for (let run = 0; run < 2; run++) {
      await using dps = await startEmulator({
        ...fast,
        seed: 5,
        individualEnrollments: [{ registrationId: 'a', attestation }],
      });
      await provisionByKey(dps, 'a');
      await dps.close();
      for await (const event of dps.events) if (event.type === 'assigned') ids.push(event.operationId);
    }
    expect(ids[0]).toBe(ids[1]);
  });
});

describe('reload', () => {
  test('new enrollments count at once, made keys stay, and a wrong file changes nothing', async () => {
    await using dps = await startEmulator(fast);
    const { primaryKey } = dps.enrollments[0]!;
    dps.reload({
      individualEnrollments: [
        { registrationId: 'key-device', attestation: { type: 'symmetricKey' } },
        { registrationId: 'b', attestation },
      ],
    });
    expect(dps.enrollments[0]?.primaryKey).toBe(primaryKey);
    expect((await provisionByKey(dps, 'b')).deviceId).toBe('b');
    expect(() => dps.reload({ individualEnrollments: [{ registrationId: '', attestation }] })).toThrow(
      'registrationId',
    );
    expect(() => dps.reload({ idScope: '0ne0000DEAD' })).toThrow('idScope');
    expect((await provisionByKey(dps, 'b')).deviceId).toBe('b');
  });

  test('a watched file is read again when it changes; one that cannot be read is reported', async () => {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ individualEnrollments: [] }));
    await using dps = await startEmulator({ ...fast, individualEnrollments: [] });
    const watch = watchConfig(file, dps);
    const seen = awaitEvents(dps, ['reloaded', 'reload-failed']);
    writeFileSync(file, JSON.stringify({ individualEnrollments: [{ registrationId: 'c', attestation }] }));
    expect(await seen.next()).toMatchObject({ value: { type: 'reloaded', enrollments: 1 } });
    expect((await provisionByKey(dps, 'c')).deviceId).toBe('c');
    writeFileSync(file, '{"individualEnrollments": [{}');
    expect(await seen.next()).toMatchObject({
      value: { type: 'reload-failed', reason: expect.stringContaining('config.json') },
    });
    expect((await provisionByKey(dps, 'c')).deviceId).toBe('c');
    watch.close();
  });
});

describe('state file', () => {
  const individualEnrollments = [
    { registrationId: 'a', attestation },
    { registrationId: 'b', attestation },
  ];

  async function runWith(
    stateFile: string,
    registrationId?: string,
  ): Promise<{ ids: string[]; events: EmulatorEvent[] }> {
    const dps = await startEmulator({ ...fast, stateFile, individualEnrollments });
    if (registrationId !== undefined) await provisionByKey(dps, registrationId);
    const ids = [...dps.registrations.keys()];
    await dps.close();
    const events: EmulatorEvent[] = [];
    for await (const event of dps.events) events.push(event);
    return { ids, events };
  }

  test('registrations survive a restart', async () => {
    const file = join(folder, 'survives');
    await runWith(file, 'a');
    const { ids, events } = await runWith(file);
    expect(ids).toEqual(['a']);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'state-restored', registrations: 1, from: 'current' }),
    );
  });

  test.each([
    ['torn', (file: string) => truncateSync(file, readFileSync(file).length - 10)],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['altered', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"b"', '"c"'))],
  ])('a file that is %s is detected, and the previous one used', async (name, damage) => {
    const file = join(folder, name);
    await runWith(file, 'a');
    await runWith(file, 'b');
    damage(file);
    const { ids, events } = await runWith(file);
    expect(ids).toEqual(['a']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'state-restored', from: 'previous' }));
    // The torn file does not push the whole one out.
    expect((await runWith(file, 'b')).ids).toEqual(['a', 'b']);
    damage(file);
    expect((await runWith(file)).ids).toEqual(['a']);
  });

  test('with no whole file left it says so and does not start', async () => {
    const file = join(folder, 'lost');
    writeFileSync(file, 'nothing');
    await expect(runWith(file)).rejects.toMatchObject({ name: 'StateFileError' });
  });
});

describe('service API', () => {
  test('enrollments are created, listed, read and deleted, and registrations read, in the JSON of the service', async () => {
    await using dps = await startEmulator({ ...fast, individualEnrollments: [], apiPort: 0 });
    const ask = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`http://127.0.0.1:${dps.apiPort}${path}?api-version=2021-10-01`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    };
    expect((await ask('PUT', '/enrollments/a', { registrationId: 'a', attestation })).status).toBe(200);
    expect(
      (await ask('PUT', '/enrollmentGroups/g', { enrollmentGroupId: 'g', attestation: { type: 'symmetricKey' } })).body
        .attestation.symmetricKey.primaryKey,
    ).toHaveLength(88);
    expect((await ask('GET', '/enrollments/A')).body).toMatchObject({ registrationId: 'a' });
    expect((await ask('POST', '/enrollments/query', { query: '*' })).body).toHaveLength(1);
    expect((await ask('POST', '/enrollments/a/attestationmechanism')).body).toMatchObject({ type: 'symmetricKey' });
    await provisionByKey(dps, 'a');
    expect((await ask('GET', '/registrations/a')).body).toMatchObject({ registrationId: 'a', status: 'assigned' });
    expect((await ask('DELETE', '/registrations/a')).status).toBe(204);
    expect((await ask('GET', '/registrations/a')).body).toMatchObject({ errorCode: 404202 });
    expect((await ask('DELETE', '/enrollments/a')).status).toBe(204);
    expect((await ask('GET', '/enrollments/a')).body).toMatchObject({ errorCode: 404201 });
    expect((await ask('PUT', '/enrollments/a', { registrationId: 'b', attestation })).status).toBe(400);
    expect((await ask('PUT', '/enrollments/a', { registrationId: 'a' })).body.message).toContain('attestation');
    expect((await ask('PATCH', '/enrollments')).status).toBe(405);
    expect((await ask('GET', '/elsewhere')).status).toBe(404);
    await expect(provisionByKey(dps, 'a')).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('a request under another host name is refused, bad JSON answered 400', async () => {
    await using dps = await startEmulator({ ...fast, apiPort: 0 });
    const { request } = await import('node:http');
    const status = (headers: Record<string, string>, body = '') =>
      new Promise((resolve) => {
        const options = { port: dps.apiPort, host: '127.0.0.1', method: 'PUT', path: '/enrollments/a', headers };
        request(options, (response) => resolve(response.resume().statusCode)).end(body);
      });
    expect(await status({ host: 'attacker.example' })).toBe(403);
    expect(await status({}, '{')).toBe(400);
  });
});

describe('a custom enrollment with a webhookUrl', () => {
  const asked: string[] = [];
  const hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(Buffer.concat(chunks).toString());
    response.end(JSON.stringify({ iotHubHostName: 'chosen.example.net', payload: { ok: true } }));
  });
  const asks = async (config: (policy: object) => EmulatorOptions): Promise<Emulator> => {
    asked.length = 0;
    if (!hook.listening) await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const webhookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const policy = { allocationPolicy: 'custom', customAllocationDefinition: { webhookUrl } };
    return startEmulator({ webSocketPort: false, retryAfterSeconds: 1, ...config(policy) });
  };
  afterAll(() => hook.close());

  test('asks it, in the JSON of the service', async () => {
    await using dps = await asks((policy) => ({
      individualEnrollments: [{ registrationId: 'a', attestation, ...policy }],
    }));
    expect(await provisionByKey(dps, 'a')).toMatchObject({ assignedHub: 'chosen.example.net', payload: { ok: true } });
    expect(asked.map((body) => JSON.parse(body))).toMatchObject([
      {
        individualEnrollment: { registrationId: 'a', attestation: { type: 'symmetricKey' } },
        deviceRuntimeContext: { registrationId: 'a', symmetricKey: {} },
        linkedHubs: dps.iotHubs,
      },
    ]);
  });

  test.each(['individualEnrollments', 'enrollmentGroups'] as const)('tells it no key of %s', async (kind) => {
    const [primaryKey, secondaryKey] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const keys = { type: 'symmetricKey', symmetricKey: { primaryKey, secondaryKey } } as const;
    const id = kind === 'enrollmentGroups' ? { enrollmentGroupId: 'g' } : { registrationId: 'a' };
    await using dps = await asks((policy) => ({ [kind]: [{ ...id, attestation: keys, ...policy }] }));
    const proof = kind === 'enrollmentGroups' ? groupKey(primaryKey) : symmetricKey(primaryKey);
    const { host, port, idScope, ca } = dps;
    await provision({ endpoint: `${host}:${port}`, idScope, registrationId: 'a', attestation: proof, tls: { ca } });
    expect(asked).toHaveLength(1);
    for (const key of [primaryKey, secondaryKey, deriveDeviceKey(primaryKey, 'a')]) expect(asked[0]).not.toContain(key);
  });
});

async function* awaitEvents(dps: Emulator, types: EmulatorEvent['type'][]): AsyncGenerator<EmulatorEvent> {
  for await (const event of dps.events) if (types.includes(event.type)) yield event;
}
