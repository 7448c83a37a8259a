import {
  type ConnectOptions,
  connect,
  createClient,
  type MqttClient,
  type ReceivedMessage,
  type Transport,
} from '@mote/client';
import { onTestFinished } from 'vitest';
import { LoopbackServer } from './server.ts';

/** Closes it after the test that is running. */
export function closeLater(one: AsyncDisposable): void {
  onTestFinished(() => one[Symbol.asyncDispose]() as Promise<void>);
}

export async function listen(reply?: LoopbackServer['reply']): Promise<LoopbackServer> {
  const server = await LoopbackServer.listen(reply);
  closeLater(server);
  return server;
}

export const optionsFor = (server: LoopbackServer, options: Partial<ConnectOptions> = {}): ConnectOptions => ({
  host: '127.0.0.1',
  port: server.port,
  transport: 'tcp',
  clientId: 'device',
  retry: { baseMs: 1 },
  ...options,
});

export async function online(server: LoopbackServer, options: Partial<ConnectOptions> = {}): Promise<MqttClient> {
  const client = await connect(optionsFor(server, options));
  closeLater({ [Symbol.asyncDispose]: () => client.close({ drainMs: 0 }) });
  return client;
}

export function offline(options: Partial<ConnectOptions> = {}): MqttClient {
  const nowhere: Transport = { name: 'nowhere', dial: () => ({ send: () => true, close() {} }) };
  const client = createClient({ host: 'nowhere.test', transport: nowhere, clientId: 'device', ...options });
  closeLater({ [Symbol.asyncDispose]: () => client.close({ drainMs: 0 }) });
  return client;
}

export const text = ({ payload }: ReceivedMessage): string => Buffer.from(payload).toString();
export const publishes = (server: LoopbackServer): string[] =>
  server.received.flatMap((packet) =>
    packet.cmd === 'publish' ? [`${packet.topic} ${packet.payload} ${packet.qos}`] : [],
  );
