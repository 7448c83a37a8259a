import { ConfigError } from './config-error.ts';
import type { EmulatorConfig } from './enrollment.ts';

/** Checks what was read from JSON. Throws ConfigError. */
export function parseConfig(value: unknown): EmulatorConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError([{ path: '', message: 'the configuration must be a JSON object' }]);
  }
  return value;
}
