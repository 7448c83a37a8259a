import type { Tone } from '../packets/tone.ts';
import type { Screen } from '../terminal/paint.ts';
import { colour, wantsColour } from '../terminal/paint.ts';

/** Paints a text in the colour of its field. A fault is white on red: people who see no colours still see it. */
export type FieldPaint = (text: string, tone: Tone | 'fault') => string;

// Numbers of ECMA-48 (SGR), from the 16 colours that every terminal adapts to its own light or dark background.
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

/** The paint for a stream. It returns texts as they are where no colour is wanted. */
export function fieldPaintFor(stream: Screen, environment?: NodeJS.ProcessEnv): FieldPaint {
  const wanted = wantsColour(stream, environment);
  return (text, tone) => colour(SGR[tone], wanted)(text);
}
