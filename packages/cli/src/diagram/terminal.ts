import type { Paint } from '../terminal/paint.ts';
import type { Message } from './exchange.ts';

const LANE = 66;

/** The conversation between two lifelines, for a terminal of 80 columns and more. */
export function terminalDiagram(messages: readonly Message[], paint: Paint): string {
  const head = `${paint.device('device')}${' '.repeat(LANE - 5)}${paint.service('service')}`;
  return [head, ...messages.flatMap((message) => arrow(message, paint)), ''].join('\n');
}

function arrow(message: Message, paint: Paint): string[] {
  const left = paint.device('│');
  const right = paint.service('│');
  const facts = `${message.size} B, ${Math.round(message.atMs)} ms`;
  const room = LANE - facts.length - message.name.length - 5;
  const detail = message.detail.length > room ? `${message.detail.slice(0, room - 1)}…` : message.detail;
  const gap = ' '.repeat(Math.max(1, room - detail.length + 1));
  const text = ` ${paint.bold(message.name)} ${detail}${gap}${paint.dim(facts)} `;
  const line =
    message.from === 'device' ? paint.device(`${'─'.repeat(LANE - 1)}▶`) : paint.service(`◀${'─'.repeat(LANE - 1)}`);
  return [`${left}${text} ${right}`, `${left}${line}${right}`];
}
