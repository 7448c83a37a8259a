/** What was being read. Each is an option of the library and a flag of the command. */
export type Slot = 'cert' | 'key' | 'passphrase' | 'ca' | 'csr' | 'shared key' | 'json';

/** The message has no subject, for example `holds an EC private key, not a certificate request`. The caller puts the name of option or flag in front. */
export class MaterialError extends Error {
  override readonly name = 'MaterialError';
  readonly slot: Slot;

  constructor(slot: Slot, message: string) {
    super(message);
    this.slot = slot;
  }
}
