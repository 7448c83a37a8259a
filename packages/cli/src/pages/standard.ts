import { element } from './element.ts';

const STANDARD = 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html';

/** A link from a statement's number to its place in the standard. The page itself loads nothing from there. */
export function statementLink(statement: string): HTMLElement {
  const href = `${STANDARD}#:~:text=${encodeURIComponent(`[${statement}]`).replaceAll('-', '%2D')}`;
  return element('a', { href, target: '_blank', rel: 'noreferrer noopener', class: 'statement' }, statement);
}
