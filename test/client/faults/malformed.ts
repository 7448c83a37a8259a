import malformed from '../../vectors/malformed.json' with { type: 'json' };
import { TODAY } from './concurrent.ts';

export interface Malformed {
  readonly name: string;
  readonly hex: string;
}

/** What a server could send and a client has to refuse. */
export const MALFORMED: readonly Malformed[] = malformed.entries.filter(
  ({ expected, direction, layer }) => expected === 'reject' && direction !== 'c2s' && layer === 'codec',
);

/** One after the other, from one that changes with the day: what one run leaves out, another has. */
let next = TODAY * 7;

export function anyMalformed(): string {
  return MALFORMED[next++ % MALFORMED.length]!.hex;
}
