import type { FileContent } from '../attestation.ts';
import { isFileContent } from './file-content.ts';
import { inWords, kindsOf } from './kind.ts';

/** What was being read. Each is an option of the library and a flag of the command. */
export type Slot = 'cert' | 'key' | 'passphrase' | 'ca' | 'csr' | 'shared key' | 'json';

/**
 * The message has no subject, for example `holds an EC private key, not a certificate request`. The caller puts the name of option or flag
 * in front.
 */
export class MaterialError extends Error {
  override readonly name = 'MaterialError';
  readonly slot: Slot;

  constructor(slot: Slot, message: string) {
    super(message);
    this.slot = slot;
  }
}

/** The error for material of another kind than `wanted`. It says what was found, and never shows it: it may be a secret. */
export function ofAnotherKind(slot: Slot, input: FileContent, wanted: string): MaterialError {
  if (!isFileContent(input))
    return new MaterialError(slot, input === undefined ? 'is missing' : 'is to be text or bytes');
  const found = kindsOf(input);
  if (found[0]!.kind === 'empty') return new MaterialError(slot, `is empty; ${wanted} is wanted`);
  return new MaterialError(slot, `holds ${inWords(found)}, not ${wanted}`);
}
