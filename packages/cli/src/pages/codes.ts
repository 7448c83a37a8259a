import { CODEC_ERRORS } from '../packets/codec-errors.ts';
import { byId, element } from './element.ts';

/** A code as a link to what is said of it below, on the same page. The colon keeps it apart from the fragments that carry bytes. */
export function codeLink(code: string): HTMLElement {
  return element('a', { href: `#code:${code}`, class: 'code', title: 'Causes and fixes' }, code);
}

/** Fills the list of codes, which opens where a link leads into it. */
export function codeList(list: HTMLDetailsElement): void {
  const entries = Object.entries(CODEC_ERRORS).map(([code, { what, causes, fix }]) =>
    element(
      'section',
      { id: `code:${code}`, tabindex: '-1' },
      element('h2', {}, code),
      element('p', {}, what),
      element(
        'ul',
        { 'aria-label': `Likely causes of ${code}` },
        ...causes.map((cause) => element('li', {}, ...words(cause))),
      ),
      element('p', {}, ...words(fix)),
    ),
  );
  list.append(...entries);
  const follow = (): void => {
    if (!location.hash.startsWith('#code:') || !Object.hasOwn(CODEC_ERRORS, location.hash.slice(6))) return;
    list.open = true;
    const entry = byId(location.hash.slice(1), HTMLElement);
    entry.scrollIntoView({ block: 'center' });
    entry.focus({ preventScroll: true });
  };
  addEventListener('hashchange', follow);
  // A second press on the same link changes no fragment.
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('a.code') !== null) setTimeout(follow);
  });
  follow();
}

/** What stands between backquotes is code. */
function words(text: string): (Node | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part));
}
