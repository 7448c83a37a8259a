import { errorCodeOf } from '../values/error-code.ts';
import { serviceTime } from '../values/service-time.ts';

/** The body of a refusal. Default of `errorCode`: made from the status. */
export function errorBody(
  status: number,
  message: string,
  trackingId: string,
  now: number,
  errorCode: number = errorCodeOf(status),
  info?: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({ errorCode, message, trackingId, timestampUtc: serviceTime(now), info });
}
