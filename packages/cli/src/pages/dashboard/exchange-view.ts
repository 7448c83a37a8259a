import { bytesOfHex } from '../../packets/hex.ts';
import { inspect } from '../../packets/inspected-packet.ts';
import { element } from '../element.ts';
import { packetView } from '../packet-view.ts';
import { type Device, historyIsGone } from './device.ts';
import type { Notice } from './messages.ts';

/** The packets between one device and the service. A packet that is chosen is shown byte by byte below. */
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

  /** Shows another device, or adds what is new about the same one. */
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

/** The line that stands for packets which are no longer kept: without it a reader would miss the CONNECT. */
function gone(): HTMLElement {
  return element(
    'li',
    { class: 'note gone' },
    element('span', { class: 'at' }),
    element('span', {}, 'what came before is no longer kept'),
  );
}

/** Types of notices that get a line besides the packets. All others say only what a packet already shows. */
const TOLD: ReadonlySet<string> = new Set(['connection', 'assigned', 'refused', 'fault', 'warning', 'closed']);
/** Most lines that are shown. A device that polls without end would slow the page down. */
const STEPS_SHOWN = 400;
