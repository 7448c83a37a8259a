import { runInNewContext } from 'node:vm';
import type { EmulatorOptions, EnrollmentGroup } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { GROUP_KEY, MemoryService } from './memory-service.ts';
import { deriveKey, sasToken } from './sas.ts';

const idScope = '0ne00ABCDEF';
const hubs = ['hub-1.example.net', 'hub-2.example.net', 'hub-3.example.net'];

function serviceWith(group: Partial<EnrollmentGroup>, options: EmulatorOptions = {}): MemoryService {
  const attestation = { type: 'symmetricKey', symmetricKey: { primaryKey: GROUP_KEY } } as const;
  const enrollmentGroups = [{ enrollmentGroupId: 'fleet', attestation, ...group }];
  return new MemoryService({
    idScope,
    iotHubs: hubs,
    individualEnrollments: [],
    enrollmentGroups,
    pollsBeforeAssigned: 0,
    ...options,
  });
}

function register(memory: MemoryService, registrationId: string, body = ''): Record<string, unknown> {
  const key = deriveKey(GROUP_KEY, registrationId);
  const password = Buffer.from(sasToken({ idScope, registrationId, key }));
  return memory.dial().connect(registrationId, { password }).subscribe().register(body).lastAnswer?.body ?? {};
}

const stateOf = (body: Record<string, unknown>) => (body['registrationState'] ?? {}) as Record<string, unknown>;

describe('allocation policies', () => {
  test('hashed spreads devices over the hubs, and the same device always gets the same one', () => {
    const [one, two] = [serviceWith({}), serviceWith({})];
    const assigned = Array.from({ length: 300 }, (_, i) => stateOf(register(one, `device-${i}`))['assignedHub']);
    for (const hub of hubs) expect(assigned.filter((name) => name === hub).length).toBeGreaterThan(60);
    expect(stateOf(register(two, 'device-7'))['assignedHub']).toBe(assigned[7]);
  });

  test('static takes the hub of the enrollment, geoLatency the nearest of the table', () => {
    expect(stateOf(register(serviceWith({ allocationPolicy: 'static', iotHubs: [hubs[2]!] }), 'a'))).toMatchObject({
      assignedHub: hubs[2],
    });
    const geo = serviceWith({ allocationPolicy: 'geoLatency' }, { geoLatency: { [hubs[0]!]: 80, [hubs[1]!]: 12 } });
    expect(stateOf(register(geo, 'a'))).toMatchObject({ assignedHub: hubs[1] });
  });

  test('custom asks the hook, which sees the payload and may return one', () => {
    const memory = serviceWith(
      { allocationPolicy: 'custom' },
      {
        allocate: ({ payload, iotHubs, registrationId }) => ({
          iotHubHostName: iotHubs[1]!,
          payload: { for: registrationId, from: payload },
        }),
      },
    );
    expect(stateOf(register(memory, 'a', '{"payload":{"floor":3}}'))).toMatchObject({
      assignedHub: hubs[1],
      payload: { for: 'a', from: { floor: 3 } },
    });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no capacity');
      },
    ],
    ['returns nothing', () => undefined],
  ])('a hook that %s ends the registration as failed, 400207, on a 200 answer', (_what, allocate) => {
    const body = register(serviceWith({ allocationPolicy: 'custom' }, { allocate }), 'a');
    expect(body).toMatchObject({ status: 'failed', registrationState: { status: 'failed', errorCode: 400207 } });
  });

  // What another library or realm gives is no instance of Promise, and may settle twice.
  test.each<[string, (hub: unknown) => unknown]>([
    ['a promise', (hub) => Promise.resolve(hub)],
    ['a promise of another realm', (hub) => runInNewContext('Promise.resolve(hub)', { hub })],
    // biome-ignore lint/suspicious/noThenProperty: the subject of this test
    ['a thenable', (hub) => ({ then: (done: (value: unknown) => void) => done(hub) })],
    [
      'a thenable that settles twice, and throws',
      (hub) => ({
        // biome-ignore lint/suspicious/noThenProperty: the subject of this test
        then(done: (value: unknown) => void, failed: (error: unknown) => void) {
          done(hub);
          failed(new Error('late'));
          throw new Error('late');
        },
      }),
    ],
  ])('a hook that answers with %s is heard', async (_what, answer) => {
    const allocate = () => answer({ iotHubHostName: hubs[0]! }) as never;
    const memory = serviceWith({ allocationPolicy: 'custom' }, { allocate });
    const password = Buffer.from(sasToken({ idScope, registrationId: 'a', key: deriveKey(GROUP_KEY, 'a') }));
    const device = memory.dial().connect('a', { password }).subscribe().register();
    const operationId = String(device.lastAnswer?.body['operationId']);
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(device.poll(operationId).lastAnswer?.body).toMatchObject({
      status: 'assigned',
      registrationState: { assignedHub: hubs[0] },
    });
  });

  test('while an asynchronous hook is at it, polls hear "assigning"', async () => {
    let decide: (hub: string) => void = () => {};
    const hub = new Promise<string>((resolve) => {
      decide = resolve;
    });
    const memory = serviceWith(
      { allocationPolicy: 'custom' },
      { allocate: async () => ({ iotHubHostName: await hub }) },
    );
    const password = Buffer.from(sasToken({ idScope, registrationId: 'a', key: deriveKey(GROUP_KEY, 'a') }));
    const device = memory.dial().connect('a', { password }).subscribe().register();
    const operationId = String(device.lastAnswer?.body['operationId']);
    expect(device.poll(operationId).lastAnswer?.body['status']).toBe('assigning');
    decide(hubs[0]!);
    await hub;
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(device.poll(operationId).lastAnswer?.body['status']).toBe('assigned');
  });
});

