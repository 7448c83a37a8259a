import { ConfigError, type EnrollmentGroup, parseConfig, type RegistrationRecord } from '@mote/emulator';
import { describe, expect, test } from 'vitest';
import { KEY, MemoryService } from '../memory-service.ts';
import { sasToken } from '../sas.ts';

// The `initialTwin` of an enrollment is the twin with which a device begins at its hub.

type Initial = EnrollmentGroup['initialTwin'];

interface Given {
  readonly initialTwin?: Initial;
  readonly reprovisionPolicy?: EnrollmentGroup['reprovisionPolicy'];
  /** The hubs that are chosen, one for each registration. */
  readonly hubs?: string[];
}

/** DPS with an individual enrollment of `sensor-17`, and its device, which registers as often as is asked. */
function service({ initialTwin, reprovisionPolicy, hubs = [] }: Given) {
  const memory = new MemoryService(
    {
      pollsBeforeAssigned: 0,
      individualEnrollments: [
        {
          registrationId: 'sensor-17',
          attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } },
          ...(initialTwin !== undefined && { initialTwin }),
          ...(reprovisionPolicy && { reprovisionPolicy }),
          allocationPolicy: 'custom',
        },
      ],
    },
    { allocate: () => ({ iotHubHostName: hubs.shift() ?? 'h1' }) },
  );
  const password = Buffer.from(sasToken({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: KEY }));
  const register = () => {
    const state = memory.dial().connect('sensor-17', { password }).subscribe().register().lastAnswer?.body;
    return state?.['registrationState'] as RegistrationRecord;
  };
  return { hub: memory.service.hub, register };
}

const begin = (given: Given) => {
  const { hub, register } = service(given);
  register();
  return hub.twin('sensor-17');
};

describe('at the first assignment', () => {
  test.each<[what: string, initial: Initial | undefined, tags: object, desired: object]>([
    ['nothing', undefined, {}, {}],
    ['null', null, {}, {}],
    ['an empty one', {}, {}, {}],
    ['empty sections', { tags: {}, properties: { desired: {} } }, {}, {}],
    ['sections that are null', { tags: null, properties: null }, {}, {}],
    ['desired that is null', { properties: { desired: null } }, {}, {}],
    ['tags alone', { tags: { site: 'a' } }, { site: 'a' }, {}],
    ['desired properties alone', { properties: { desired: { a: { b: [1] } } } }, {}, { a: { b: [1] } }],
    [
      'what the service exports, with metadata',
      {
        tags: { unit: 'MPH', $metadata: { $lastUpdated: '2017-09-21T02:07:44.238Z' }, $version: 4 },
        properties: { desired: { max: 5, $metadata: { max: { $lastUpdatedVersion: 4 } }, $version: 4 } },
      },
      { unit: 'MPH' },
      { max: 5 },
    ],
    [
      'what the Azure CLI exports, with members that are null',
      {
        tags: { additionalProperties: null, count: null, metadata: null, version: null, site: 'a' },
        properties: { additionalProperties: null, desired: { count: null, version: null, on: true } },
      },
      { site: 'a' },
      { on: true },
    ],
  ])('%s', (_what, initialTwin, tags, desired) => {
    expect(begin({ ...(initialTwin !== undefined && { initialTwin }) })).toEqual({
      tags,
      desired: { ...desired, $version: 1 },
      reported: { $version: 1 },
    });
  });

  test('a device reads its desired properties, and no tags', () => {
    const { hub, register } = service({ initialTwin: { tags: { site: 'a' }, properties: { desired: { on: true } } } });
    register();
    expect(hub.known('sensor-17').twin.document).toEqual({
      desired: { on: true, $version: 1 },
      reported: { $version: 1 },
    });
  });

  test('of a group it is that of each device, and not one that they share', () => {
    const initialTwin = { properties: { desired: { list: [1] } } };
    const one = begin({ initialTwin });
    (one.desired['list'] as number[]).push(2);
    expect(begin({ initialTwin: { properties: { desired: { list: [1] } } } }).desired).toMatchObject({ list: [1] });
  });
});

