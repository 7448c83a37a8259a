import { bytesOfHex } from '../../packets/hex.ts';
import { inspect } from '../../packets/inspected-packet.ts';
import { element } from '../element.ts';
import { packetView } from '../packet-view.ts';
import { type Device, historyIsGone } from './device.ts';
import type { Notice } from './messages.ts';

/** What one device and the service said to each other; a packet that is chosen is taken apart below. */
export class ExchangeView {
  readonly #steps: HTMLElement;
  readonly #packet: HTMLElement;
  #shown: Device | undefined;
  #last: Notice | undefined;
  #start = 0;

  constructor(steps: HTMLElement, packet: HTMLElement) {
    this.#steps = steps;
    this.#packet = packet;
  }

  /** Shows another device, or what is new of the same. */
  show(device: Device): void {
    if (device !== this.#shown) {
      this.#shown = device;
      this.#last = undefined;
      this.#start = device.notices[0]?.time ?? 0;
      this.#steps.replaceChildren(...(historyIsGone(device) ? [gone()] : []));
      this.#packet.replaceChildren(element('p', { class: 'hint' }, 'Choose a packet to see its bytes.'));
    }
    const from = this.#last === undefined ? 0 : device.notices.indexOf(this.#last) + 1;
    for (const notice of device.notices.slice(from)) {
      if (notice.packet !== undefined || TOLD.has(notice.type)) this.#steps.append(this.#step(notice));
      this.#last = notice;
    }
    if (this.#steps.childElementCount <= STEPS_SHOWN) return;
    while (this.#steps.childElementCount >= STEPS_SHOWN) this.#steps.firstElementChild?.remove();
    this.#steps.prepend(gone());
  }

  #step(notice: Notice): HTMLElement {
    const { packet, text, type, time } = notice;
    const at = element('span', { class: 'at' }, `${((time - this.#start) / 1000).toFixed(3)} s`);
    if (packet === undefined)
      return element('li', { class: `note ${type}` }, at, element('span', {}, `${type}: ${text}`));
    const [name = '', ...details] = text.split(' ');
    const arrow = packet.from === 'device' ? '→' : '←';
    const button = element(
      'button',
      { type: 'button', class: `step ${packet.from}` },
      at,
      element(
        'span',
        {
          class: 'arrow',
          'aria-label': packet.from === 'device' ? 'from the device' : 'from the service',
          role: 'img',
        },
        arrow,
      ),
      element('strong', {}, name),
      element('span', { class: 'detail' }, details.join(' ')),
    );
    button.addEventListener('click', () => this.#open(packet, button));
    return element('li', {}, button);
  }

  #open({ bytes, from }: NonNullable<Notice['packet']>, button: HTMLElement): void {
    for (const other of this.#steps.querySelectorAll('[aria-current]')) other.removeAttribute('aria-current');
    button.setAttribute('aria-current', 'true');
    const packets = inspect([{ bytes: bytesOfHex(bytes), from }]);
    this.#packet.replaceChildren(...packets.map((packet) => packetView(packet, 'h3')));
  }
}

/** What a device said before is kept nowhere; so its exchange does not begin with its CONNECT. */
function gone(): HTMLElement {
  return element(
    'li',
    { class: 'note gone' },
    element('span', { class: 'at' }),
    element('span', {}, 'what came before is no longer kept'),
  );
}

/** What is worth a line beside the packets, which say the rest themselves. */
const TOLD: ReadonlySet<string> = new Set(['connection', 'assigned', 'refused', 'fault', 'warning', 'closed']);
const STEPS_SHOWN = 400;
