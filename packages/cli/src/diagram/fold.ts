import type { Message } from './exchange.ts';

/** The packets that a diagram for newcomers shows. Packets that only acknowledge are counted, not drawn. */
export interface Folded {
  readonly messages: readonly Message[];
  readonly acknowledgements: number;
}

/** Takes PUBACK and SUBACK out of an exchange. */
export function foldAcknowledgements(messages: readonly Message[]): Folded {
  const kept = messages.filter(({ name }) => name !== 'PUBACK' && name !== 'SUBACK');
  return { messages: kept, acknowledgements: messages.length - kept.length };
}
