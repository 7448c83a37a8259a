import { createHmac, randomInt } from 'node:crypto';
import { askWebHook } from './allocation-web-hook.ts';
import { DEFAULT_LIMITS } from './check-options.ts';
import { ConfigError } from './config/config-error.ts';
import type { EmulatorConfig } from './config/enrollment.ts';
import { didYouMean } from './config/near-name.ts';
import type { EmulatorEvent } from './events.ts';
import type { EmulatorOptions } from './options.ts';
import type { Authority } from './pki/authority.ts';
import { readSigningRequest } from './pki/signing-request.ts';
import { ownMember } from './service/record.ts';
import { SCENARIOS } from './service/scenario/library.ts';
import { parseScenario } from './service/scenario/parse-scenario.ts';
import type { Scenario } from './service/scenario/scenario.ts';
import type { CertificateIssuer, ServiceSettings } from './service/settings.ts';
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

const DEFAULT_ID_SCOPE = '0ne00000000';

/** Completes the options for the service core. Throws ConfigError. */
export function settingsOf(
  options: EmulatorOptions,
  config: EmulatorConfig,
  authority: Authority,
  emit: (event: EmulatorEvent) => void,
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
