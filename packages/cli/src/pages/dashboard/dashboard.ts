import { captureText } from '../../packets/capture-text.ts';
import { bytesOfHex } from '../../packets/hex.ts';
import { codeList } from '../codes.ts';
import { byId } from '../element.ts';
import { copyButton, save } from '../save.ts';
import { themeButton } from '../theme.ts';
import { type Device, Devices } from './device.ts';
import { DeviceList } from './device-list.ts';
import { ExchangeView } from './exchange-view.ts';
import { FaultSwitches } from './fault-switches.ts';
import { HubPanel } from './hub-panel.ts';
import type { DevicesMessage, Greeting, Messages, Notice, Rate, Totals } from './messages.ts';
import { RateChart } from './rate-chart.ts';

const say = (id: string, text: string): void => {
  byId(id, HTMLElement).textContent = text;
};

/** The page: the list of devices, the packets of the chosen device, its hub, and the switches for faults. */
class Dashboard {
  #devices = new Devices();
  #chosen: Device | undefined;
  readonly #list: DeviceList = new DeviceList((device, asked) => this.#choose(device, asked));
  readonly #exchange: ExchangeView = new ExchangeView(byId('steps', HTMLElement), byId('packet', HTMLElement));
  readonly #hub: HubPanel = new HubPanel();
  readonly #faults: FaultSwitches = new FaultSwitches(
    byId('faults', HTMLElement),
    byId('single-faults', HTMLElement),
    byId('faults-on', HTMLElement),
  );
  readonly #chart: RateChart = new RateChart(chartLine());
  readonly #status: HTMLElement = byId('status', HTMLElement);

  constructor(source: EventSource) {
    const listen = <Name extends keyof Messages>(name: Name, hear: (message: Messages[Name]) => void) =>
      source.addEventListener(name, ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as Messages[Name]));
    listen('greeting', (greeting) => this.#greet(greeting));
    listen('devices', (devices) => this.#know(devices));
    listen('notices', (notices) => this.#take(notices));
    listen('totals', (totals) => this.#total(totals));
    listen('rate', (rate) => this.#addRate(rate));
    listen('faults', (on) => this.#faults.show(on));
    source.addEventListener('error', () => {
      this.#status.textContent = 'the emulator is not there; waiting for it';
      this.#status.className = 'lost';
    });
    byId('save', HTMLButtonElement).addEventListener('click', () => this.#save());
    byId('back', HTMLButtonElement).addEventListener('click', () => {
      byId('devices-title', HTMLElement).scrollIntoView({ block: 'start' });
      this.#list.focus();
    });
  }

  #greet({ idScope, host, port, webSocketPort, caFile, faults }: Greeting): void {
    // Each new connection gets the recent events again, so the devices are rebuilt from them.
    this.#devices = new Devices();
    this.#status.textContent = 'live';
    this.#status.className = 'live';
    const address = `${host}:${port}`;
    const ports = webSocketPort === undefined ? `TLS ${port}` : `TLS ${port}, WebSocket ${webSocketPort}`;
    say('where', `ID scope ${idScope} · ${host}: ${ports}`);
    const command = `mote provision --id-scope ${idScope} --host ${address} --ca ${caFile ?? 'ca.pem'} --registration-id my-device --key-file device.key`;
    const copied: Readonly<Record<string, string | undefined>> = {
      'tls-address': address,
      'web-socket-address': webSocketPort === undefined ? undefined : `${host}:${webSocketPort}`,
      'id-scope': idScope,
      'ca-file': caFile,
      command,
    };
    for (const [id, text] of Object.entries(copied)) {
      const place = byId(id, HTMLElement);
      if (text === undefined) continue;
      place.replaceChildren(
        text,
        ' ',
        copyButton('Copy', () => text),
      );
    }
    byId('copies', HTMLElement).replaceChildren(
      copyButton('Copy ID scope', () => idScope),
      copyButton('Copy address', () => address),
    );
    this.#faults.offer(faults);
  }

  #know(devices: DevicesMessage): void {
    this.#devices.know(devices);
    this.#draw();
  }

  #take(notices: readonly Notice[]): void {
    const changed = new Set(
      notices.map((notice) => this.#devices.add(notice)).filter((device) => device !== undefined),
    );
    // After a reconnect the chosen device is another object with the same id.
    const chosen = this.#chosen === undefined ? undefined : (this.#devices.byId.get(this.#chosen.id) ?? this.#chosen);
    this.#draw();
    const [first] = changed;
    if (chosen === undefined && first !== undefined) this.#choose(first, false);
    else if (chosen !== undefined && changed.has(chosen)) this.#show(chosen);
  }

  #draw(): void {
    const { size } = this.#devices.byId;
    byId('none', HTMLElement).hidden = size > 0;
    say('count', this.#devices.count);
    const { silent } = this.#devices;
    byId('older', HTMLElement).hidden = silent === 0;
    const [some, all] = [silent, size].map((count) => count.toLocaleString('en'));
    say('older', `${some} of ${all} devices are listed as they stand; what they said is no longer kept.`);
    this.#list.show(this.#devices);
  }

  #choose(device: Device, asked: boolean): void {
    this.#list.mark(device);
    byId('exchange', HTMLElement).hidden = false;
    byId('waiting', HTMLElement).hidden = true;
    this.#show(device);
    if (!asked) return;
    const heading = byId('who', HTMLElement);
    heading.focus({ preventScroll: true });
    const { top, bottom } = heading.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight * 0.8) byId('exchange', HTMLElement).scrollIntoView({ block: 'start' });
  }

  #show(device: Device): void {
    this.#chosen = device;
    say('who', device.id);
    this.#exchange.show(device);
    this.#hub.show(device);
  }

  #total({ connections, registrations }: Totals): void {
    say('connections', String(connections));
    say('registrations', registrations.toLocaleString('en'));
  }

  #addRate(rate: Rate): void {
    this.#total(rate);
    say('per-second', String(rate.perSecond));
    this.#chart.add(rate.perSecond);
  }

  /** Saves the packets of the chosen device as a capture, which `mote inspect` and the inspector page read. */
  #save(): void {
    const device = this.#chosen;
    if (device === undefined) return;
    const packets = device.notices.flatMap(({ packet, time }) =>
      packet === undefined
        ? []
        : [{ bytes: bytesOfHex(packet.bytes), from: packet.from, time: new Date(time).toISOString() }],
    );
    save(`${device.id.replaceAll(/[^\w.-]/g, '_')}.jsonl`, captureText(packets));
  }
}

function chartLine(): SVGPolylineElement {
  const line = document.querySelector('#rate polyline');
  if (!(line instanceof SVGPolylineElement)) throw new Error('the page has no #rate polyline');
  return line;
}

const faultsBox = byId('faults-box', HTMLDetailsElement);
faultsBox.open = matchMedia('(min-width: 900px) and (min-height: 600px)').matches;
themeButton(byId('theme', HTMLButtonElement));
codeList(byId('codes', HTMLDetailsElement));
new Dashboard(new EventSource('events'));
