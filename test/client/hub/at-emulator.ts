import { connectHub, type HubDevice, type HubOptions, type OpenDeviceOptions, symmetricKey } from '@mote/client';
import {
  type Emulator,
  type EmulatorEvent,
  type EmulatorOptions,
  startEmulator,
  type TelemetryMessage,
} from '@mote/emulator';
import { afterEach } from 'vitest';

// Devices at the emulated hub, over real sockets; everything is closed behind each test.

export const KEY: string = Buffer.alloc(32, 7).toString('base64');
export const HUB = 'hub-1.example.net';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** Closes it behind the test. */
export function kept<One extends AsyncDisposable>(one: One): One {
  open.push(one);
  return one;
}

const keyed = { type: 'sas', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } as const;

export async function emulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return kept(
    await startEmulator({
      iotHubs: [HUB],
      devices: [
        { deviceId: 'dev', authentication: keyed },
        { deviceId: 'dev', moduleId: 'mod', authentication: keyed },
      ],
      ...options,
    }),
  );
}

export function hubOptions(azure: Emulator, options: Partial<HubOptions> = {}): HubOptions {
  return {
    hostName: HUB,
    deviceId: 'dev',
    attestation: symmetricKey(KEY),
    endpoint: `127.0.0.1:${options.transport === 'websocket' ? azure.webSocketPort : azure.port}`,
    tls: { ca: azure.ca },
    retry: { baseMs: 1 },
    ...options,
  };
}

/** For openDevice at an emulator that has an enrollment of `dev` with KEY. */
export function deviceOptions(azure: Emulator, options: Partial<OpenDeviceOptions> = {}): OpenDeviceOptions {
  return {
    idScope: azure.idScope,
    registrationId: 'dev',
    attestation: symmetricKey(KEY),
    endpoint: `127.0.0.1:${azure.port}`,
    tls: { ca: azure.ca },
    ...options,
    hub: { endpoint: `127.0.0.1:${azure.port}`, retry: { baseMs: 1 }, ...options.hub },
  };
}

export async function atHub(azure: Emulator, options: Partial<HubOptions> = {}): Promise<HubDevice> {
  return kept(await connectHub(hubOptions(azure, options)));
}

/** The telemetry that the hub has, this many messages of it. */
export async function telemetry(azure: Emulator, count = 1): Promise<TelemetryMessage[]> {
  const messages: TelemetryMessage[] = [];
  for await (const message of azure.hub.telemetry()) if (messages.push(message) === count) break;
  return messages;
}

/** The first of a loop. */
export async function first<Value>(values: AsyncIterable<Value>): Promise<Value> {
  for await (const value of values) return value;
  throw new Error('the loop has ended');
}

/** Waits for a turn of the emulator until this holds. */
export async function until(holds: () => unknown): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What the emulator tells, from its start on; it grows while the emulator runs. */
export function eventsOf(azure: Emulator): EmulatorEvent[] {
  const events: EmulatorEvent[] = [];
  void (async () => {
    for await (const event of azure.events) events.push(event);
  })();
  return events;
}
