import { CONNACK, PUBACK } from '@mote/codec';
import { ConfigError, type EmulatorOptions, startEmulator } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { MemoryHub, subscribe } from '../hub-memory.ts';

// A hub of the Basic tier takes telemetry. Cloud-to-device messages, methods and twins are documented for Standard and Free alone;
// how it refuses them over MQTT is assumed.

const basic = (options: EmulatorOptions = {}) => new MemoryHub({ hubTier: 'basic', ...options });

describe('a hub of the Basic tier', () => {
  test('takes telemetry, of a module and a Will too', () => {
    const hub = basic();
    const device = hub.link().publish('devices/dev/messages/events/a=1', 'x');
    expect(device.received).toMatchObject([{ type: CONNACK, returnCode: 0 }, { type: PUBACK }]);
    hub.link({}, 'dev/mod').publish('devices/dev/modules/mod/messages/events/', 'y');
    const will = {
      topicName: 'devices/dev/messages/events/',
      message: Buffer.from('z'),
      qos: 1,
      retain: false,
    } as const;
    hub.link({ will }).leave();
    expect(hub.telemetry.map(({ body }) => Buffer.from(body).toString())).toEqual(['x', 'y', 'z']);
  });

  test.each([
    'devices/dev/messages/devicebound/#',
    'devices/+/messages/devicebound/#',
    '$iothub/methods/POST/#',
    '$iothub/twin/res/#',
    '$iothub/twin/PATCH/properties/desired/#',
  ])('SUBACK 80 for %s, and the reason says why', (filter) => {
    const hub = basic();
    expect(hub.link().send(subscribe(filter)).received[1]).toMatchObject({ returnCodes: [0x80] });
    expect(hub.eventsOf('refused')[0]?.reason).toBe(`a hub of the Basic tier has nothing under ${filter}`);
  });

  test.each([
    '$iothub/twin/GET/?$rid=1',
    '$iothub/twin/PATCH/properties/reported/?$rid=1',
    '$iothub/methods/res/200/?$rid=1',
  ])('%s closes the link', (topic) => {
    expect(basic().link().publish(topic, '{}').closed).toBe('end');
  });

  test('certificates are renewed as elsewhere', () => {
    const answer = basic().link().send(subscribe('$iothub/credentials/res/#')).received[1];
    expect(answer).toMatchObject({ returnCodes: [1] });
  });

  test('the service side says 400003', async () => {
    await using azure = await startEmulator({ hubTier: 'basic', webSocketPort: false, devices: [{ deviceId: 'dev' }] });
    const calls = [
      () => azure.hub.sendMessage('dev', 'x'),
      () => azure.hub.invoke('dev', 'm'),
      () => azure.hub.setDesired('dev', {}),
      async () => azure.hub.twin('dev'),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ name: 'HubServiceError', errorCode: 400_003 });
      await expect(call()).rejects.toThrow('a hub of the Basic tier has no');
    }
  });
});

test.each([undefined, 'standard', 'Standard'])('tier %s has everything', (hubTier) => {
  const hub = new MemoryHub({ hubTier: hubTier as 'standard' });
  expect(hub.link().send(subscribe('$iothub/twin/res/#')).received[1]).toMatchObject({ returnCodes: [1] });
});

test.each([
  ['basik', 'Did you mean "basic"?'],
  ['free', 'must be one of standard, basic'],
  [1, 'must be one of standard, basic, not 1'],
])('a tier that is none is named: %s', async (hubTier, says) => {
  const starting = startEmulator({ hubTier: hubTier as 'basic' });
  await expect(starting).rejects.toBeInstanceOf(ConfigError);
  await expect(starting).rejects.toThrow(says);
});
