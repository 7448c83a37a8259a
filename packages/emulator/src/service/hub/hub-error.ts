/**
 * A call of the hub's service side has failed. It carries the error number of the service.
 *
 * @example
 * try {
 *   await dps.hub.invoke('nobody', 'reboot');
 * } catch (error) {
 *   if (error instanceof HubServiceError) console.log(error.errorCode, error.statusCode);
 * }
 */
export class HubServiceError extends Error {
  override readonly name = 'HubServiceError';
  /** For example 404103. The first three digits are the HTTP status. */
  readonly errorCode: number;

  constructor(errorCode: number, message: string) {
    super(`${errorCode}: ${message}`);
    this.errorCode = errorCode;
  }

  /** The HTTP status: the first three digits of `errorCode`. */
  get statusCode(): number {
    return Math.floor(this.errorCode / 1000);
  }
}
