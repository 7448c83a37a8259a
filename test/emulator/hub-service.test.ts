import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { encodeBase64 } from '@mote/client/azure';
import { PUBACK } from '@mote/codec';
import { type HubDeviceIdentity, startEmulator, VirtualClock } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { HUB, MemoryHub, puback, published, subscribe, textOf } from './hub-memory.ts';
import type { MemoryDevice } from './memory-service.ts';
import { signingRequest } from './signing-request.ts';

const MESSAGES = 'devices/dev/messages/devicebound/#';
const EVENTS = 'devices/dev/messages/events/';
const CREDENTIALS = '$iothub/credentials/res/#';
const ISSUE = '$iothub/credentials/POST/issueCertificate/?$rid=';

const message = { body: Buffer.from('x'), properties: {}, systemProperties: {}, expiresAt: undefined } as const;
const send = (hub: MemoryHub, messageId: string, ack: 'none' | 'positive' | 'negative' | 'full', more = {}) =>
  hub.service.hub.messages.send(hub.service.hub.known('dev'), { ...message, messageId, ack, ...more }, hub.now);

describe('feedback', () => {
  test.each([
    ['none', []],
    ['positive', ['Success']],
    ['negative', ['Expired', 'Purged']],
    ['full', ['Success', 'Expired', 'Purged']],
  ] as const)('ack %s asks for %j', (ack, told) => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(MESSAGES));
    send(hub, 'success', ack);
    device.send(puback(published(device)[0]?.packetId));
    device.leave();
    send(hub, 'expired', ack, { expiresAt: hub.now + 1000 });
    hub.now += 1000;
    hub.service.hub.messages.tick(hub.service.hub.known('dev'), hub.now);
    send(hub, 'purged', ack);
    hub.service.hub.messages.purge(hub.service.hub.known('dev'), hub.now);
    expect(hub.feedback).toEqual(
      told.map((statusCode) => ({
        originalMessageId: statusCode.toLowerCase(),
        deviceId: 'dev',
        statusCode,
        enqueuedTime: expect.any(Number),
      })),
    );
  });

  test('of a message that expires while its device is away comes when its time does', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 26));
    await using azure = await startEmulator({ devices: [{ deviceId: 'dev' }], clock, webSocketPort: false });
    const expiry = clock.now() + 60_000;
    await azure.hub.sendMessage('dev', 'x', { messageId: 'm', expiry, ack: 'negative' });
    clock.advance(59_999);
    expect(azure.hub.devices[0]?.queuedMessages).toBe(1);
    clock.advance(1);
    for await (const record of azure.hub.feedback()) {
      expect(record).toEqual({ originalMessageId: 'm', deviceId: 'dev', statusCode: 'Expired', enqueuedTime: expiry });
      break;
    }
    expect(azure.hub.devices[0]?.queuedMessages).toBe(0);
  });

  test('is asked for in the words of the service only, and not for a module', async () => {
    const devices = [{ deviceId: 'dev' }, { deviceId: 'dev', moduleId: 'mod' }];
    await using azure = await startEmulator({ devices, webSocketPort: false });
    await expect(azure.hub.sendMessage('dev', 'x', { ack: 'maybe' as 'full' })).rejects.toThrow('400004');
    await expect(azure.hub.sendMessage('dev/mod', 'x')).rejects.toThrow('400004');
  });
});

describe('keys that were left out', () => {
  test('are made once, shown, and stay when the device is put again', async () => {
    await using azure = await startEmulator({
      devices: [
        { deviceId: 'made' },
        {
          deviceId: 'thumbs',
          authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'ab'.repeat(20) } },
        },
      ],
      apiPort: 0,
      webSocketPort: false,
    });
    const [made, thumbs] = azure.hub.devices;
    expect(Buffer.from(made?.primaryKey ?? '', 'base64')).toHaveLength(32);
    expect(made?.secondaryKey).not.toBe(made?.primaryKey);
    expect(thumbs?.primaryKey).toBeUndefined();
    const put = async (body: HubDeviceIdentity) => {
      const url = `http://127.0.0.1:${azure.apiPort}/devices/${body.deviceId}`;
      return (await (await fetch(url, { method: 'PUT', body: JSON.stringify(body) })).json()) as HubDeviceIdentity;
    };
    expect((await put({ deviceId: 'made' })).authentication?.symmetricKey?.primaryKey).toBe(made?.primaryKey);
    const fresh = await put({ deviceId: 'fresh' });
    const shown = azure.hub.devices.find(({ id }) => id === 'fresh');
    expect(fresh.authentication?.symmetricKey).toEqual({
      primaryKey: shown?.primaryKey,
      secondaryKey: shown?.secondaryKey,
    });
  });
});

