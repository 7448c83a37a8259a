import { checkCertificate } from './check-certificate.ts';
import { checkHub, hubOf } from './check-hub.ts';
import { checkIds } from './check-ids.ts';
import { checkKeys } from './check-key.ts';
import { checkNetwork } from './check-network.ts';
import { checkRegistration } from './check-registration.ts';
import { checkSas } from './check-sas.ts';
import { checkTls, clockFinding } from './check-tls.ts';
import { type Finding, skipped } from './finding.ts';
import type { Subject } from './subject.ts';

/**
 * Runs all checks in order: first those without network, at the end a real registration. Yields each finding at once. After an error
 * the registration is left out, since its failure would tell nothing new.
 */
export async function* examine(subject: Subject): AsyncGenerator<Finding> {
  if (subject.known !== undefined) {
    yield* checkHub(subject, subject.known);
    return;
  }
  let wrong = 0;
  const counted = (findings: readonly Finding[]) => {
    wrong += findings.filter(({ state }) => state === 'bad').length;
    return findings;
  };
  yield* counted([...checkIds(subject), ...checkKeys(subject), ...checkCertificate(subject)]);
  const network = await checkNetwork(subject);
  yield* counted(network.findings);
  let skewMs: number | undefined;
  for (const port of network.openPorts) {
    const tls = await checkTls(subject, port);
    skewMs ??= tls.skewMs;
    yield* counted(tls.findings);
  }
  yield* counted([clockFinding(skewMs, subject), ...checkSas(subject)]);
  if (!subject.register) yield skipped('registration', 'not tried, as asked');
  else if (wrong > 0) yield skipped('registration', 'not tried: fix the above first');
  else {
    const { finding, assignment } = await checkRegistration(subject);
    yield finding;
    if (subject.hub && assignment !== undefined) yield* checkHub(subject, hubOf(subject, assignment));
    if (assignment !== undefined) return;
  }
  if (subject.hub) yield skipped('hub', 'not tried: which hub it is the registration would tell');
}
