import { bytesOfHex } from '../../packets/hex.ts';
import { inspect } from '../../packets/inspected-packet.ts';
import { byId, element } from '../element.ts';
import type { Device } from './device.ts';
import type { HubCall, HubReply, Notice } from './messages.ts';

/** Most messages of telemetry that are listed, the newest first. */
const MESSAGES_SHOWN = 50;
/** Most characters of one. A message may have 256 KiB. */
const SHOWN_CHARACTERS = 2000;
/** Types of notices after which the twin may have changed, and is read again. */
const TWIN_MAY_CHANGE: ReadonlySet<string> = new Set(['twin', 'assigned', 'connected']);

/** One device at its hub: its telemetry, its twin, and forms to send to it. Hidden for a device that no hub knows. */
export class HubPanel {
  readonly #box: HTMLElement = byId('hub', HTMLElement);
  readonly #telemetry: HTMLElement = byId('telemetry', HTMLElement);
  readonly #result: HTMLElement = byId('hub-result', HTMLElement);
  #device: Device | undefined;
  #last: Notice | undefined;

  constructor() {
    const text = (id: string) => byId(id, HTMLTextAreaElement).value;
    this.#form('message-form', () => ({ action: 'message', text: text('message-text') }));
    this.#form('method-form', () => ({
      action: 'method',
      method: byId('method-name', HTMLInputElement).value,
      text: text('method-payload'),
    }));
    this.#form('desired-form', () => ({ action: 'desired', text: text('desired-patch') }));
  }

  /** Shows another device, or adds what is new about the same one. */
  show(device: Device): void {
    if (device !== this.#device) {
      this.#device = device;
      this.#last = undefined;
      this.#box.hidden = true;
      this.#result.textContent = '';
      this.#telemetry.replaceChildren();
    }
    const from = this.#last === undefined ? 0 : device.notices.indexOf(this.#last) + 1;
    const notices = device.notices.slice(from);
    this.#last = device.notices.at(-1);
    for (const notice of notices) this.#take(notice);
    if (from === 0 || notices.some(({ type }) => TWIN_MAY_CHANGE.has(type))) void this.#readTwin(device);
  }

  #take({ packet, time }: Notice): void {
    const body = packet?.from === 'device' ? telemetryOf(packet.bytes) : undefined;
    if (body === undefined) return;
    const at = element('time', {}, new Date(time).toLocaleTimeString('en-GB'));
    this.#telemetry.prepend(element('li', {}, at, ' ', element('code', {}, body)));
    while (this.#telemetry.childElementCount > MESSAGES_SHOWN) this.#telemetry.lastElementChild?.remove();
    byId('no-telemetry', HTMLElement).hidden = true;
  }

  async #readTwin(device: Device): Promise<void> {
    const { twin } = await ask({ action: 'twin', deviceId: device.id, text: '' });
    if (device !== this.#device) return;
    this.#box.hidden = twin === undefined;
    byId('no-telemetry', HTMLElement).hidden = this.#telemetry.childElementCount > 0;
    if (twin === undefined) return;
    byId('reported', HTMLElement).textContent = JSON.stringify(twin.reported, undefined, 2);
    byId('desired', HTMLElement).textContent = JSON.stringify(twin.desired, undefined, 2);
  }

  #form(id: string, call: () => Omit<HubCall, 'deviceId'>): void {
    byId(id, HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#device !== undefined) void this.#send({ ...call(), deviceId: this.#device.id });
    });
  }

  async #send(call: HubCall): Promise<void> {
    this.#result.textContent = '…';
    const { done, error } = await ask(call);
    this.#result.className = error === undefined ? 'good' : 'bad';
    this.#result.textContent = `${call.method ?? call.action}: ${error ?? done ?? ''}`;
  }
}

async function ask(call: HubCall): Promise<HubReply> {
  const answer = await fetch('hub', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(call),
  }).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as HubReply) : { error: 'the emulator did not take it' };
}

/** The body of a PUBLISH to the telemetry topic; undefined for any other packet. */
function telemetryOf(hex: string): string | undefined {
  const [packet] = inspect([{ bytes: bytesOfHex(hex), from: 'device' }]);
  if (packet?.name !== 'PUBLISH') return undefined;
  const textOf = (tone: string) => {
    const field = packet.fields.find((one) => one.tone === tone);
    return field === undefined ? '' : new TextDecoder().decode(packet.bytes.subarray(field.start, field.end));
  };
  return textOf('topic').includes('/messages/events') ? textOf('payload').slice(0, SHOWN_CHARACTERS) : undefined;
}
