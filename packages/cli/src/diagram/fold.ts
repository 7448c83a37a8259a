import type { Message } from './exchange.ts';

/** What a picture for newcomers shows: acknowledgements, which say nothing else, are only counted. */
export interface Folded {
  readonly messages: readonly Message[];
  readonly acknowledgements: number;
}

export function foldAcknowledgements(messages: readonly Message[]): Folded {
  const kept = messages.filter(({ name }) => name !== 'PUBACK' && name !== 'SUBACK');
  return { messages: kept, acknowledgements: messages.length - kept.length };
}
