import { type MaterialError, readSharedKey } from '@mote/client/material';
import { bad, type Finding, good } from './finding.ts';
import type { Subject } from './subject.ts';

/** Checks that exactly one kind of proof was given, and that a shared key can be one: base64 of a possible length. */
export function checkKeys(subject: Subject): Finding[] {
  const { key, secondaryKey, groupKey, cert, sas } = subject;
  const given = [key, groupKey, cert].filter((value) => value !== undefined).length;
  if (given === 0 && sas === undefined) {
    return [
      bad(
        'credential',
        'credential-missing',
        'nothing was given by which the device proves itself',
        'Give --key-file, --group-key-file, or --cert with --cert-key.',
      ),
    ];
  }
  if (given > 1) {
    return [
      bad(
        'credential',
        'credentials-several',
        'a key, a group key and a certificate exclude each other',
        'Keep the one that the enrollment attests with; mind the environment variables.',
      ),
    ];
  }
  return [
    ...keyFinding('device key', key),
    ...keyFinding('secondary key', secondaryKey),
    ...keyFinding('group key', groupKey),
  ];
}

function keyFinding(check: string, text: string | undefined): Finding[] {
  if (text === undefined) return [];
  try {
    const { key } = readSharedKey(text);
    return [good(check, `base64, ${Buffer.from(key, 'base64').length} bytes`)];
  } catch (error) {
    const { message } = error as MaterialError;
    const problem = /^has \d+ bytes/.test(message) ? 'key-length' : 'key-not-base64';
    const fix = /a SAS token/.test(message) ? 'Check a token with --sas.' : COPY;
    return [bad(check, problem, `it ${message}`, fix)];
  }
}

const COPY = 'Copy the primary key of the enrollment: base64, 88 characters when the service made it.';
