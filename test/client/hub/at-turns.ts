import { type HubOptions, symmetricKey } from '@mote/client';
import type { TurnServer } from '../turns.ts';
import { KEY } from './at-emulator.ts';

/** What a device of every server in memory has: its key, and limits that pass in a few turns. */
export const quickly = (server: TurnServer) => ({
  attestation: symmetricKey(KEY),
  transport: server,
  retry: { baseMs: 1, capMs: 1 },
  timeoutMs: 300,
});

/** Options of a device at a hub in memory. */
export const atHub = (server: TurnServer, options: Partial<HubOptions> = {}): HubOptions => ({
  hostName: 'hub-1.test',
  deviceId: 'dev',
  ...quickly(server),
  ...options,
});
