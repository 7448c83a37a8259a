import { chosen, read } from '../connect/connect.ts';
import { mqttObservers } from '../connect/mqtt-observers.ts';
import type { HubDevice } from './hub-device.ts';
import type { HubOptions } from './hub-options.ts';
import { connectHubOver } from './hub-over.ts';
import { hubWords } from './hub-words.ts';

/**
 * Connects a device, or one of its modules, to its IoT hub, and stays connected: comes back, renews its token, loses nothing that it
 * has taken. Resolves when the hub has accepted it for the first time. Rejects with HubError, or with the reason of `signal`;
 * always by `timeoutMs`, and then nothing stays open behind it.
 */
export async function connectHub(options: HubOptions): Promise<HubDevice> {
  return connectHubOver(read(options), chosen(options), { words: hubWords(), observers: mqttObservers });
}
