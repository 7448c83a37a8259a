import { createHmac, randomInt } from 'node:crypto';
import { askWebHook } from './allocation-web-hook.ts';
import { DEFAULT_HUBS, DEFAULT_ID_SCOPE, DEFAULT_LIMITS } from './check-options.ts';
import { systemClock } from './clock.ts';
import type { EmulatorConfig } from './config/emulator-config.ts';
import { scenarioOf } from './config/parse-scenario.ts';
import type { EmulatorOptions, Throttling } from './options.ts';
import { type Authority, readCertificate } from './pki/authority.ts';
import { viewCertificate } from './pki/certificate-view.ts';
import { certifyRequests } from './pki/certify-request.ts';
import type { EmulatorEvent } from './service/events.ts';
import { HUB_API_VERSIONS } from './service/hub/api-versions.ts';
import { canonicalHost } from './service/hub/host-name.ts';
import { SERVICE_HUB_QUOTAS } from './service/hub/hub-quotas.ts';
import { API_VERSIONS } from './service/registration/api-versions.ts';
import { SERVICE_QUOTAS } from './service/registration/throttle.ts';
import type { HubSettings, ServiceSettings } from './service/settings.ts';

/** Makes the settings of the service core from checked options. Throws ConfigError when the scenario is wrong. */
export function serviceSettings(
  options: EmulatorOptions,
  config: EmulatorConfig,
  authority: Authority,
  emit: (event: EmulatorEvent) => void,
  hub: Partial<HubSettings> = {},
): ServiceSettings {
  const { throttling = 'off', clock = systemClock, apiVersions = [], limits } = options;
  const scenario = scenarioOf(options.scenario);
  const quotas = <Documented>(documented: Documented): Documented | Throttling | undefined =>
    throttling === 'off' ? undefined : throttling === 'service' ? documented : throttling;
  return {
    idScope: config.idScope ?? DEFAULT_ID_SCOPE,
    seed: options.seed ?? scenario?.seed ?? randomInt(2 ** 32),
    scenario,
    pollsBeforeAssigned: options.pollsBeforeAssigned ?? 1,
    retryAfterSeconds: options.retryAfterSeconds ?? 3,
    authentication: options.authentication ?? 'deferred',
    clockSkewSeconds: options.clockSkewSeconds ?? 0,
    chainChecks: options.chainChecks ?? 'openssl',
    apiVersions: new Set([...API_VERSIONS, ...apiVersions]),
    connectionProfiles: options.connectionProfiles ?? {},
    throttling: quotas(SERVICE_QUOTAS),
    allocate: options.allocate ?? askWebHook,
    geoLatency: options.geoLatency ?? {},
    limits: { ...DEFAULT_LIMITS, ...limits },
    hmac: (key, text) => createHmac('sha256', key).update(text).digest(),
    issueCertificate: certifyRequests(authority),
    hub: {
      isHub: (host) => (config.iotHubs ?? DEFAULT_HUBS).some((name) => canonicalHost(name) === host),
      apiVersions: new Set([...HUB_API_VERSIONS, ...apiVersions]),
      isBasic: options.hubTier?.toLowerCase() === 'basic',
      issuer: viewCertificate(readCertificate(authority.deviceRoot)),
      throttling: quotas(SERVICE_HUB_QUOTAS),
      telemetry: () => {},
      feedback: () => {},
      changed: () => {},
      ...hub,
    },
    now: () => clock.now(),
    emit,
  };
}