describe('quotas of a hub', () => {
  const quotas = (more: object) =>
    new MemoryHub({ throttling: { registrationsPerMinute: 9, pollsPerTenSeconds: 9, ...more } });

  test('new connections beyond it hear CONNACK 3 for the rest of the second', () => {
    const hub = quotas({ connectionsPerSecond: 2 });
    const codes = () => (hub.link().received[0] as { returnCode?: number }).returnCode;
    expect([codes(), codes(), codes()]).toEqual([0, 0, 3]);
    hub.now += 1000;
    expect(codes()).toBe(0);
  });

  test('twin requests beyond it hear 429, reads and updates apart', () => {
    const hub = quotas({ twinReadsPerSecond: 1, twinUpdatesPerSecond: 1 });
    const device = hub.link().send(subscribe('$iothub/twin/res/#'));
    const report = '$iothub/twin/PATCH/properties/reported/?$rid=';
    for (const rid of [1, 2]) device.publish(`$iothub/twin/GET/?$rid=${rid}`).publish(`${report}${rid}`, '{"a":1}');
    const answers = published(device).map(({ topicName }) => topicName.split('/')[3]);
    expect(answers).toEqual(['200', '204', '429', '429']);
  });

  test('PUBACKs of telemetry beyond it come in later seconds; eleven seconds ahead the link is closed', () => {
    const hub = quotas({ telemetryPerSecond: 2 });
    const device = hub.link();
    const acknowledged = () => device.received.filter(({ type }) => type === PUBACK).length;
    for (let count = 0; count < 5; count++) device.publish(EVENTS, 'x');
    expect([hub.telemetry.length, acknowledged()]).toEqual([5, 2]);
    expect([device.pass(1000), acknowledged()][1]).toBe(4);
    expect([device.pass(1000), acknowledged()][1]).toBe(5);
    for (let count = 0; count < 30 && device.closed === undefined; count++) device.publish(EVENTS, 'x');
    expect(device.closed).toBe('end');
  });

  test('nothing is limited unless it is asked for', () => {
    const hub = new MemoryHub();
    const device = hub.link();
    for (let count = 0; count < 2000; count++) device.publish(EVENTS, 'x');
    expect(device.received).toHaveLength(2001);
  });
});

