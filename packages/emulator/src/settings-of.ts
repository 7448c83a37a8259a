import { createHmac, randomInt } from 'node:crypto';
import { askWebHook } from './allocation-web-hook.ts';
import { DEFAULT_LIMITS } from './check-options.ts';
import { ConfigError } from './config/config-error.ts';
import type { EmulatorConfig } from './config/enrollment.ts';
import type { EmulatorEvent } from './events.ts';
import type { EmulatorOptions } from './options.ts';
import type { Authority } from './pki/authority.ts';
import { readSigningRequest } from './pki/signing-request.ts';
import { SCENARIOS } from './service/scenario/library.ts';
import { parseScenario } from './service/scenario/parse-scenario.ts';
import type { Scenario } from './service/scenario/scenario.ts';
import type { CertificateIssuer, ServiceSettings } from './service/settings.ts';
import { SERVICE_QUOTAS } from './service/throttle.ts';

export const DEFAULT_HUBS: readonly string[] = ['mote-emulated-hub.azure-devices.net'];

const DEFAULT_ID_SCOPE = '0ne00000000';

/** Completes the options for the service core. Throws ConfigError. */
export function settingsOf(
  options: EmulatorOptions,
  config: EmulatorConfig,
  authority: Authority,
  emit: (event: EmulatorEvent) => void,
): ServiceSettings {
  const { throttling = 'off' } = options;
  const scenario = scenarioOf(options.scenario);
  return {
    idScope: config.idScope ?? DEFAULT_ID_SCOPE,
    seed: options.seed ?? scenario?.seed ?? randomInt(2 ** 32),
    scenario,
    pollsBeforeAssigned: options.pollsBeforeAssigned ?? 1,
    retryAfterSeconds: options.retryAfterSeconds ?? 3,
    authentication: options.authentication ?? 'deferred',
    clockSkewSeconds: options.clockSkewSeconds ?? 0,
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
export function scenarioOf(given: Scenario | string | undefined): Scenario | undefined {
  if (typeof given !== 'string') return given === undefined ? undefined : parseScenario(given);
  const known = SCENARIOS[given];
  if (known !== undefined) return known;
  const names = Object.keys(SCENARIOS).join(', ');
  throw new ConfigError([{ path: 'scenario', message: `there is no scenario "${given}"; there are ${names}` }]);
}

function issuerOver(authority: Authority): CertificateIssuer {
  return (request, registrationId) => {
    try {
      const { commonName, publicKey } = readSigningRequest(request);
      if (commonName?.toLowerCase() !== registrationId.toLowerCase()) {
        return `CN "${commonName}" of the signing request is not the registration id "${registrationId}"`;
      }
      return authority.certify(commonName, publicKey);
    } catch (error) {
      return `the signing request cannot be read: ${error instanceof Error ? error.message : error}`;
    }
  };
}
