/** A call of the hub's service side that could not be done, with the error code of the service. */
export class HubServiceError extends Error {
  override readonly name = 'HubServiceError';
  /** Such as 404103: the first three digits are the status code of HTTP. */
  readonly errorCode: number;

  constructor(errorCode: number, message: string) {
    super(`${errorCode}: ${message}`);
    this.errorCode = errorCode;
  }

  get statusCode(): number {
    return Math.floor(this.errorCode / 1000);
  }
}
