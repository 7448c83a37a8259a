import { isIP } from 'node:net';
import { type Check, Checked, text, whole } from './config/checks.ts';
import { ConfigError } from './config/config-error.ts';
import type { EmulatorConfig } from './config/emulator-config.ts';
import { CONFIG_CHECKS, canonicalConfig, checkBounds, HOST_NAME } from './config/parse-config.ts';
import { checkScenario } from './config/parse-scenario.ts';
import type { EmulatorOptions, Throttling } from './options.ts';
import type { Limits } from './service/settings.ts';
import { isRecord } from './service/values/record.ts';

/** The linked hub when a configuration names none. It ends like a real one, since clients read the host name. */
export const DEFAULT_HUBS: readonly string[] = ['mote-emulated-hub.azure-devices.net'];
/** Eleven characters from `0ne` on, like the ID scopes of the service. */
export const DEFAULT_ID_SCOPE = '0ne00000000';

/** The limits of an emulator that is given none. Those without a source are the emulator's own: they bound its memory. */
export const DEFAULT_LIMITS: Limits = {
  maxConnections: 10_000,
  // 96 KB is the documented size of a message. The rest is room for its topic.
  maxPacketSize: 98_304 + 1024,
  connectTimeoutMs: 10_000,
  // The hub's documented cap, 29.45 minutes; assumed for DPS.
  idleTimeoutMs: 1_767_000,
  maxBufferedBytes: 262_144,
  maxUnacknowledged: 128,
  maxRegistrations: 100_000,
};

const port = whole(0, 65_535);
const portOrFalse: Check = (value) => value.value === false || port(value);
const aFunction: Check = (value) => typeof value.value === 'function' || value.refuse('must be a function');
const limit = whole(1, Number.MAX_SAFE_INTEGER);

const THROTTLING: Readonly<Record<keyof Throttling, Check>> = {
  registrationsPerMinute: limit,
  pollsPerTenSeconds: limit,
  connectionsPerSecond: limit,
  telemetryPerSecond: limit,
  twinReadsPerSecond: limit,
  twinUpdatesPerSecond: limit,
  messagesPerDay: limit,
};

/** One rule for each option: an option without a rule does not compile. */
const OPTION_CHECKS: Readonly<Record<keyof EmulatorOptions, Check>> = {
  ...CONFIG_CHECKS,
  host: text,
  port,
  webSocketPort: portOrFalse,
  apiPort: portOrFalse,
  serverNames: (names) => names.items().forEach(checkServerName),
  authority: text,
  scenario: (scenario) => {
    // Of a name that is not known, the near one is named when the scenario is looked up.
    if (isRecord(scenario.value)) checkScenario(scenario);
    else if (typeof scenario.value !== 'string') scenario.refuse('must be a scenario or its name');
  },
  seed: whole(0, 2 ** 32 - 1),
  pollsBeforeAssigned: whole(0, 1_000_000),
  retryAfterSeconds: whole(0, 86_400),
  authentication: (value) => value.oneOf(['deferred', 'eager']),
  chainChecks: (value) => value.oneOf(['openssl', 'signatures']),
  clockSkewSeconds: whole(0, 86_400),
  throttling: (value) =>
    typeof value.value === 'string' ? value.oneOf(['off', 'service']) : value.members(THROTTLING),
  hubTier: (value) => value.oneOf(['standard', 'basic']),
  apiVersions: (versions) => versions.items().forEach(text),
  connectionProfiles: (profiles) => everyMember(profiles, text),
  allocate: aFunction,
  geoLatency: (hubs) => everyMember(hubs, (latency) => latency.number(0, Number.MAX_SAFE_INTEGER, false)),
  stateFile: text,
  limits: (limits) => limits.members(Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, limit]))),
  clock: (clock) => {
    for (const name of ['now', 'setTimeout', 'clearTimeout']) aFunction(clock.member(name));
  },
};

/** Checks the options and returns those that are configuration. Throws ConfigError, which names every option that is wrong. */
export function checkOptions(options: EmulatorOptions): EmulatorConfig {
  const root = new Checked(options, '', []);
  const config = Object.fromEntries(
    Object.keys(CONFIG_CHECKS).flatMap((name) => {
      const { value } = root.member(name);
      return value == null ? [] : [[name, value]];
    }),
  );
  checkBounds(new Checked(config, '', root.problems));
  if (root.problems.length === 0) root.members(absentAllowed(OPTION_CHECKS));
  if (root.problems.length > 0) throw new ConfigError(root.problems);
  return canonicalConfig(config);
}

/** Leaves out options that are `null`: it means absent, as in the service's JSON. */
function absentAllowed(checks: Readonly<Record<string, Check>>): Record<string, Check> {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, (value) => (value.isAbsent ? undefined : check(value))]),
  );
}

function everyMember(value: Checked, check: Check): void {
  if (value.object() === undefined) return;
  for (const name of value.memberNames) check(value.member(name));
}

/** True for what a certificate may name: a host, `*.` and a host, or an IP address. */
function checkServerName(name: Checked): void {
  const given = name.text() ?? 'x';
  if (isIP(given) === 0 && (!HOST_NAME.test(given.replace(/^\*\./, '')) || given.includes(':'))) {
    name.fail('is neither a host name nor an address');
  }
}
