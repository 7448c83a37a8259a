import type { Message } from './exchange.ts';

/** The exchange as Mermaid text, which code hosts draw when it stands in Markdown. */
export function mermaidDiagram(messages: readonly Message[]): string {
  const lines = messages.map(({ from, name, detail, size, atMs }) => {
    const arrow = from === 'device' ? 'Device->>Service' : 'Service->>Device';
    return `  ${arrow}: ${entity(`${name} ${detail}`.trim())} (${size} B, ${Math.round(atMs)} ms)`;
  });
  return ['sequenceDiagram', '  participant Device', '  participant Service', ...lines, ''].join('\n');
}

/** In Mermaid `;` ends a statement and `#` begins an entity, so both are written as entities. */
function entity(text: string): string {
  return text.replace(/[#;]/g, (mark) => `#${mark.charCodeAt(0)};`);
}