describe('when the device registers again', () => {
  const initialTwin = { tags: { site: 'a' }, properties: { desired: { n: 1 } } };
  const policy = { updateHubAssignment: true, migrateDeviceData: true };

  test.each<[what: string, given: Given, substatus: string, n: number, version: number]>([
    ['at the same hub it keeps its twin', {}, 'initialAssignment', 2, 2],
    ['at another hub, migrated, it keeps its twin', { hubs: ['h1', 'h2'] }, 'deviceDataMigrated', 2, 2],
    [
      'at another hub, reset, it begins anew',
      { hubs: ['h1', 'h2'], reprovisionPolicy: { ...policy, migrateDeviceData: false } },
      'deviceDataReset',
      1,
      1,
    ],
    [
      'under the policy never it keeps hub and twin',
      { hubs: ['h1', 'h2'], reprovisionPolicy: { updateHubAssignment: false, migrateDeviceData: false } },
      'initialAssignment',
      2,
      2,
    ],
  ])('%s', (_what, given, substatus, n, version) => {
    const { hub, register } = service({ initialTwin, ...given });
    register();
    hub.setDesired('sensor-17', { n: 2 });
    expect(register().substatus).toBe(substatus);
    expect(hub.twin('sensor-17')).toMatchObject({ tags: { site: 'a' }, desired: { n, $version: version } });
  });

  test('deleted at its hub, it begins anew', () => {
    const { hub, register } = service({ initialTwin });
    register();
    hub.setDesired('sensor-17', { n: 2 });
    hub.remove('sensor-17', 0);
    register();
    expect(hub.twin('sensor-17').desired).toEqual({ n: 1, $version: 1 });
  });
});

describe('one that no twin can be is named with its path', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(11)}1${'}'.repeat(11)}`);
  test.each<[initialTwin: unknown, path: string, says: string]>([
    [5, '', 'must be an object, not 5'],
    [[], '', 'must be an object, not an array'],
    ['{}', '', 'must be an object, not a text'],
    [{ tags: 5 }, '.tags', 'must be an object, not 5'],
    [{ tags: [] }, '.tags', 'must be an object, not an array'],
    [{ properties: 5 }, '.properties', 'must be an object, not 5'],
    [{ properties: { desired: 'x' } }, '.properties.desired', 'must be an object, not a text'],
    [{ tags: { 'a.b': 1 } }, '.tags', 'holds a dot'],
    [{ tags: { a: 'x'.repeat(4097) } }, '.tags', '4096 are allowed'],
    [{ tags: { a: 'x'.repeat(4096), b: 'x'.repeat(4096) } }, '.tags', '8192 are allowed'],
    [{ properties: { desired: { 'a b': 1 } } }, '.properties.desired', 'a blank'],
    [{ properties: { desired: deep } }, '.properties.desired', 'deeper than 10'],
    [{ properties: { desired: { a: 2 ** 52 } } }, '.properties.desired', 'outside'],
    [
      { properties: { desired: Object.fromEntries([...'abcdefghi'].map((name) => [name, 'x'.repeat(4000)])) } },
      '.properties.desired',
      '32768 are allowed',
    ],
  ])('%j at initialTwin%s', (initialTwin, path, says) => {
    const attestation = { type: 'symmetricKey' };
    for (const [list, id] of [
      ['individualEnrollments', 'registrationId'],
      ['enrollmentGroups', 'enrollmentGroupId'],
    ] as const) {
      let problems: ConfigError['problems'] = [];
      try {
        parseConfig({ [list]: [{ [id]: 'a', attestation, initialTwin }] });
      } catch (error) {
        if (error instanceof ConfigError) problems = error.problems;
      }
      expect(problems).toEqual([{ path: `${list}[0].initialTwin${path}`, message: expect.stringContaining(says) }]);
    }
  });
});
