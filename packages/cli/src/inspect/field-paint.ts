import type { Tone } from '../packets/tone.ts';
import type { Screen } from '../terminal/paint.ts';
import { colour, wantsColour } from '../terminal/paint.ts';

/** Colours a text as its field; a fault is white on red, so that it shows without telling colours apart. */
export type FieldPaint = (text: string, tone: Tone | 'fault') => string;

const SGR: Readonly<Record<Tone | 'fault', string>> = {
  header: '36',
  length: '90',
  flags: '33',
  id: '35',
  topic: '32',
  payload: '94',
  secret: '95',
  plain: '39',
  fault: '97;41',
};

export function fieldPaintFor(stream: Screen, environment?: NodeJS.ProcessEnv): FieldPaint {
  const wanted = wantsColour(stream, environment);
  return (text, tone) => colour(SGR[tone], wanted)(text);
}
