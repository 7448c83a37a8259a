/** All errors that can be found, in the order of the checks. The names are a contract: `--json` prints them. */
export type Problem =
  | 'scope-missing'
  | 'scope-grammar'
  | 'scope-cloud'
  | 'ids-swapped'
  | 'registration-id-missing'
  | 'registration-id-grammar'
  | 'credential-missing'
  | 'credentials-several'
  | 'key-not-base64'
  | 'key-length'
  | 'cert-unreadable'
  | 'cert-unusable'
  | 'cert-key-missing'
  | 'cert-key-unreadable'
  | 'cert-key-mismatch'
  | 'cn-case'
  | 'cn-differs'
  | 'cert-expired'
  | 'cert-not-yet-valid'
  | 'cert-usage'
  | 'chain-order'
  | 'dns-failed'
  | 'port-blocked'
  | 'proxy-needed'
  | 'proxy-failed'
  | 'wrong-ca'
  | 'server-name'
  | 'server-cert-dates'
  | 'tls-failed'
  | 'clock-skew'
  | 'sas-unreadable'
  | 'sas-resource'
  | 'sas-expired'
  | 'sas-signature'
  | 'group-key-underived'
  | 'device-key-as-group-key'
  | 'missing-intermediate'
  | 'registration-refused'
  | 'hub-refused';

/** One line of the report. */
export interface Finding {
  /** The thing that was checked: `ID scope`, `clock`. */
  readonly check: string;
  /** `note`: no error, but good to know. `skipped`: not checked. */
  readonly state: 'good' | 'bad' | 'note' | 'skipped';
  readonly says: string;
  readonly problem?: Problem;
  readonly fix?: string;
}

/** Nothing is wrong. */
export const good = (check: string, says: string): Finding => ({ check, state: 'good', says });
/** No error, but good to know. */
export const note = (check: string, says: string, fix?: string): Finding => ({
  check,
  state: 'note',
  says,
  ...(fix === undefined ? {} : { fix }),
});
/** Not checked, and why. */
export const skipped = (check: string, says: string): Finding => ({ check, state: 'skipped', says });
/** An error, and how to remove it. */
export const bad = (check: string, problem: Problem, says: string, fix: string): Finding => ({
  check,
  state: 'bad',
  problem,
  says,
  fix,
});
