import type { ProvisioningErrorCode } from '../error.ts';

const BY_ERROR_CODE: Readonly<Record<number, string>> = {
  400207: 'The custom allocation function failed: look at its log.',
  400208: 'No IoT hub could be chosen: is one linked to the enrollment?',
  400209: 'The allocation did not approve this device.',
  401002: 'Is every intermediate certificate in `cert`, and the CA verified in the service?',
};

const BY_CODE: Readonly<Partial<Record<ProvisioningErrorCode, string>>> = {
  unauthorized: 'Is it the key of this device (not of its group: use groupKey), and is the clock right?',
  'not-found': 'Is there an enrollment for this registration id in the instance of this ID scope?',
  throttled: 'Start devices in batches, and keep the assigned hub instead of provisioning at each start.',
  'registration-disabled': 'An operator disabled the enrollment; only an operator can enable it.',
};

export function serviceHint(code: ProvisioningErrorCode, errorCode: number | undefined): string | undefined {
  return BY_ERROR_CODE[errorCode ?? 0] ?? BY_CODE[code];
}

const BY_RETURN_CODE: Readonly<Record<number, string>> = {
  3: 'The service answers so when the ID scope does not exist; else it is down.',
  4: 'The service did not accept user name or password.',
  5: 'Do registration id and common name of the certificate agree?',
};

export function connackHint(returnCode: number): string | undefined {
  return BY_RETURN_CODE[returnCode];
}

/** Why nothing may be heard, by the stage it happens in. */
export function silenceHint(stage: string): string | undefined {
  return stage === 'tcp' || stage === 'tls'
    ? "A firewall may drop the packets: try transport 'auto', or a proxy."
    : undefined;
}