describe('certificates', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  const csr = encodeBase64(signingRequest('dev', publicKey, privateKey));
  const userName = (version = '2025-08-01-preview') => `${HUB}/dev/?api-version=${version}`;
  const online = (hub: MemoryHub, fields = {}) =>
    hub.link({ userName: userName(), ...fields }).send(subscribe(CREDENTIALS));
  const body = (more: object = {}) => JSON.stringify({ id: 'dev', csr, ...more });
  const answers = (device: MemoryDevice) =>
    published(device).map((packet) => [
      packet.topicName.replace('$iothub/credentials/res/', ''),
      JSON.parse(textOf(packet)),
    ]);

  test('202 with the operation, then 200 with a chain of which the first is for the key of the request', () => {
    const device = online(new MemoryHub()).publish(`${ISSUE}abcd`, body());
    const [[topic, taken]] = answers(device) as [[string, Record<string, unknown>]];
    expect([topic, taken]).toEqual([
      '202/?$rid=abcd',
      { correlationId: expect.any(String), operationExpires: expect.stringMatching(/^2026-11-23T04:30/) },
    ]);
    const [, [second, issued]] = answers(device.pass(100)) as [unknown, [string, Record<string, unknown>]];
    expect([second, issued['correlationId']]).toEqual(['200/?$rid=abcd', taken['correlationId']]);
    const chain = (issued['certificates'] as string[]).map((text) => new X509Certificate(Buffer.from(text, 'base64')));
    expect(chain).toHaveLength(3);
    expect(chain[0]?.publicKey.equals(publicKey)).toBe(true);
    expect(chain.slice(0, -1).every((one, index) => one.verify(chain[index + 1]!.publicKey))).toBe(true);
  });

  test.each([
    ['an api-version before the preview', 400_004, { userName: userName('2021-04-12') }, 'abcd', body()],
    ['a $rid of three', 400_004, {}, 'abc', body()],
    ['a $rid of 37', 400_004, {}, 'a'.repeat(37), body()],
    ['a $rid that ends with a hyphen', 400_004, {}, 'abc-', body()],
    ['a $rid with a dot', 400_004, {}, 'ab.cd', body()],
    ['no JSON', 400_006, {}, 'abcd', '{'],
    ['no body', 400_006, {}, 'abcd', ''],
    ['a list', 400_004, {}, 'abcd', '[]'],
    ['another device', 400_004, {}, 'abcd', body({ id: 'other' })],
    ['another field', 400_004, {}, 'abcd', body({ extra: 1 })],
    ['no csr', 400_004, {}, 'abcd', '{"id":"dev"}'],
    ['a csr that is no base64', 400_004, {}, 'abcd', body({ csr: '!' })],
    ['a csr over 8 KiB', 400_004, {}, 'abcd', body({ csr: encodeBase64(new Uint8Array(8193)) })],
    ['a number to replace', 400_004, {}, 'abcd', body({ replace: 1 })],
    ['nothing to replace', 412_001, {}, 'abcd', body({ replace: 'wxyz' })],
  ])('refused: %s (%i)', (_what, errorCode, fields, rid, text) => {
    const hub = new MemoryHub();
    const device = online(hub, fields).publish(ISSUE + rid, text);
    expect(answers(device)).toEqual([
      [
        `${Math.floor(errorCode / 1000)}/?$rid=${rid}`,
        { errorCode, message: expect.any(String), trackingId: expect.any(String), timestampUtc: expect.any(String) },
      ],
    ]);
    expect([device.pass(1000).closed, answers(device).length]).toEqual([undefined, 1]);
  });

  test.each([
    ['for another name', encodeBase64(signingRequest('somebody', publicKey, privateKey))],
    ['that is none', encodeBase64(new Uint8Array(100))],
  ])('a signing request %s is refused behind the 202, with 400037', (_what, other) => {
    const device = online(new MemoryHub())
      .publish(`${ISSUE}abcd`, body({ csr: other }))
      .pass(100);
    expect(answers(device)).toMatchObject([
      ['202/?$rid=abcd', {}],
      ['400/?$rid=abcd', { errorCode: 400_037 }],
    ]);
  });

  test('one request at a time: another is refused, or replaces it', () => {
    const device = online(new MemoryHub())
      .publish(`${ISSUE}first`, body())
      .publish(`${ISSUE}second`, body())
      .publish(`${ISSUE}third`, body({ replace: 'nobody' }))
      .publish(`${ISSUE}fourth`, body({ replace: 'first' }))
      .publish(`${ISSUE}fifth`, body({ replace: '*' }))
      .pass(100);
    expect(answers(device)).toMatchObject([
      ['202/?$rid=first', {}],
      ['409/?$rid=second', { errorCode: 409_004, info: { requestId: 'first' } }],
      ['409/?$rid=third', { errorCode: 409_005 }],
      ['202/?$rid=fourth', {}],
      ['202/?$rid=fifth', {}],
      ['200/?$rid=fifth', {}],
    ]);
  });

  test.each([
    ['CleanSession 0: at once', false],
    ['CleanSession 1: behind SUBSCRIBE', true],
  ])('the certificates wait for a device that is away; %s', (_what, cleanSession) => {
    const hub = new MemoryHub();
    const device = online(hub, { cleanSession: false }).publish(`${ISSUE}abcd`, body());
    device.send(puback(published(device)[0]?.packetId)).leave();
    hub.now += 5000;
    const again = hub.link({ userName: userName(), cleanSession });
    expect(answers(again).length).toBe(cleanSession ? 0 : 1);
    if (cleanSession) again.send(subscribe(CREDENTIALS));
    expect(answers(again)).toMatchObject([['200/?$rid=abcd', {}]]);
  });

  test('without a subscription nothing is answered', () => {
    const hub = new MemoryHub();
    const device = hub.link({ userName: userName() }).publish(`${ISSUE}abcd`, body()).pass(1000);
    expect([published(device), device.closed]).toEqual([[], undefined]);
  });

  test.each(['', '/', '/?', '/?$rid=', '/?$rid', '/?a=1', '/?$rid=&a=1', '/?%24rid='])(
    'without $rid there is a PUBACK and no answer: issueCertificate%s',
    (rest) => {
      const hub = new MemoryHub();
      const device = online(hub).publish(`$iothub/credentials/POST/issueCertificate${rest}`, body()).pass(1000);
      expect(device.received.at(-1)).toMatchObject({ type: PUBACK });
      expect([published(device), device.closed]).toEqual([[], undefined]);
      expect(hub.eventsOf('warning')).toMatchObject([
        { reason: 'no answer: the request for a certificate has no $rid' },
      ]);
    },
  );

  test.each([
    '/$rid=abcd',
    '/more/?$rid=abcd',
    's/?$rid=abcd',
    '/?$rid=abcd&'.padEnd(2000, 'x').replace('abcd', 'a'.repeat(1025)),
  ])('another topic closes the link: issueCertificate%s', (rest) => {
    const device = online(new MemoryHub()).publish(`$iothub/credentials/POST/issueCertificate${rest}`, body());
    expect(device.closed).toBe('end');
  });
});
