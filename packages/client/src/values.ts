/** What the call returns; undefined when it throws. */
export function quietly<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

// Values of another realm (a vm context, an iframe, a test runner's sandbox) fail `instanceof`: these ask what they are instead.

/**
 * The bytes of a Uint8Array, Buffer, other view or ArrayBuffer, of whichever realm: the same memory, not a copy. Undefined for
 * anything else.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]'
    ? new Uint8Array(value as ArrayBuffer)
    : undefined;
}

/** What an Error of whichever realm says; undefined for anything else that was thrown. */
export function messageOf(error: unknown): string | undefined {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' ? message : undefined;
}

/** What it throws is dropped, and what the promise or thenable that it returns rejects with. */
export function observe(call: () => unknown): void {
  new Promise((settle) => settle(call())).catch(() => {});
}

/** A promise that is settled from outside. Who does not wait for it does not want to know why it was rejected. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

export function deferred<Value>(): Deferred<Value> {
  let resolve!: Deferred<Value>['resolve'];
  let reject!: Deferred<Value>['reject'];
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** An Error for programs: its fields are those that are not undefined, and so are the parts of its message. */
export class CodedError extends Error {
  constructor(message: string | readonly unknown[], fields: object) {
    super(typeof message === 'string' ? message : message.filter((part) => part !== undefined).join(' '));
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) Object.assign(this, { [name]: value });
  }
}
