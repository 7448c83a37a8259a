import { decodeBase64 } from '@mote/client/azure';
import type { Check } from './checks.ts';

/** Checks a symmetric key: base64 of 16 to 64 bytes, the lengths that DPS and a hub take. */
export const checkSymmetricKey: Check = (key) => {
  const bytes = decodeBase64(key.text() ?? '');
  if (bytes === undefined) key.fail('is not base64');
  else if (bytes.length < 16 || bytes.length > 64) key.fail(`holds ${bytes.length} bytes, 16 to 64 are needed`);
};
