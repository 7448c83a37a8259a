import { count, formatNumber } from '../report/number.ts';
import type { Curve } from './curve.ts';
import { STEEPEST } from './growth.ts';

export function growthTable(curves: readonly Curve[]): string[][] {
  return [
    ['cost', 'against', 'from', 'to', 'exponent', ''],
    ...curves.map(({ what, x, y, points, exponent, peer }) => [
      what,
      x,
      point(points[0]!, y),
      point(points.at(-1)!, y),
      exponent.toFixed(2),
      peer ? 'a peer' : exponent <= STEEPEST ? 'met' : `MISSED: ${(exponent - STEEPEST).toFixed(2)} over ${STEEPEST}`,
    ]),
  ];
}

export const GROWTH_COLUMNS: readonly number[] = [2, 3, 4];

function point([x, y]: readonly [number, number], unit: string): string {
  return `${count(x)}: ${formatNumber(y, unit)}`;
}
