/** How a promise came out. */
export interface Outcome {
  /** What it is about, as the cells that begin its row. */
  readonly about: readonly string[];
  /** `at least 20 x generate` */
  readonly goal: string;
  /** `23.1 x (22.0 to 24.5)` */
  readonly measured: string;
  /** `8 % short`; undefined when the goal was met. */
  readonly missedBy: string | undefined;
}

export function outcomeTable(heads: readonly string[], outcomes: readonly Outcome[]): string[][] {
  return [
    [...heads, ''],
    ...outcomes.map(({ about, goal, measured, missedBy }) => [
      ...about,
      goal,
      measured,
      missedBy === undefined ? 'met' : 'MISSED',
    ]),
  ];
}

/** How many were met, and a line for each that was not. */
export function missedLines(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ about, goal, measured, missedBy }) =>
    missedBy === undefined ? [] : [`- ${about.join(', ')}: ${goal}, measured ${measured}: **${missedBy}**`],
  );
  const met = `${outcomes.length - lines.length} of ${outcomes.length} targets are met.`;
  return lines.length === 0 ? met : `${met} Missed, and by how much:\n\n${lines.join('\n')}`;
}

export function shortOf(goal: number, value: number): string | undefined {
  return value >= goal ? undefined : `${percent(1 - value / goal)} short`;
}

export function over(limit: number, value: number): string | undefined {
  return value <= limit ? undefined : `${percent(value / limit - 1)} over`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
