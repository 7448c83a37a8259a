import { cpus, loadavg, platform, totalmem } from 'node:os';
import { version as esbuild } from 'esbuild';
import { pinnedTo } from '../measure/process.ts';
import { versionOf } from '../size/size.ts';

/** Where and when something was measured. */
export interface Environment {
  readonly date: string;
  readonly machine: string;
  /** Of the last minute, when the run began. */
  readonly load: number;
  readonly pinned: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

const PEERS = ['mqtt-packet', 'u8-mqtt-packet', '@sap/xb-msg-mqtt-v311', 'mqtts', 'paho-mqtt', 'mqtt'];

export function environment(): Environment {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors[0]!.model.trim()}, ${processors.length} processors, ${memory} GiB, ${platform()}`,
    load: Math.round(loadavg()[0]! * 10) / 10,
    pinned: pinnedTo !== undefined,
    versions: {
      node: process.version,
      v8: process.versions.v8,
      esbuild,
      ...Object.fromEntries(PEERS.map((name) => [name, versionOf(name)])),
    },
  };
}
