import { type CachedAssignment, connect, connectHub, openDevice, type ProvisionOptions, provision } from '@mote/client';
import { type Emulator, startEmulator, VirtualClock } from '@mote/emulator';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deviceOptions, HUB, hubOptions, KEY, kept } from './hub/at-emulator.ts';
import { Loopback, refusal } from './loopback.ts';

// A device whose clock is wrong, or is set while it runs: most boards begin in 1970 or at their last shutdown, until NTP answers.

const loopback = new Loopback();
const DAY = 86_400_000;
const HOUR = 3_600_000;

describe('a certificate that is not valid yet is dialled again, since the clock may be set meanwhile:', () => {
  const early = loopback.authority.server(undefined, DAY / 2, DAY);

  test('provision', async () => {
    const server = await loopback.server({ tls: early });
    const causes: unknown[] = [];
    const options: Partial<ProvisionOptions> = {
      retry: { attempts: 5, baseMs: 1 },
      onProgress(event) {
        if (event.type !== 'retrying') return;
        causes.push(event.cause.reason);
        if (causes.length === 2) server.recover(loopback.identity);
      },
    };
    await provision(loopback.options(server, options));
    expect(causes).toEqual(['CERT_NOT_YET_VALID', 'CERT_NOT_YET_VALID']);
  });

  test('connect', async () => {
    const server = await loopback.server({ tls: early });
    const causes: unknown[] = [];
    const client = await connect({
      ...{ host: 'localhost', port: server.port, clientId: 'a', tls: { ca: loopback.authority.ca } },
      retry: { baseMs: 1 },
      onState(state) {
        if (state.type === 'waiting') causes.push(state.cause.reason);
        if (causes.length === 2) server.recover(loopback.identity);
      },
    });
    expect(causes).toEqual(['CERT_NOT_YET_VALID', 'CERT_NOT_YET_VALID']);
    await client.close({ drainMs: 0 });
  });

  test('one that has ended is not, and both are told with the clock', async () => {
    const late = loopback.authority.server(undefined, -DAY, -DAY / 2);
    for (const [tls, retryable, reason] of [
      [early, true, 'CERT_NOT_YET_VALID'],
      [late, false, 'CERT_HAS_EXPIRED'],
    ] as const) {
      const server = await loopback.server({ tls });
      const error = await refusal(provision(loopback.options(server)));
      const told = { message: expect.stringContaining(reason), cause: { code: reason } };
      expect(error).toMatchObject({ code: 'tls-failed', stage: 'tls', retryable, reason, ...told });
      expect(error['hint']).toContain('clock');
    }
  });
});

describe('with a clock two hours behind the service', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const keyed = { type: 'sas', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } as const;
  async function service(): Promise<{ azure: Emulator; set(): void; late(): void }> {
    const now = Date.now();
    const azure = await kept(
      await startEmulator({
        iotHubs: [HUB],
        pollsBeforeAssigned: 0,
        clock: new VirtualClock(now),
        devices: [{ deviceId: 'dev', authentication: keyed }],
        individualEnrollments: [
          {
            registrationId: 'dev',
            deviceId: 'dev',
            attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: KEY } },
          },
        ],
      }),
    );
    const set = (): void => void vi.setSystemTime(now);
    const late = (): void => void vi.setSystemTime(now - 2 * HOUR);
    late();
    return { azure, set, late };
  }

  test('a hub that refuses is told with the clock, at once', async () => {
    const { azure } = await service();
    const error = await refusal(connectHub(hubOptions(azure)));
    expect(error).toMatchObject({ code: 'connection-refused', returnCode: 5 });
    expect(error['hint']).toContain('is the clock of this machine right');
  });

  test('a service that refuses is told with the clock, at once', async () => {
    const { azure } = await service();
    const error = await refusal(openDevice(deviceOptions(azure, { timeoutMs: 5000 })));
    expect(error).toMatchObject({ code: 'unauthorized', statusCode: 401 });
    expect(error['hint']).toContain('the clock right');
  });

  test('openDevice with a known hub asks hub and service in turn, and gets through when the clock is set', async () => {
    const { azure, set, late } = await service();
    let entry: CachedAssignment | undefined;
    const cache = {
      load: () => entry,
      save(assignment: CachedAssignment) {
        entry = assignment;
      },
    };
    set();
    await (await openDevice(deviceOptions(azure, { cache, timeoutMs: 5000 }))).close();
    late();
    const states: string[] = [];
    const onState = (state: { readonly type: string }): void => {
      states.push(state.type);
      if (states.filter((type) => type === 'provisioning').length === 1) set();
    };
    await kept(await openDevice(deviceOptions(azure, { cache, timeoutMs: 5000, hub: { onState } })));
    expect([states[0], states.includes('provisioning'), states.at(-1)]).toEqual(['connecting', true, 'online']);
  });
});
