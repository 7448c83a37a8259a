import { serviceTime } from '../values/service-time.ts';

/** The body of an answer that says no; `errorCode` follows from the status unless it is given. */
export function errorBody(
  status: number,
  message: string,
  trackingId: string,
  now: number,
  errorCode: number = status * 1000 + (status === 429 ? 1 : 0),
  info?: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({ errorCode, message, trackingId, timestampUtc: serviceTime(now), info });
}
