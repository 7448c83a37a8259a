import { isPublishableId } from '../azure/hub-identity.ts';
import type { Assignment } from '../dps/assignment.ts';
import { HubError, hubErrorOf, refuseHub } from '../hub/error.ts';
import type { HubEntry } from '../hub/life-options.ts';
import { diagnostics } from '../node.ts';
import { publish } from '../observers.ts';
import { isEndpoint } from '../option-rules.ts';
import { checkOptions, PROVISION_RULES } from '../provision/check-options.ts';
import type { ProvisionOptions } from '../provision/options.ts';
import type { Transport } from '../transport/transport.ts';
import { HUB_LINK, hubCheck } from './check-hub-options.ts';
import type { DevicePlan } from './device-plan.ts';
import { HubDevice } from './hub-device.ts';
import type { AssignmentCache, CachedAssignment, OpenDeviceOptionsBase } from './open-device-options.ts';

type Asked<Options> = (options: Options) => Promise<Assignment>;

/** `openDevice` with this `provision` function, over `toService` to the service and `toHub` to the hub. */
export async function openDeviceOver<Options extends OpenDeviceOptionsBase>(
  options: Options,
  provision: Asked<Omit<Options, 'cache' | 'hub'>>,
  toService: readonly Transport[],
  toHub: readonly Transport[],
  { words, observers }: Pick<DevicePlan, 'words' | 'observers'> = {},
): Promise<HubDevice> {
  try {
    const { cache, hub = {}, ...asked } = options;
    const { idScope, registrationId, attestation, tls, proxy, onPacket, signal, timeoutMs = 120_000 } = asked;
    for (const name of Object.keys(asked))
      if (Object.hasOwn(HUB_LINK, name) && !Object.hasOwn(PROVISION_RULES, name)) refuseHub(name, 'belongs in `hub`');
    checkOptions({ ...asked, transport: undefined } as ProvisionOptions, toService);
    hubCheck(hub, HUB_LINK, 'hub.');
    if (cache !== undefined && ![cache?.load, cache?.save].every((member) => typeof member === 'function'))
      refuseHub('cache', 'wrong');
    const { attestation: own = attestation, transport: _, ...link } = hub as typeof hub & { transport?: unknown };
    const { servername: _s, ...trust } = tls ?? {};
    const keep = keeper(cache);
    const plan: DevicePlan = {
      link: { tls: trust, proxy, onPacket, ...link },
      transports: toHub,
      attestation: typeof own === 'function' ? own : () => own,
      registrationId,
      entry: await keep(async (one) => entryOf(await one.load(), idScope, registrationId)),
      words,
      observers,
      provision: async (ended) => checked(await provision({ ...asked, signal: ended })),
      save: (entry) =>
        keep((one) => one.save({ ...entry, idScope, registrationId, savedAt: new Date().toISOString() })),
    };
    return await new HubDevice(plan).open(signal, timeoutMs);
  } catch (error) {
    const refusal = hubErrorOf(error);
    if (refusal instanceof HubError) words?.(refusal, '');
    throw refusal;
  }
}

/** Calls the cache, if there is one. A failure is published on the channel, and stops nothing. */
function keeper(cache: AssignmentCache | undefined) {
  return async <Result>(call: (cache: AssignmentCache) => Result | Promise<Result>): Promise<Result | undefined> => {
    try {
      return cache && (await call(cache));
    } catch (error) {
      publish(diagnostics().channel('mote:cache-error'), { error });
      return undefined;
    }
  };
}

/** The cache's entry, if it is valid and belongs to this device. */
function entryOf(found: unknown, idScope: string, registrationId: string): HubEntry | undefined {
  const entry = Object(found) as CachedAssignment;
  return entry.idScope === idScope && entry.registrationId === registrationId && fits(entry) ? entry : undefined;
}

function checked({ assignedHub, deviceId, connectionProfile }: Assignment): HubEntry {
  const entry = { assignedHub, deviceId, connectionProfile };
  if (!isPublishableId(deviceId)) refuseHub('assigned deviceId', 'wrong');
  if (!fits(entry)) throw new HubError('protocol-violation', 'provision', { reason: 'no-hub' });
  return entry;
}

function fits({ assignedHub, deviceId }: Partial<HubEntry>): boolean {
  return Boolean(isEndpoint(assignedHub)) && isPublishableId(deviceId);
}
