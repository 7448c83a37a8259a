/** Placeholder shape until the engine lands in this room. */
export interface Scenario {
  readonly name?: string;
  readonly seed?: number;
  readonly rules: readonly unknown[];
}
