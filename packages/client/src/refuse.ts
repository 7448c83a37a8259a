import { ProvisioningError } from './core/error.ts';

/** Throws `invalid-options`. The value stays out of the message: it may be a secret in the wrong place. */
export function refuse(option: string, wanted: string): never {
  throw new ProvisioningError('invalid-options', 'options', `${option}: ${wanted}`);
}
