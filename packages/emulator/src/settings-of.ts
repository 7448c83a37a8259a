import { createHmac, randomInt } from 'node:crypto';
import { askWebHook } from './allocation-web-hook.ts';
import { DEFAULT_LIMITS } from './check-options.ts';
import { systemClock } from './clock.ts';
import { ConfigError } from './config/config-error.ts';
import type { EmulatorConfig } from './config/enrollment.ts';
import { didYouMean } from './config/near-name.ts';
import type { EmulatorEvent } from './events.ts';
import type { EmulatorOptions } from './options.ts';
import { type Authority, readCertificate } from './pki/authority.ts';
import { viewCertificate } from './pki/certificate-view.ts';
import { readSigningRequest } from './pki/signing-request.ts';
import { canonicalHost } from './service/hub/hub-words.ts';
import { ownMember } from './service/record.ts';
import { SCENARIOS } from './service/scenario/library.ts';
import { parseScenario } from './service/scenario/parse-scenario.ts';
import type { Scenario } from './service/scenario/scenario.ts';
import type { CertificateIssuer, HubSettings, ServiceSettings } from './service/settings.ts';
import { SERVICE_QUOTAS } from './service/throttle.ts';

export const DEFAULT_HUBS: readonly string[] = ['mote-emulated-hub.azure-devices.net'];

// Named by Microsoft's documents, specifications and SDKs. One that is not deployed hears CONNACK 5.
const KNOWN_API_VERSIONS = [
  '2017-08-31-preview',
  '2017-11-15',
  '2018-04-01',
  '2018-09-01-preview',
  '2018-11-01',
  '2019-01-15',
  '2019-03-31',
  '2021-06-01',
  '2021-10-01',
  '2021-11-01-preview',
  '2025-07-01-preview',
  '2026-11-01',
  '2026-11-02-preview',
];

// Sent by SDKs to a hub, or named by Microsoft's documents.
const KNOWN_HUB_API_VERSIONS = [
  '2016-02-03',
  '2016-11-14',
  '2017-06-30',
  '2017-11-08-preview',
  '2018-04-01',
  '2018-06-30',
  '2018-08-30-preview',
  '2019-03-30',
  '2019-07-01-preview',
  '2019-10-01',
  '2020-03-13',
  '2020-05-31-preview',
  '2020-09-30',
  '2021-04-12',
  '2025-08-01-preview',
  '2026-11-01-preview',
];

const DEFAULT_ID_SCOPE = '0ne00000000';

/** Completes the options for the service core. Throws ConfigError. */
export function settingsOf(
  options: EmulatorOptions,
  config: EmulatorConfig,
  authority: Authority,
  emit: (event: EmulatorEvent) => void,
  hub: Partial<HubSettings> = {},
): ServiceSettings {
  const throttling = options.throttling ?? 'off';
  const scenario = scenarioOf(options.scenario);
  return {
    idScope: config.idScope ?? DEFAULT_ID_SCOPE,
    seed: options.seed ?? scenario?.seed ?? randomInt(2 ** 32),
    scenario,
    pollsBeforeAssigned: options.pollsBeforeAssigned ?? 1,
    retryAfterSeconds: options.retryAfterSeconds ?? 3,
    authentication: options.authentication ?? 'deferred',
    clockSkewSeconds: options.clockSkewSeconds ?? 0,
    chainChecks: options.chainChecks ?? 'openssl',
    apiVersions: new Set([...KNOWN_API_VERSIONS, ...(options.apiVersions ?? [])]),
    connectionProfiles: options.connectionProfiles ?? {},
    throttling: throttling === 'off' ? undefined : throttling === 'service' ? SERVICE_QUOTAS : throttling,
    allocate: options.allocate ?? askWebHook,
    geoLatency: options.geoLatency ?? {},
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    hmac: (key, text) => createHmac('sha256', key).update(text).digest(),
    issueCertificate: issuerOver(authority),
    hub: {
      isHub: (host) => (config.iotHubs ?? DEFAULT_HUBS).some((name) => canonicalHost(name) === host),
      apiVersions: new Set([...KNOWN_HUB_API_VERSIONS, ...(options.apiVersions ?? [])]),
      issuer: viewCertificate(readCertificate(authority.deviceRoot)),
      now: () => (options.clock ?? systemClock).now(),
      telemetry: () => {},
      changed: () => {},
      ...hub,
    },
    emit,
  };
}

/** A scenario, checked, by its name or itself. Throws ConfigError. */
export function scenarioOf(given: Scenario | string | undefined | null): Scenario | undefined {
  if (typeof given !== 'string') return given == null ? undefined : parseScenario(given);
  const known = ownMember<Scenario>(SCENARIOS, given);
  if (known !== undefined) return known;
  const names = Object.keys(SCENARIOS);
  const message = `there is no scenario "${given}".${didYouMean(given, names)} There are ${names.join(', ')}`;
  throw new ConfigError([{ path: 'scenario', message }]);
}

/** Preview rules of the service: the key is on P-384, and CN is the registration id. */
function issuerOver(authority: Authority): CertificateIssuer {
  return (request, registrationId) => {
    try {
      const { commonName, publicKey, curve } = readSigningRequest(request);
      if (curve !== 'secp384r1') {
        return `the key of the signing request has to be on P-384; it is ${curve === undefined ? 'on no curve' : `on ${curve}`}`;
      }
      if (commonName?.toLowerCase() !== registrationId.toLowerCase()) {
        return `CN "${commonName}" of the signing request is not the registration id "${registrationId}"`;
      }
      return authority.certify(commonName, publicKey);
    } catch (error) {
      return `the signing request cannot be read: ${error instanceof Error ? error.message : error}`;
    }
  };
}
