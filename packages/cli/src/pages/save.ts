import { element } from './element.ts';

/** Lets the browser save a text as a file. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = element('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Makes a button that copies a text, and shows for two seconds whether that was possible. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'copy' }, label);
  button.addEventListener('click', () => {
    const written = navigator.clipboard?.writeText(text()) ?? Promise.reject(new Error('no clipboard'));
    const say = (words: string) => {
      button.textContent = words;
      setTimeout(() => {
        button.textContent = label;
      }, 2000);
    };
    written.then(
      () => say('Copied'),
      () => say('Not allowed here'),
    );
  });
  return button;
}
