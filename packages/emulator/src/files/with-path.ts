/** The error of a call on an open file, such as a write on a full disk, names no file: it gets the path that the caller knows. */
export function withPath(error: unknown, path: string): unknown {
  return error instanceof Error && 'code' in error ? Object.assign(error, { path }) : error;
}
