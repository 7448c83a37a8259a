/** An input without readable bytes of MQTT. The message says what the input is, or at which place it cannot be read. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
