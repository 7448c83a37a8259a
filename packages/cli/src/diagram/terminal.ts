import type { Paint } from '../terminal/paint.ts';
import { type Message, shortDetail } from './exchange.ts';

/** Columns between the two lifelines. */
const LANE = 66;

/** The exchange between two lifelines, in lines of less than 80 columns. */
export function terminalDiagram(messages: readonly Message[], paint: Paint): string[] {
  const head = `${paint.device('device')}${' '.repeat(LANE - 5)}${paint.service('service')}`;
  return [head, ...messages.flatMap((message) => arrow(message, paint))];
}

function arrow(message: Message, paint: Paint): string[] {
  const rails = [paint.device('│'), paint.service('│')] as const;
  const ends = message.from === 'device' ? ['├', '▶'] : ['◀', '┤'];
  const facts = `${message.size} B, ${Math.round(message.atMs)} ms`;
  const room = LANE - facts.length - message.name.length - 5;
  const detail = shortDetail(message, room);
  const gap = ' '.repeat(Math.max(1, room - detail.length + 1));
  const text = ` ${paint.bold(message.name)} ${detail}${gap}${paint.dim(facts)} `;
  const line = paint[message.from](`${ends[0]}${'─'.repeat(LANE)}${ends[1]}`);
  return [`${rails[0]}${text} ${rails[1]}`, line];
}
