/** A text or a file that holds no bytes of MQTT that can be read; the message says what it is, or where it stops making sense. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
