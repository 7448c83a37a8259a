import { createHmac } from 'node:crypto';
import { deriveDeviceKey } from '@mote/client';
import { percentDecode } from '@mote/client/azure';
import { inWords, kindsOf, readSharedKey } from '@mote/client/material';
import { bad, type Finding, good, note } from './finding.ts';
import type { Subject } from './subject.ts';
import { ago } from './time-span.ts';

const CHECK = 'SAS token';
const AGAIN = '`mote sas` makes one that is right.';

const SHAPE = 'SharedAccessSignature sr={scope}%2Fregistrations%2F{id}&sig=…&se={seconds}&skn=registration';

/** Checks a token that was made elsewhere: its parts, its device, its expiry, and its signature if the key was given, too. */
export function checkSas(subject: Subject): Finding[] {
  if (subject.sas === undefined) return [];
  const token = readToken(subject.sas);
  if (typeof token === 'string') return [bad(CHECK, 'sas-unreadable', token, `A token looks like ${SHAPE}. ${AGAIN}`)];
  const wrong = resourceFinding(token, subject) ?? expiryFinding(token, subject) ?? signatureFinding(token, subject);
  if (wrong !== undefined) return [wrong];
  const says = `for ${token.resource}, ends ${ago(token.expiry * 1000 - subject.now())}`;
  if (!/sig=[^&]*\+/.test(subject.sas)) return [good(CHECK, says)];
  return [
    note(
      CHECK,
      `${says}; its signature has a + that is not percent-encoded`,
      'Write %2B: who reads a form takes + for a blank.',
    ),
  ];
}

interface Token {
  /** `sr` as it stands in the token, percent-encoded: the signature covers this text. */
  readonly signed: string;
  readonly resource: string;
  readonly signature: string;
  /** Seconds since 1970, and the same as text, which the signature covers. */
  readonly expiry: number;
  readonly expiryText: string;
}

/** The parts of a token, or a sentence that says why it is no token. */
function readToken(given: string): Token | string {
  const text = given.replace(/[\r\n]+$/, '');
  const [, before = '', parts] = /^([\s\S]*?)SharedAccessSignature +(\S[\s\S]*)$/i.exec(text) ?? [];
  const kind = kindsOf(text)[0]!;
  if (parts === undefined) {
    if (kind.kind === 'empty') return 'it is empty';
    if (kind.kind !== 'shared key' && /^(text|a SAS token)$/.test(kind.words))
      return 'it does not begin with SharedAccessSignature';
    return `it is ${inWords([kind])}, not a token`;
  }
  if (before !== '' || /["'`]\s*$/.test(text)) return 'it has quotes, blanks or words around it';
  if (!text.startsWith('SharedAccessSignature')) return 'its first word is SharedAccessSignature, in these letters';
  const fields = new Map<string, string>();
  for (const field of parts.split('&')) {
    const name = field.slice(0, field.indexOf('='));
    if (fields.has(name) && /^(sr|sig|se|skn)$/.test(name)) return `it has ${name} twice`;
    fields.set(name, field.slice(field.indexOf('=') + 1));
  }
  if (!/^(registration)?$/.test(fields.get('skn') ?? '')) return 'its skn is a policy of the service, not registration';
  const missing = ['sr', 'sig', 'se'].filter((name) => !fields.get(name));
  if (missing.length > 0) return `it has no ${missing.join(', no ')}`;
  const [signed, sig, expiryText] = [fields.get('sr')!, fields.get('sig')!, fields.get('se')!];
  if (!/^\d+$/.test(expiryText)) return 'its se is no whole number of seconds';
  const [resource, signature] = [signed, sig].map(percentDecode);
  if (resource === undefined || signature === undefined) return 'its percent-encoding is broken';
  if (!/^[a-z\d+/]{43}=$/i.test(signature)) return 'its sig is not base64 of the 32 bytes of an HMAC-SHA256';
  return { signed, resource, signature, expiry: Number(expiryText), expiryText };
}

function resourceFinding({ resource }: Token, { idScope, registrationId }: Subject): Finding | undefined {
  const expected = `${idScope}/registrations/${registrationId}`;
  if (idScope === undefined || registrationId === undefined) return undefined;
  if (resource.toLowerCase() === expected.toLowerCase()) return undefined;
  return bad(CHECK, 'sas-resource', `it is for ${resource}, not for ${expected}`, AGAIN);
}

function expiryFinding({ expiry }: Token, { now }: Subject): Finding | undefined {
  // 1e11 seconds are the year 5138, and 1e11 milliseconds the year 1973.
  if (expiry > 1e11) {
    return bad(CHECK, 'sas-unreadable', 'its `se` counts milliseconds', 'Give `se` in seconds since 1970.');
  }
  const left = expiry * 1000 - now();
  if (left > 0) return undefined;
  const when = new Date(expiry * 1000).toISOString();
  return bad(
    CHECK,
    'sas-expired',
    `it ended ${ago(left)}, at ${when}`,
    `Make it anew, and see the clock above. ${AGAIN}`,
  );
}

function signatureFinding({ signed, signature, expiryText }: Token, subject: Subject): Finding | undefined {
  const { registrationId } = subject;
  const [key, groupKey] = [usable(subject.key), usable(subject.groupKey)];
  const device =
    groupKey !== undefined && registrationId !== undefined ? deriveDeviceKey(groupKey, registrationId) : key;
  if (device === undefined) return undefined;
  const by = (base64: string) =>
    createHmac('sha256', Buffer.from(base64, 'base64')).update(`${signed}\n${expiryText}`).digest('base64') ===
    signature;
  if (by(device)) return undefined;
  if (groupKey !== undefined && by(groupKey)) {
    const fix = 'Derive the key of the device first: `mote derive-key`.';
    return bad(CHECK, 'group-key-underived', 'it is signed with the key of the group itself', fix);
  }
  return bad(CHECK, 'sas-signature', 'it is signed with another key than the one given', AGAIN);
}

/** The key, if it can be read. If not, `checkKeys` says so in a finding of its own. */
function usable(key: string | undefined): string | undefined {
  try {
    return key === undefined ? undefined : readSharedKey(key).key;
  } catch {
    return undefined;
  }
}
