import { fittedExponent } from '../measure/statistics.ts';

export interface Curve {
  readonly what: string;
  readonly x: string;
  readonly y: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Of the power law that fits best: 1 is proportional, 2 is quadratic. */
  readonly exponent: number;
  /** A peer, shown for contrast; no promise is made about it. */
  readonly peer?: boolean;
}

export function curve(what: string, x: string, y: string, points: Curve['points']): Curve {
  const lost = points.find(([, cost]) => !(cost > 0));
  if (lost) throw new Error(`${what}: a cost of ${lost[1]} for ${lost[0]} ${x} was not measured but lost in the noise`);
  return { what, x, y, points, exponent: fittedExponent(points) };
}

/** first, first * factor, ... up to and including last */
export function steps(first: number, last: number, factor: number): number[] {
  const count = Math.round(Math.log(last / first) / Math.log(factor)) + 1;
  return Array.from({ length: count }, (_, n) => Math.round(first * factor ** n));
}
