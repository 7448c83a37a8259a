// A terminal as a picture that needs nothing beside itself: lines of text with SGR colours, each with the time at which it came.
// The window scrolls as the lines come, rests, and begins again; where nothing may move it shows its end.

const ROWS = 34;
const COLUMNS = 92;
const CHARACTER = 8.4;
const LINE = 18;
const PAD = 16;
const BAR = 28;
const REST_MS = 8000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours are what is read
const SGR = /\x1b\[([\d;]*)m/;
const COLOURS = { 31: '#ff7b72', 32: '#7ee787', 33: '#f2cc60', 35: '#d2a8ff', 36: '#79c0ff' };

/** `lines` of `{ atMs, text }`, `title` for those who do not see it. */
export function terminalSvg(lines, title) {
  const width = Math.round(COLUMNS * CHARACTER + 2 * PAD);
  const height = ROWS * LINE + 2 * PAD + BAR;
  const total = lines.at(-1).atMs + REST_MS;
  const offset = (count) => -Math.max(0, count - ROWS) * LINE;
  const steps = lines.map(({ atMs }, i) => {
    // What has not come yet lies below the window, or is covered.
    const percent = ((atMs / total) * 100).toFixed(2);
    return `${percent}%{transform:translateY(${offset(i + 1)}px)}`;
  });
  const covers = lines.map(({ atMs }, i) => {
    const percent = ((atMs / total) * 100).toFixed(2);
    return `${percent}%{transform:translateY(${Math.min(i + 1, ROWS) * LINE}px)}`;
  });
  const end = offset(lines.length);
  const text = lines.map(
    (line, i) => `<text y="${(i + 1) * LINE - 4}" xml:space="preserve">${spans(line.text)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3}
#roll{transform:translateY(${end}px);animation:roll ${(total / 1000).toFixed(2)}s step-end infinite}
#cover{transform:translateY(${ROWS * LINE}px);animation:cover ${(total / 1000).toFixed(2)}s step-end infinite}
@keyframes roll{0%{transform:translateY(0)}${steps.join('')}100%{transform:translateY(${end}px)}}
@keyframes cover{0%{transform:translateY(${LINE}px)}${covers.join('')}100%{transform:translateY(${ROWS * LINE}px)}}
@media (prefers-reduced-motion:reduce){#roll,#cover{animation:none}}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="18" cy="15" r="5" fill="#ff5f57"/><circle cx="36" cy="15" r="5" fill="#febc2e"/><circle cx="54" cy="15" r="5" fill="#28c840"/>
<svg x="${PAD}" y="${BAR + PAD / 2}" width="${width - 2 * PAD}" height="${ROWS * LINE + 4}">
<g id="roll">
${text.join('\n')}
</g>
<rect id="cover" width="100%" height="${ROWS * LINE}" fill="#0d1117"/>
</svg>
</svg>
`;
}

function spans(text) {
  let open = '';
  return text
    .split(SGR)
    .map((part, i) => {
      if (i % 2 === 1) {
        open = styleOf(part);
        return '';
      }
      return part === '' ? '' : open === '' ? escaped(part) : `<tspan ${open}>${escaped(part)}</tspan>`;
    })
    .join('');
}

function styleOf(parameters) {
  const codes = parameters.split(';').map(Number);
  const colour = codes.map((code) => COLOURS[code]).find(Boolean);
  return [
    colour && `fill="${colour}"`,
    codes.includes(1) && 'font-weight="bold"',
    codes.includes(2) && 'fill-opacity="0.6"',
  ]
    .filter(Boolean)
    .join(' ');
}

function escaped(text) {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
