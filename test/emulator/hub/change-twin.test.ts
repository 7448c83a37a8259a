import { type Emulator, HubServiceError, startEmulator } from '@mote/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MemoryHub, published, subscribe, textOf } from '../hub-memory.ts';

// The service side changes desired properties and tags: by a patch, or as a whole.

const DESIRED = '$iothub/twin/PATCH/properties/desired/#';

describe('a whole section in the place of what was there', () => {
  test('is told to the device as a whole, with its version', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(DESIRED));
    hub.service.hub.changeTwin('dev', { desired: { a: 1, b: { c: 2 } } });
    hub.service.hub.changeTwin('dev', { desired: { b: { d: 3 }, none: null } }, true);
    expect(
      published(device)
        .map(textOf)
        .map((text) => JSON.parse(text)),
    ).toEqual([
      { a: 1, b: { c: 2 }, $version: 2 },
      { b: { d: 3 }, $version: 3 },
    ]);
    expect(hub.service.hub.twin('dev').desired).toEqual({ b: { d: 3 }, $version: 3 });
  });

  test('of tags is told to nobody, and counts no version', () => {
    const hub = new MemoryHub();
    const device = hub.link().send(subscribe(DESIRED));
    hub.service.hub.changeTwin('dev', { tags: { a: 1, b: 2 } });
    hub.service.hub.changeTwin('dev', { tags: { b: 3 } }, true);
    expect(published(device)).toEqual([]);
    expect(hub.service.hub.twin('dev')).toMatchObject({ tags: { b: 3 }, desired: { $version: 1 } });
  });

  test.each([false, true])('both or none of them change (replaces: %s)', (replaces) => {
    const hub = new MemoryHub();
    const before = hub.service.hub.twin('dev');
    for (const change of [
      { desired: { fine: 1 }, tags: { 'a.b': 1 } },
      { desired: { 'a.b': 1 }, tags: { fine: 1 } },
    ])
      expect(() => hub.service.hub.changeTwin('dev', change, replaces)).toThrow(HubServiceError);
    expect(hub.service.hub.twin('dev')).toEqual(before);
  });
});

interface TwinJson {
  readonly properties: { readonly desired: object };
}

describe('over HTTP', () => {
  let azure: Emulator;
  beforeAll(async () => {
    azure = await startEmulator({ apiPort: 0, webSocketPort: false, devices: [{ deviceId: 'dev' }] });
  });
  afterAll(() => azure.close());
  const ask = async (method: string, body: string) => {
    const response = await fetch(`http://127.0.0.1:${azure.apiPort}/twins/dev`, { method, body });
    return [response.status, (await response.json()) as TwinJson] as const;
  };

  test('PATCH merges tags and desired properties, PUT replaces those that it names', async () => {
    const both = { tags: { a: 1, b: 1 }, properties: { desired: { x: 1, y: 1 } } };
    expect(await ask('PATCH', JSON.stringify(both))).toMatchObject([
      200,
      { deviceId: 'dev', tags: { a: 1, b: 1 }, properties: { desired: { x: 1, y: 1 } } },
    ]);
    expect(await ask('PATCH', '{"tags":{"b":null}}')).toMatchObject([200, { tags: { a: 1 } }]);
    const [status, twin] = await ask('PUT', '{"properties":{"desired":{"y":2}}}');
    expect([status, twin]).toMatchObject([200, { tags: { a: 1 }, properties: { desired: { y: 2 } } }]);
    expect(twin.properties.desired).not.toHaveProperty('x');
    expect((await ask('PUT', '{"tags":{}}'))[1]).not.toHaveProperty('tags');
  });

  test.each([
    ['PATCH', '{"tags":5}', 'request.tags: must be an object, not 5'],
    ['PATCH', '{"tags":{"a.b":1}}', 'holds a dot'],
    ['PATCH', `{"tags":{"a":"${'x'.repeat(4000)}","b":"${'x'.repeat(4000)}","c":"${'x'.repeat(4000)}"}}`, '8192'],
    ['PATCH', '{"tags":{},"properties":{"desired":5}}', 'request.properties.desired: must be an object, not 5'],
    ['PUT', '{}', 'request.properties.desired: must be an object, and is missing'],
    ['PUT', '{"tags":null}', 'request.tags: must be an object, not null'],
    ['PUT', '[]', 'request.properties.desired: must be an object'],
  ])('%s %s: 400', async (method, body, says) => {
    const before = JSON.stringify(azure.hub.twin('dev'));
    expect(await ask(method, body)).toMatchObject([400, { message: expect.stringContaining(says) }]);
    expect(JSON.stringify(azure.hub.twin('dev'))).toBe(before);
  });
});
