/** A text that holds no bytes we can read; the message says where it stops making sense. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
