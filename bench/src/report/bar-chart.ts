import { logShare, round, svg, text } from './svg.ts';

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly kind: 'ours' | 'theirs' | 'limit';
  }[];
}

const WIDTH = 860;
const LEFT = 290;
const RIGHT = 780;
const BAR = 18;
const GAP = 30;

/** Horizontal bars on a logarithmic scale, one group below the other. */
export function barChart(title: string, unit: string, groups: readonly BarGroup[]): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const from = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const to = 10 ** Math.ceil(Math.log10(Math.max(...values)));
  const x = (value: number) => LEFT + (RIGHT - LEFT) * logShare(value, from, to);
  const parts = [text(16, 26, title, 'head')];
  let y = 44;
  for (const { title: groupTitle, bars } of groups) {
    y += GAP;
    parts.push(text(16, y - 8, groupTitle, 'group'));
    for (const { label, value, kind } of [...bars].sort((a, b) => a.value - b.value)) {
      parts.push(
        text(LEFT - 8, y + 13, label, kind === 'ours' ? 'end' : 'end quiet'),
        `<rect class="${kind}" x="${LEFT}" y="${y + 2}" width="${round(Math.max(1, x(value) - LEFT))}" height="${BAR - 4}"/>`,
        text(x(value) + 6, y + 13, `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ${unit}`),
      );
      y += BAR;
    }
  }
  const ticks = Array.from({ length: Math.round(Math.log10(to / from)) + 1 }, (_, n) => from * 10 ** n);
  const grid = ticks.flatMap((tick) => [
    `<path class="grid" d="M${round(x(tick))} 44V${y + 6}"/>`,
    text(x(tick), y + 22, `${tick.toLocaleString('en')} ${unit}`, 'middle quiet'),
  ]);
  return svg(title, WIDTH, y + 36, [...grid, ...parts].join('\n'));
}
