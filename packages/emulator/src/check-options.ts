import { Checked } from './config/checks.ts';
import { ConfigError } from './config/config-error.ts';
import type { EmulatorOptions, Limits } from './options.ts';

export const DEFAULT_LIMITS: Limits = {
  maxConnections: 10_000,
  // 96 KB, the documented size of a message, and room for its topic.
  maxPacketSize: 98_304 + 1024,
  connectTimeoutMs: 10_000,
  // The hub's documented cap; assumed for DPS.
  idleTimeoutMs: 1_767_000,
  maxBufferedBytes: 262_144,
  maxUnacknowledged: 128,
  maxRegistrations: 100_000,
};

const PORTS = ['port', 'webSocketPort', 'apiPort'];

/** Throws ConfigError for every option that cannot be right. The enrollments are checked elsewhere. */
export function checkOptions(options: EmulatorOptions): void {
  const root = new Checked(options, '', []);
  for (const name of PORTS) {
    const port = root.member(name);
    if (!port.isAbsent && port.value !== false) port.number(0, 65_535);
  }
  const number = (name: string, least: number, most: number) => {
    const value = root.member(name);
    if (!value.isAbsent) value.number(least, most);
  };
  number('pollsBeforeAssigned', 0, 1_000_000);
  number('retryAfterSeconds', 0, 86_400);
  number('clockSkewSeconds', 0, 86_400);
  number('seed', 0, 2 ** 32 - 1);
  const authentication = root.member('authentication');
  if (!authentication.isAbsent) authentication.oneOf(['deferred', 'eager']);
  const limits = root.member('limits');
  for (const name of limits.memberNames) {
    if (name in DEFAULT_LIMITS) limits.member(name).number(1, Number.MAX_SAFE_INTEGER);
    else limits.member(name).fail('is not a limit');
  }
  if (root.problems.length > 0) throw new ConfigError(root.problems);
}
