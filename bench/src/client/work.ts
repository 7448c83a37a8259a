/** What a client does while it is measured, and how often. */
export interface Work {
  readonly id: WorkId;
  readonly what: string;
  /** Messages that Mote sends or receives; peers that need longer do fewer, and figures are for one message. */
  readonly messages: number;
  /** Messages of QoS 1 that are under way at once. */
  readonly window?: number;
}

export type WorkId = 'post' | 'window 1' | 'window 20' | 'window 1000' | 'handler' | 'iterator';

/** 64 bytes, as W1 of the codec has. */
export const PAYLOAD: Uint8Array = new Uint8Array(64).fill(0x2a);
export const TOPIC = 'factory/line-3/sensor-17/temperature';

export const WORKS: readonly Work[] = [
  { id: 'post', what: 'QoS 0, sent', messages: 2_000_000 },
  { id: 'window 1', what: 'QoS 1, sent and acknowledged, one at a time', messages: 40_000, window: 1 },
  { id: 'window 20', what: 'QoS 1, sent and acknowledged, 20 under way', messages: 100_000, window: 20 },
  { id: 'window 1000', what: 'QoS 1, sent and acknowledged, 1,000 under way', messages: 500_000, window: 1000 },
  { id: 'handler', what: 'QoS 0, received by a handler', messages: 2_000_000 },
  { id: 'iterator', what: 'QoS 0, received by an async iterator', messages: 1_000_000 },
];

/** Where the server publishes when it is asked for so many messages. */
export function filterFor(messages: number): string {
  return `burst/${messages}/+`;
}

/** So many calls under way at once, until so many have settled. */
export async function inWindow(messages: number, window: number, call: () => Promise<unknown>): Promise<void> {
  let left = messages;
  const one = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: window }, one));
}
