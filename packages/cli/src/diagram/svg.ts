import { type Message, shortDetail } from './exchange.ts';

// Lengths in pixels.

/** Width of the picture. */
const WIDTH = 860;
/** Where the lines of device and service are. */
const DEVICE_X = 120;
const SERVICE_X = 740;
/** Height of a message: an arrow with two lines of text. */
const ROW = 46;
/** Where the first message begins, below the names. */
const TOP = 64;

/** The exchange as an SVG for light and dark. It loads nothing: no font, no script, no style sheet. */
export function svgDiagram(messages: readonly Message[], title = 'A device provisions itself'): string {
  const height = TOP + messages.length * ROW + 40;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${entity(title)}</title>
<style>
  svg { --ink: #1b1f24; --dim: #57606a; --paper: #fff; --device: #0b6e99; --service: #8a3ea8; font: 13px ui-monospace, monospace; }
  @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --dim: #9aa4af; --paper: #0d1117; --device: #5cc8f2; --service: #d9a0f0; } }
  .paper { fill: var(--paper) } text { fill: var(--ink) } .dim { fill: var(--dim) } .name { font-weight: bold }
  .device { fill: var(--device); stroke: var(--device) } .service { fill: var(--service); stroke: var(--service) }
  text.device, text.service { stroke: none } line { stroke-width: 1.5 }
</style>
<rect class="paper" width="100%" height="100%"/>
${lifeline('device', DEVICE_X, height)}
${lifeline('service', SERVICE_X, height)}
${messages.map(arrow).join('\n')}
</svg>
`;
}

function lifeline(side: 'device' | 'service', x: number, height: number): string {
  return `<text class="${side} name" x="${x}" y="28" text-anchor="middle">${side}</text><line class="${side}" x1="${x}" y1="40" x2="${x}" y2="${height - 16}"/>`;
}

function arrow(message: Message, row: number): string {
  const y = TOP + row * ROW + 20;
  const toService = message.from === 'device';
  const [tail, tip] = toService ? [DEVICE_X, SERVICE_X] : [SERVICE_X, DEVICE_X];
  const back = toService ? tip - 9 : tip + 9;
  return [
    `<text x="${DEVICE_X + 12}" y="${y - 7}"><tspan class="name">${message.name}</tspan> ${entity(shortDetail(message, 62))}</text>`,
    `<text class="dim" x="${SERVICE_X + 12}" y="${y + 4}">${message.size} B</text>`,
    `<text class="dim" x="${DEVICE_X - 12}" y="${y + 4}" text-anchor="end">${Math.round(message.atMs)} ms</text>`,
    `<line class="${message.from}" x1="${tail}" y1="${y}" x2="${back}" y2="${y}"/>`,
    `<path class="${message.from}" d="M${tip} ${y} L${back} ${y - 5} L${back} ${y + 5} Z"/>`,
  ].join('');
}

function entity(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
