import { isPublishableId } from '../azure/hub-identity.ts';
import type { Assignment } from '../dps/assignment.ts';
import { refuse } from '../dps/error.ts';
import { HubError, refuseHub } from '../hub/error.ts';
import type { HubEntry } from '../hub/life-options.ts';
import { diagnostics } from '../node.ts';
import { publish } from '../observers.ts';
import { check, checkTransports, isEndpoint, isFunction, type TransportsOf } from '../option-rules.ts';
import { checkOptions, PROVISION_RULES } from '../provision/check-options.ts';
import type { ProvisionOptions } from '../provision/options.ts';
import { quietly, wrong } from '../values.ts';
import type { DevicePlan } from './device-plan.ts';
import { HubDevice } from './hub-device.ts';
import { checkByRules, HUB_LINK } from './hub-rules.ts';
import type { knownCertificate } from './known-certificate.ts';
import type { AssignmentCache, CachedAssignment, OpenDeviceOptionsBase } from './open-device-options.ts';
import { refusalOf } from './refusal.ts';

/** What the full entry adds. */
export interface DeviceExtras extends Pick<DevicePlan, 'words' | 'observers'> {
  readonly certificate?: typeof knownCertificate;
}

type Asked<Options> = (options: Options) => Promise<Assignment>;

/** `openDevice` with this `provision` function, over the transports that `transportsOf` finds. */
export async function openDeviceOver<Options extends OpenDeviceOptionsBase>(
  options: Options,
  provision: Asked<Omit<Options, 'cache' | 'hub'>>,
  transportsOf: TransportsOf,
  { words, observers, certificate }: DeviceExtras = {},
): Promise<HubDevice> {
  try {
    const { cache, hub = {}, ...given } = Object(options) as Options;
    for (const name in given) if (name in HUB_LINK && !(name in PROVISION_RULES)) refuseHub(name, 'belongs in `hub`');
    // A copy, whose members nobody changes: each provisioning reads it anew.
    const asked = check<Omit<Options, 'cache' | 'hub'> & { transport?: unknown }>(given, PROVISION_RULES, refuse);
    const {
      idScope,
      registrationId,
      attestation,
      transport,
      tls,
      proxy,
      onPacket,
      signal,
      timeoutMs = 120_000,
    } = asked;
    checkOptions(asked as ProvisionOptions, transportsOf);
    const {
      attestation: atHub = attestation,
      transport: toHub = transport,
      ...link
    } = checkByRules(hub, HUB_LINK, 'hub.') as typeof hub & {
      transport?: unknown;
    };
    if (cache !== undefined && !isCache(cache)) refuseHub('cache', wrong(cache));
    const { servername: _s, ...trust } = tls ?? {};
    const callCache = cacheCaller(cache);
    // Asked for with the cache: a key that is held elsewhere may not answer, and nothing here waits for it without a limit of time.
    const own = async () => ({
      idScope,
      registrationId,
      keyFingerprint:
        certificate?.(attestation)?.keyFingerprint ?? (await attestation.sign?.('', registrationId, 0))?.slice(0, 12),
    });
    const plan: DevicePlan = {
      link: { tls: trust, proxy, onPacket, ...link },
      transports: checkTransports({ transport: toHub }, transportsOf, refuseHub, 'hub.transport'),
      attestation: typeof atHub === 'function' ? atHub : () => atHub,
      registrationId,
      entry: callCache(async (one) => entryOf(await one.load(), await own())),
      words,
      observers,
      provision: async (ended) => {
        const assignment = await provision({ ...asked, signal: ended });
        return checked(assignment, certificate?.(attestation, assignment)?.certificateNotAfter);
      },
      save: (entry) =>
        callCache(async (one) => one.save({ ...entry, ...(await own()), savedAt: new Date().toISOString() })),
    };
    return await new HubDevice(plan).open(signal, timeoutMs);
  } catch (error) {
    throw refusalOf(error, options, (refusal) => words?.(refusal, ''));
  }
}

/** Whether the value has the methods of a cache. */
export function isCache(cache: AssignmentCache | undefined): cache is AssignmentCache {
  return !!quietly(() => isFunction(cache!.load) && isFunction(cache!.save));
}

/** Calls the cache, if there is one. A failure is published on the channel, and stops nothing. */
function cacheCaller(cache: AssignmentCache | undefined) {
  return async <Result>(call: (cache: AssignmentCache) => Result | Promise<Result>): Promise<Result | undefined> => {
    try {
      return cache && (await call(cache));
    } catch (error) {
      publish(diagnostics().channel('mote:cache-error'), { error });
      return undefined;
    }
  };
}

/**
 * The cache's entry, if it is valid, of this device and credential, and its certificate has not ended. Earlier versions kept no
 * fingerprint.
 */
function entryOf(found: unknown, own: Partial<CachedAssignment>): HubEntry | undefined {
  const entry = { keyFingerprint: own.keyFingerprint, ...(found as CachedAssignment) };
  // Nothing of its own would change it.
  const isOwn = JSON.stringify({ ...entry, ...own }) === JSON.stringify(entry);
  return isOwn && !(Date.parse(entry.certificateNotAfter!) < Date.now()) && isDialable(entry) ? entry : undefined;
}

function checked(
  { assignedHub, deviceId, connectionProfile }: Assignment,
  certificateNotAfter: string | undefined,
): HubEntry {
  const entry = { assignedHub, deviceId, connectionProfile, certificateNotAfter };
  if (!isPublishableId(deviceId)) refuseHub('assigned deviceId', wrong(deviceId));
  if (!isDialable(entry)) throw new HubError('protocol-violation', 'provision', { reason: 'no-hub' });
  return entry;
}

function isDialable({ assignedHub, deviceId }: Partial<HubEntry>): unknown {
  return isEndpoint(assignedHub) && isPublishableId(deviceId);
}
