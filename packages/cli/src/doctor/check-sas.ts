import { createHmac } from 'node:crypto';
import { deriveDeviceKey } from '@mote/client';
import { bad, type Finding, good } from './finding.ts';
import type { Subject } from './subject.ts';
import { ago } from './time-span.ts';

const CHECK = 'SAS token';
const AGAIN = '`mote sas` makes one that is right.';

/** A token that was made elsewhere: its shape, for whom it is, until when, and with a key at hand its signature. */
export function checkSas(subject: Subject): Finding[] {
  if (subject.sas === undefined) return [];
  const token = readToken(subject.sas);
  if (token === undefined) {
    const shape = 'SharedAccessSignature sr={scope}%2Fregistrations%2F{id}&sig=…&se={seconds}&skn=registration';
    return [bad(CHECK, 'sas-unreadable', 'it has not the parts of a token', `A token looks like ${shape}. ${AGAIN}`)];
  }
  const wrong = resourceFinding(token, subject) ?? expiryFinding(token, subject) ?? signatureFinding(token, subject);
  return [wrong ?? good(CHECK, `for ${token.resource}, ends ${ago(token.expiry * 1000 - subject.now())}`)];
}

interface Token {
  /** `sr` as it stands in the token: the signature is taken over this text. */
  readonly signed: string;
  readonly resource: string;
  readonly signature: string;
  /** Seconds since 1970. */
  readonly expiry: number;
}

function readToken(text: string): Token | undefined {
  const fields = new Map(
    text
      .replace(/^SharedAccessSignature\s+/, '')
      .split('&')
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const [signed, signature, expiry] = [fields.get('sr'), fields.get('sig'), fields.get('se')];
  if (!text.startsWith('SharedAccessSignature ') || !signed || !signature || !/^\d+$/.test(expiry ?? ''))
    return undefined;
  try {
    return {
      signed,
      resource: decodeURIComponent(signed),
      signature: decodeURIComponent(signature),
      expiry: Number(expiry),
    };
  } catch {
    return undefined;
  }
}

function resourceFinding({ resource }: Token, { idScope, registrationId }: Subject): Finding | undefined {
  const expected = `${idScope}/registrations/${registrationId}`;
  if (idScope === undefined || registrationId === undefined) return undefined;
  if (resource.toLowerCase() === expected.toLowerCase()) return undefined;
  return bad(CHECK, 'sas-resource', `it is for ${resource}, not for ${expected}`, AGAIN);
}

function expiryFinding({ expiry }: Token, { now }: Subject): Finding | undefined {
  // 1e11 seconds is the year 5138.
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

function signatureFinding({ signed, signature, expiry }: Token, subject: Subject): Finding | undefined {
  const { key, groupKey, registrationId } = subject;
  const device =
    groupKey !== undefined && registrationId !== undefined ? deriveDeviceKey(groupKey, registrationId) : key;
  if (device === undefined) return undefined;
  const by = (base64: string) =>
    createHmac('sha256', Buffer.from(base64, 'base64')).update(`${signed}\n${expiry}`).digest('base64') === signature;
  if (by(device)) return undefined;
  if (groupKey !== undefined && by(groupKey)) {
    const fix = 'Derive the key of the device first: `mote derive-key`.';
    return bad(CHECK, 'group-key-underived', 'it is signed with the key of the group itself', fix);
  }
  return bad(CHECK, 'sas-signature', 'it is signed with another key than the one given', AGAIN);
}
