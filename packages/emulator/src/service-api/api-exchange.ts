/** A request to the service API. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Undefined when there was none. */
  readonly body: unknown;
}

/** An answer of the service API. A body becomes JSON. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly body?: unknown;
  /** In place of `body`: the members of an array, which are written one after the other, as fast as they are read. */
  readonly items?: Iterable<unknown>;
}
