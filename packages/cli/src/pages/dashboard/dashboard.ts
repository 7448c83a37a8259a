import { byId } from '../element.ts';
import { themeButton } from '../theme.ts';
import { Devices } from './device.ts';
import { DeviceList } from './device-list.ts';
import { ExchangeView } from './exchange-view.ts';
import { FaultSwitches } from './fault-switches.ts';
import type { Greeting, Messages, Notice, Pulse } from './messages.ts';
import { RateChart } from './rate-chart.ts';

let devices = new Devices();
let selected: string | undefined;
const list = new DeviceList(byId('devices', HTMLElement), select);
const exchange = new ExchangeView(byId('steps', HTMLElement), byId('packet', HTMLElement));
const faults = new FaultSwitches(byId('faults', HTMLElement));
const chart = new RateChart(chartLine());
const status = byId('status', HTMLElement);

function chartLine(): SVGPolylineElement {
  const line = document.querySelector('#rate polyline');
  if (!(line instanceof SVGPolylineElement)) throw new Error('the page has no #rate polyline');
  return line;
}

function select(id: string): void {
  const device = devices.byId.get(id);
  if (device === undefined) return;
  selected = id;
  list.select(id);
  byId('who', HTMLElement).textContent = id;
  byId('exchange', HTMLElement).hidden = false;
  exchange.show(device);
}

function greet({ idScope, host, port, webSocketPort, faults: choices }: Greeting): void {
  // The emulator tells its recent past anew to each connection.
  devices = new Devices();
  status.textContent = 'live';
  status.className = 'live';
  const ports = webSocketPort === undefined ? `TLS ${port}` : `TLS ${port}, WebSocket ${webSocketPort}`;
  byId('tls-address', HTMLElement).textContent = `${host}:${port}`;
  byId('web-socket-address', HTMLElement).textContent =
    webSocketPort === undefined ? 'off' : `${host}:${webSocketPort}`;
  byId('id-scope', HTMLElement).textContent = idScope;
  byId('where', HTMLElement).textContent = `ID scope ${idScope} · ${host}: ${ports}`;
  faults.offer(choices);
}

function take(notices: readonly Notice[]): void {
  const changed = new Set(notices.map((notice) => devices.add(notice)).filter((device) => device !== undefined));
  for (const device of changed) list.show(device);
  list.prune(devices.byId);
  byId('none', HTMLElement).hidden = devices.byId.size > 0;
  byId('waiting', HTMLElement).hidden = selected !== undefined || devices.byId.size > 0;
  const [first] = changed;
  if (selected === undefined && first !== undefined) select(first.id);
  const current = selected === undefined ? undefined : devices.byId.get(selected);
  if (current !== undefined && changed.has(current)) exchange.show(current);
  byId('count', HTMLElement).textContent = devices.count;
}

function beat({ connections, registrations, perSecond }: Pulse): void {
  byId('connections', HTMLElement).textContent = String(connections);
  byId('registrations', HTMLElement).textContent = registrations.toLocaleString('en');
  byId('per-second', HTMLElement).textContent = String(perSecond);
  chart.add(perSecond);
}

function listen<Name extends keyof Messages>(name: Name, hear: (message: Messages[Name]) => void): void {
  source.addEventListener(name, ({ data }: MessageEvent<string>) => hear(JSON.parse(data) as Messages[Name]));
}

const source = new EventSource('events');
listen('greeting', greet);
listen('notices', take);
listen('pulse', beat);
listen('faults', (on) => faults.show(on));
source.addEventListener('error', () => {
  status.textContent = 'the emulator is not there; waiting for it';
  status.className = 'lost';
});
themeButton(byId('theme', HTMLButtonElement));
