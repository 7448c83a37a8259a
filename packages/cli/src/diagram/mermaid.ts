import type { Message } from './exchange.ts';

/** The conversation as Mermaid text, which code hosts draw by themselves. */
export function mermaidDiagram(messages: readonly Message[]): string {
  const lines = messages.map(({ from, name, detail, size, atMs }) => {
    const arrow = from === 'device' ? 'Device->>Service' : 'Service->>Device';
    return `  ${arrow}: ${entity(`${name} ${detail}`.trim())} (${size} B, ${Math.round(atMs)} ms)`;
  });
  return ['sequenceDiagram', '  participant Device', '  participant Service', ...lines, ''].join('\n');
}

/** Mermaid ends a statement at `;` and opens an entity at `#`. */
function entity(text: string): string {
  return text.replace(/[#;]/g, (mark) => `#${mark.charCodeAt(0)};`);
}
