/** A refused request: what the service tells the device, and the true reason, which only events show. */
export interface Refusal {
  readonly refused: true;
  readonly statusCode: number;
  readonly errorCode: number;
  readonly message: string;
  readonly reason: string;
}

/** Makes a Refusal. `reason` is for events and logs. */
export function refusal(statusCode: number, errorCode: number, message: string, reason: string): Refusal {
  return { refused: true, statusCode, errorCode, message, reason };
}

/** Whether a result is a Refusal. */
export const isRefusal = (value: object): value is Refusal => 'refused' in value;
