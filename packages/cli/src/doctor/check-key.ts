import { bad, type Finding, good } from './finding.ts';
import type { Subject } from './subject.ts';

/** That there is one way to prove identity, and that a shared key can be one. */
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
  const fix = 'Copy the primary key of the enrollment: base64, 88 characters when the service made it.';
  const wrong = (says: string) => [bad(check, 'key-not-base64', says, fix)];
  if (/SharedAccessKey=/i.test(text)) return wrong('it is a connection string, not a key');
  if (/^SharedAccessSignature /i.test(text)) return wrong('it is a SAS token, not a key; check it with --sas');
  if (text !== text.trim() || /["']/.test(text)) return wrong('it has spaces, line breaks or quotes in it');
  if (/^[0-9a-f]{32,128}$/i.test(text) && text.length % 4 !== 0) return wrong('it is hex, not base64');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    return wrong('it is not base64: was the `=` at its end lost?');
  }
  const { length } = Buffer.from(text, 'base64');
  if (length < 16 || length > 64) {
    return [bad(check, 'key-length', `it has ${length} bytes; the service takes 16 to 64`, fix)];
  }
  return [good(check, `base64, ${length} bytes`)];
}
