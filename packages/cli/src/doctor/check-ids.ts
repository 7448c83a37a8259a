import { isIdScope, isRegistrationId } from '@mote/client';
import { idsAreSwapped, looksLikeIdScope, otherCloud } from '@mote/client/explain';
import { looksSecret, shown } from '../shown.ts';
import { bad, type Finding, good, note } from './finding.ts';
import type { Subject } from './subject.ts';

const PORTAL =
  'Copy it from the overview page of the provisioning service instance: 0ne (in China 0cn) and eight hex digits.';

/** Checks ID scope and registration id by the grammar that the service documents. Needs no network. */
export function checkIds({ idScope, registrationId, host }: Subject): Finding[] {
  if (idsAreSwapped(idScope, registrationId)) {
    const says = `${shown(registrationId!)} looks like an ID scope, ${shown(idScope!)} does not`;
    return [bad('ids', 'ids-swapped', says, 'Are the two swapped? Exchange --id-scope and --registration-id.')];
  }
  return [scopeFinding(idScope, host), ...registrationIdFindings(registrationId)];
}

function scopeFinding(idScope: string | undefined, host: string): Finding {
  const check = 'ID scope';
  if (idScope === undefined) return bad(check, 'scope-missing', 'none was given', `${PORTAL} Give it with --id-scope.`);
  const wrong = (says: string) => bad(check, 'scope-grammar', says, PORTAL);
  const given = shown(idScope);
  if (idScope !== idScope.trim() || /["']/.test(idScope)) return wrong(`${given} has spaces or quotes in it`);
  if (/azure-devices/.test(idScope)) return wrong(`${given} is a host name`);
  if (/^[Oo](?:ne|cn)/i.test(idScope)) return wrong(`${given} begins with the letter O, not with the digit 0`);
  if (!isIdScope(idScope)) return wrong(`${given} holds a character that no ID scope has`);
  const cloud = otherCloud(idScope, host);
  if (cloud !== undefined) {
    return bad(
      check,
      'scope-cloud',
      `${idScope} does not live at ${host}, which answers as if there were no such scope`,
      `Dial the cloud of the scope: set --host to ${cloud}.`,
    );
  }
  if (looksLikeIdScope(idScope)) return good(check, idScope);
  if (/^0(?:ne|cn)/i.test(idScope)) return wrong(`${given} is not 0ne and eight hex digits`);
  return note(
    check,
    `${looksSecret(idScope) ? given : idScope} is unlike those of Azure, which begin with 0ne`,
    PORTAL,
  );
}

function registrationIdFindings(id: string | undefined): Finding[] {
  const check = 'registration id';
  if (id === undefined) {
    return [
      bad(check, 'registration-id-missing', 'none was given', 'Give the id of the enrollment: --registration-id.'),
    ];
  }
  if (!isRegistrationId(id)) {
    return [
      bad(
        check,
        'registration-id-grammar',
        `${shown(id)} is not 1 to 128 letters, digits and - . _ : with a letter or digit at its ends`,
        'Use the registration id of the enrollment, without spaces.',
      ),
    ];
  }
  if (id === id.toLowerCase()) return [good(check, id)];
  return [
    note(
      check,
      `${id} has capital letters: the service ignores case, key derivation and certificates do not`,
      'Write it everywhere in the same way, best in small letters.',
    ),
  ];
}
