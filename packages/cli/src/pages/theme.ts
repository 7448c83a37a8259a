type Theme = 'light' | 'dark';

/** Makes a button switch between light and dark. Until it is pressed the page follows the setting of the system. */
export function themeButton(button: HTMLButtonElement): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const current = (): Theme => (root.dataset['theme'] as Theme | undefined) ?? (dark.matches ? 'dark' : 'light');
  const label = () => {
    button.textContent = current() === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to ${current() === 'dark' ? 'light' : 'dark'} colours`);
  };
  button.addEventListener('click', () => {
    root.dataset['theme'] = current() === 'dark' ? 'light' : 'dark';
    label();
  });
  dark.addEventListener('change', label);
  label();
}
