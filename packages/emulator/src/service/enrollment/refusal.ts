/** A refused request: what the service tells the device, and the true reason, which only events show. */
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
