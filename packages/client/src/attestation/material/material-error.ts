/** What was to be read: each is an option of the library and a flag of the command. */
export type Slot = 'cert' | 'key' | 'passphrase' | 'ca' | 'csr' | 'shared key' | 'json';

/** The message is a predicate, such as `holds an EC private key, not a certificate request`: a name belongs in front of it. */
export class MaterialError extends Error {
  override readonly name = 'MaterialError';
  readonly slot: Slot;

  constructor(slot: Slot, message: string) {
    super(message);
    this.slot = slot;
  }
}
