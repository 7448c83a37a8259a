import { count, formatNumber } from '../report/number.ts';
import { logShare, round, svg, text } from '../report/svg.ts';
import type { Curve } from './curve.ts';

const COLUMNS = 3;
const CELL = { width: 280, height: 210 };
const PLOT = { left: 20, top: 48, width: 240, height: 120 };

/** docs/growth.svg: one small logarithmic plot for each curve, a peer's curve together with ours. */
export function growthChart(curves: readonly Curve[]): string {
  const title = 'How cost grows, logarithmic scales';
  const ours = curves.filter(({ peer }) => !peer);
  const cells = ours.map((curve, n) => {
    const next = curves[curves.indexOf(curve) + 1];
    const body = cell(curve, next?.peer ? next : undefined);
    return `<g transform="translate(${10 + (n % COLUMNS) * CELL.width} ${40 + Math.floor(n / COLUMNS) * CELL.height})">${body}</g>`;
  });
  const height = 40 + Math.ceil(ours.length / COLUMNS) * CELL.height;
  return svg(title, COLUMNS * CELL.width + 20, height, [text(16, 26, title, 'head'), ...cells].join('\n'));
}

function cell(ours: Curve, peer: Curve | undefined): string {
  const points = [...ours.points, ...(peer?.points ?? [])];
  const [fromX, toX] = range(points.map(([x]) => x));
  const [fromY, toY] = range(points.map(([, y]) => y));
  const path = ({ points: own }: Curve, kind: string) => {
    const corners = own.map(([x, y]) => {
      const left = PLOT.left + PLOT.width * logShare(x, fromX, toX);
      return `${round(left)} ${round(PLOT.top + PLOT.height * (1 - logShare(y, fromY, toY)))}`;
    });
    return `<path class="line ${kind}" d="M${corners.join('L')}"/>`;
  };
  const right = PLOT.left + PLOT.width;
  const bottom = PLOT.top + PLOT.height;
  return [
    text(PLOT.left, 20, ours.what, 'group'),
    text(
      PLOT.left,
      37,
      `exponent ${ours.exponent.toFixed(2)}${peer ? `; mqtt-packet ${peer.exponent.toFixed(2)}` : ''}`,
      'quiet',
    ),
    `<path class="grid" fill="none" d="M${PLOT.left} ${PLOT.top}V${bottom}H${right}"/>`,
    ...(peer ? [path(peer, 'theirs')] : []),
    path(ours, 'ours'),
    text(PLOT.left, bottom + 16, count(fromX), 'quiet'),
    text((PLOT.left + right) / 2, bottom + 16, ours.x, 'middle quiet'),
    text(right, bottom + 16, count(toX), 'end quiet'),
    text(PLOT.left + 4, PLOT.top + 10, formatNumber(toY, ours.y), 'quiet'),
  ].join('\n');
}

/** At least a decade, so that a flat line looks flat. */
function range(values: readonly number[]): [number, number] {
  const from = Math.max(1, Math.min(...values));
  return [from, Math.max(from * 10, ...values)];
}
