/** Returns what `call` returns, or undefined when it throws. */
export function quietly<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

// Values of another realm (a vm context, an iframe, a test runner's sandbox) fail `instanceof`. These functions ask for their kind
// instead.

/** `Object`, `Array`, `Map`, `Null`, …. `Proxy` if it cannot be asked: of a proxy that was revoked, or if `Symbol.toStringTag` throws. */
export function tagOf(value: unknown): string {
  return quietly(() => ({}).toString.call(value).slice(8, -1)) ?? 'Proxy';
}

/** Whether it is an object whose members are its content, of a class too: no list, Map, Date or Promise. */
export function isPlain(value: unknown): value is object {
  return tagOf(value) === 'Object';
}

/** A copy of options, each of them read once. What is no object with options is returned as it is, to be refused. */
export function taken<Options>(options: Options): Options {
  return isPlain(options) ? { ...options } : options;
}

/** Why an option is refused: its value is wrong, and of which kind it is. Never the value itself: it may be a secret. */
export function wrong(value: unknown): string {
  return `wrong: ${tagOf(value)}`;
}

/**
 * The bytes of a Uint8Array, Buffer, other view or ArrayBuffer of any realm: the same memory, not a copy. Undefined for anything
 * else. Throws for memory that was transferred away, and if there is no memory for the view.
 */
export function viewOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if ({}.toString.call(value) === '[object ArrayBuffer]') return new Uint8Array(value as ArrayBuffer);
  return undefined;
}

/** The same for what an application gives. Undefined also where `viewOf` throws. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  return quietly(() => viewOf(value));
}

/** The message of an Error of any realm. Undefined for anything else that was thrown. */
export function messageOf(error: unknown): string | undefined {
  const message: unknown = quietly(() => Object(error).message);
  return typeof message === 'string' ? message : undefined;
}

/** Calls a function of the caller's. What it throws is dropped, and so is a rejection of the promise that it returns. */
export function observe(call: () => unknown): void {
  new Promise((settle) => settle(call())).catch(() => {});
}

/** A promise that is settled from outside. Its rejection never counts as unhandled, since nobody may be waiting for it. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** Makes a promise, and the functions that settle it. */
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

/** An Error for programs. Fields and parts of the message that are undefined are left out. */
export class CodedError extends Error {
  constructor(message: string | readonly unknown[], fields: Readonly<Record<string, unknown>>) {
    super(typeof message === 'string' ? message : message.filter((part) => part !== undefined).join(' '));
    for (const name in fields)
      if (fields[name] !== undefined) (this as unknown as Record<string, unknown>)[name] = fields[name];
  }

  /** Plain data for logs. Needed since JSON.stringify leaves out the message of an Error, and all of a cause that is one. */
  toJSON(): object {
    const { message, cause } = this as { readonly message: string; readonly cause?: unknown };
    const { name, code, packetType, message: reason, toJSON } = Object(cause) as Record<string, unknown>;
    const isPlain = reason === undefined || toJSON;
    return { ...this, message, cause: isPlain ? cause : { name, code, packetType, message: reason } };
  }
}
