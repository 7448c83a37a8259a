import { element } from '../element.ts';
import type { FaultChoice } from './messages.ts';

/** A switch for each fault. They show what the emulator reports as on, not what was clicked last. */
export class FaultSwitches {
  readonly #several: HTMLElement;
  readonly #alone: HTMLElement;
  readonly #told: HTMLElement;
  readonly #switches = new Map<string, HTMLButtonElement>();

  /**
   * Elements for the scenarios, for the single faults, and for the names of those that are on, which are seen while the lists are closed.
   */
  constructor(several: HTMLElement, alone: HTMLElement, told: HTMLElement) {
    this.#several = several;
    this.#alone = alone;
    this.#told = told;
  }

  offer(choices: readonly FaultChoice[]): void {
    this.#switches.clear();
    const items = (alone: boolean) =>
      choices.filter((choice) => choice.alone === alone).map((choice) => element('li', {}, this.#switch(choice)));
    this.#several.replaceChildren(...items(false));
    this.#alone.replaceChildren(...items(true));
  }

  show(on: readonly string[]): void {
    for (const [name, button] of this.#switches) button.setAttribute('aria-checked', String(on.includes(name)));
    this.#told.textContent = on.length === 0 ? 'none on' : `on: ${on.join(', ')}`;
    this.#told.className = on.length === 0 ? '' : 'on';
  }

  #switch({ name, description }: FaultChoice): HTMLElement {
    const button = element(
      'button',
      { type: 'button', role: 'switch', 'aria-checked': 'false', class: 'fault-switch', title: description },
      element('span', { class: 'knob', 'aria-hidden': 'true' }),
      element('span', { class: 'label' }, element('strong', {}, name), ' ', element('span', {}, description)),
    );
    button.addEventListener('click', () => void this.#toggle(name));
    this.#switches.set(name, button);
    return button;
  }

  async #toggle(name: string): Promise<void> {
    const on = [...this.#switches]
      .filter(([, button]) => button.getAttribute('aria-checked') === 'true')
      .map(([other]) => other);
    const faults = on.includes(name) ? on.filter((other) => other !== name) : [...on, name];
    const answer = await fetch('faults', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    if (answer.ok) this.show((await answer.json()) as string[]);
  }
}
