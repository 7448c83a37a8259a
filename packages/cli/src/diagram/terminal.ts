import type { Paint } from '../terminal/paint.ts';
import { type Message, shortDetail } from './exchange.ts';

/** Most and fewest columns between the two lifelines. In fewer there is no room for the name of a packet, its size and time. */
const LANE = 66;
const LEAST_LANE = 34;

/** The exchange between two lifelines, in lines of less than 80 columns, or of `width` where that is less. */
export function terminalDiagram(messages: readonly Message[], paint: Paint, width: number = LANE + 8): string[] {
  const lane = Math.max(LEAST_LANE, Math.min(LANE, width - 2));
  const gap = ' '.repeat(Math.min(lane - 5, Math.max(LEAST_LANE + 2, width) - 13));
  const head = `${paint.device('device')}${gap}${paint.service('service')}`;
  return [head, ...messages.flatMap((message) => arrow(message, paint, lane))];
}

function arrow(message: Message, paint: Paint, lane: number): string[] {
  const rails = [paint.device('│'), paint.service('│')] as const;
  const ends = message.from === 'device' ? ['├', '▶'] : ['◀', '┤'];
  const facts = `${message.size} B, ${Math.round(message.atMs)} ms`;
  const room = lane - facts.length - message.name.length - 5;
  const detail = shortDetail(message, room);
  const gap = ' '.repeat(Math.max(1, room - detail.length + 1));
  const text = ` ${paint.bold(message.name)} ${detail}${gap}${paint.dim(facts)} `;
  const line = paint[message.from](`${ends[0]}${'─'.repeat(lane)}${ends[1]}`);
  return [`${rails[0]}${text} ${rails[1]}`, line];
}
