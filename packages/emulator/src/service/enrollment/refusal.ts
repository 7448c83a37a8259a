/** A request that the service declines, in its own words, and the reason, which it keeps to itself. */
export interface Refusal {
  readonly refused: true;
  readonly statusCode: number;
  readonly errorCode: number;
  readonly message: string;
  readonly reason: string;
}

export function refusal(statusCode: number, errorCode: number, message: string, reason: string): Refusal {
  return { refused: true, statusCode, errorCode, message, reason };
}

export const isRefusal = (value: object): value is Refusal => 'refused' in value;
