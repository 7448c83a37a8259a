import { createHmac, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  connect,
  deriveDeviceKey,
  type Ecma419Callbacks,
  type Ecma419Socket,
  type EspruinoSocket,
  type HubDevice,
  type MqttClient,
  openDevice,
  type StreamSocket,
  symmetricKey,
} from '@mote/client';
import { encodePublish, Framer } from '@mote/codec';
import type { Emulator } from '@mote/emulator';
import { expect } from 'vitest';
import { CACHE, type Stand } from './redirected-client.ts';

/** What stands around an example: somebody's socket, keys, client. */
export interface Given {
  readonly check: (actual: unknown, expected: unknown) => void;
  readonly framer: Framer;
  readonly target: Uint8Array;
  readonly socket: { on(event: 'data', heard: (chunk: Uint8Array) => void): void };
  readonly onMessage: (...message: unknown[]) => void;
  /** Of an enrollment group, in base64. */
  readonly masterKey: string;
  /** Of the device sensor-17, in base64. */
  readonly key: string;
  /** PEM, of the device camera-4. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly hsm: { hmac(bytes: Uint8Array): Promise<Uint8Array> };
  readonly hostName: string;
  /** A configuration of the emulator, on the disk. */
  readonly file: string;
  readonly client: MqttClient;
  readonly device: HubDevice;
  readonly dps: Emulator;
  /** Engines of devices, which dial in their own way. */
  readonly sockets: { secure(host: string, port: number, callbacks: Ecma419Callbacks): Ecma419Socket };
  readonly tls: {
    connect(options: object, connected: (socket: EspruinoSocket) => void): EspruinoSocket | undefined;
  };
  readonly worker: { connect(address: object, options: object): StreamSocket };
}

interface Made {
  readonly value: unknown;
  readonly end?: () => unknown;
}

type Maker = (stand: Stand) => Made | Promise<Made>;

const PUBLISH = encodePublish({ topicName: 'meter/7', payload: Uint8Array.of(0x31) });

/** How each is made, for one example. */
export const GIVEN: Readonly<Record<Exclude<keyof Given, 'check'>, Maker>> = {
  framer: () => {
    const value = new Framer();
    value.push(PUBLISH);
    return { value };
  },
  target: () => ({ value: new Uint8Array(100) }),
  socket: () => ({ value: { on: (_event: string, heard: (chunk: Uint8Array) => void) => heard(PUBLISH) } }),
  onMessage: () => ({ value: () => {} }),
  masterKey: ({ service }) => ({ value: service!.groupKey }),
  key: ({ service }) => ({ value: deriveDeviceKey(service!.groupKey, 'sensor-17') }),
  certificate: ({ service }) => ({ value: service!.dps.issueDeviceCertificate('camera-4').cert }),
  privateKey: ({ service }) => ({ value: service!.dps.issueDeviceCertificate('camera-4').key }),
  hsm: ({ service }) => {
    const key = Buffer.from(deriveDeviceKey(service!.groupKey, 'sensor-17'), 'base64');
    return { value: { hmac: async (bytes: Uint8Array) => createHmac('sha256', key).update(bytes).digest() } };
  },
  hostName: ({ service }) => ({ value: service!.dps.iotHubs[0] }),
  file: () => {
    const value = `${CACHE}enrollments.json`;
    writeFileSync(value, '{}');
    return { value };
  },
  client: async () => {
    const value = await connect({ host: 'broker.example', clientId: randomBytes(4).toString('hex') });
    return { value, end: () => value.close() };
  },
  device: async ({ service }) => {
    const attestation = symmetricKey(deriveDeviceKey(service!.groupKey, 'sensor-17'));
    const value = await openDevice({ idScope: service!.dps.idScope, registrationId: 'sensor-17', attestation });
    return { value, end: () => value.close() };
  },
  dps: ({ service }) => ({ value: service!.dps }),
  sockets: () => ({ value: {} }),
  tls: () => ({ value: {} }),
  worker: () => ({ value: {} }),
};

/** A module that `moduleOf` has written. */
export interface Example {
  readonly given: readonly (keyof typeof GIVEN)[];
  run(given: Given): Promise<void>;
}

/** Makes what an example uses, and takes it away when it has run. */
export async function runExample({ given, run }: Example, stand: Stand): Promise<void> {
  const made: [string, Made][] = [];
  for (const name of given) made.push([name, await GIVEN[name](stand)]);
  const check: Given['check'] = (actual, expected) => expect(actual).toEqual(expected);
  try {
    await run({ check, ...Object.fromEntries(made.map(([name, { value }]) => [name, value])) } as unknown as Given);
  } finally {
    for (const [, { end }] of made) await end?.();
  }
}