describe('re-provisioning', () => {
  function twice(reprovisionPolicy: EnrollmentGroup['reprovisionPolicy'], chosen: string[]) {
    const queue = [...chosen];
    const memory = serviceWith(
      { allocationPolicy: 'custom', ...(reprovisionPolicy && { reprovisionPolicy }) },
      { allocate: () => ({ iotHubHostName: queue.shift()! }) },
    );
    return chosen
      .map(() => stateOf(register(memory, 'a')))
      .map(({ assignedHub, substatus }) => [assignedHub, substatus]);
  }

  test('a device that asks again and gets the same hub stays as it is', () => {
    expect(twice(undefined, ['h1', 'h1'])).toEqual([
      ['h1', 'initialAssignment'],
      ['h1', 'initialAssignment'],
    ]);
  });

  test('another hub: its data is migrated, or reset, and on the way back it is re-provisioned to the first one', () => {
    const migrate = { updateHubAssignment: true, migrateDeviceData: true };
    expect(twice(migrate, ['h1', 'h2', 'h1']).map(([, substatus]) => substatus)).toEqual([
      'initialAssignment',
      'deviceDataMigrated',
      'reprovisionedToInitialAssignment',
    ]);
    expect(twice({ ...migrate, migrateDeviceData: false }, ['h1', 'h2'])[1]).toEqual(['h2', 'deviceDataReset']);
  });

  test('a policy that does not update the assignment keeps the first hub', () => {
    expect(twice({ updateHubAssignment: false, migrateDeviceData: false }, ['h1', 'h2'])[1]).toEqual([
      'h1',
      'initialAssignment',
    ]);
  });

  test('the time of creation stays, the time of the update moves', () => {
    const memory = serviceWith({});
    const first = stateOf(register(memory, 'a'));
    memory.now += 5000;
    const second = stateOf(register(memory, 'A'));
    expect(second['createdDateTimeUtc']).toBe(first['createdDateTimeUtc']);
    expect(second['lastUpdatedDateTimeUtc']).toBe('2026-11-23T03:30:05.0000000Z');
  });
});
