import { type Chain, commonName, issuerName } from './chain.ts';
import { bad, type Finding, good, note } from './finding.ts';

const CHECK = 'chain';

/**
 * Checks that each certificate is followed by its issuer, and says which issuer the service must know. Which one is enrolled cannot be
 * seen from here. So a file with the device certificate alone gets a note, not an error: it is right if its issuer is enrolled.
 */
export function checkChain(chain: Chain): Finding {
  const [leaf] = chain;
  const broken = chain.findIndex((certificate, at) => at > 0 && !chain[at - 1]?.checkIssued(certificate));
  if (broken > 0) {
    return bad(
      CHECK,
      'chain-order',
      `certificate ${broken + 1} did not issue certificate ${broken}`,
      'Put the device certificate first, below it its issuer, below that the issuer of the issuer.',
    );
  }
  if (leaf.checkIssued(leaf)) {
    return note(CHECK, 'the certificate signed itself: only an individual enrollment can know it');
  }
  const top = chain.at(-1) ?? leaf;
  const issuer = issuerName(top);
  if (chain.length === 1) {
    return note(
      CHECK,
      `${issuer}, which issued it, is not in the file: the service must know ${issuer} itself, or this certificate`,
      `If ${issuer} is an intermediate of an enrolled authority, put it below the certificate: else the answer is 401002.`,
    );
  }
  const names = chain.map((certificate) => commonName(certificate) ?? 'no name').join(' < ');
  return good(CHECK, top.checkIssued(top) ? names : `${names}; the service must know one of these, or ${issuer}`);
}
