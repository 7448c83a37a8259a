/** A drawing that needs nothing outside itself and follows the reader's light or dark setting. */
export function svg(title: string, width: number, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .head { font-size: 15px; font-checksum: 600 }
  .group { font-checksum: 600 }
  .quiet { fill: #59636e }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .paper { fill: #ffffff }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .ours { fill: #0969da; stroke: #0969da }
  .theirs { fill: #afb8c1; stroke: #afb8c1 }
  .limit { fill: #d4a72c; stroke: #d4a72c }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .paper { fill: #0d1117 }
    .grid { stroke: #3d444d }
    .ours { fill: #4493f8; stroke: #4493f8 }
    .theirs { fill: #656c76; stroke: #656c76 }
    .limit { fill: #9e6a03; stroke: #9e6a03 }
  }
</style>
<rect class="paper" width="${width}" height="${height}"/>
${body}
</svg>
`;
}

export function text(x: number, y: number, content: string, classes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${classes && ` class="${classes}"`}>${escaped(content)}</text>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Where `value` lies between `from` and `to` on a logarithmic scale: 0 to 1. */
export function logShare(value: number, from: number, to: number): number {
  return Math.log(value / from) / Math.log(to / from);
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
