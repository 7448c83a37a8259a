import { element } from './element.ts';

const STANDARD = 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html';

/** The number of a statement as a link to its place in the standard. Nothing is asked for until somebody follows it. */
export function statementLink(statement: string): HTMLElement {
  const href = `${STANDARD}#:~:text=${encodeURIComponent(`[${statement}]`).replaceAll('-', '%2D')}`;
  return element('a', { href, target: '_blank', rel: 'noreferrer noopener', class: 'statement' }, statement);
}
