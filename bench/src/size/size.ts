import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { AZURE_MISSING, azureFolder, azureIsInstalled } from './azure-folder.ts';
import { bundle } from './bundle.ts';
import { type Footprint, measureFootprints } from './footprint.ts';
import { clientImports, codecImports, type MoteImport } from './mote-imports.ts';
import { azureDeviceSdk, azureSdk, type PeerImport, peerClients, peerCodecs } from './peer-imports.ts';

export interface SizeRow {
  readonly what: string;
  /** `@mote/codec`, or `mqtt-packet 9.0.2`. */
  readonly package: string;
  readonly minified: number;
  readonly gzip: number;
  readonly budget?: MoteImport['budget'];
  readonly exception?: MoteImport['exception'];
  /** Bytes of each file that came along, the largest first. */
  readonly bytes?: Readonly<Record<string, number>>;
  /** Files that came along though they should not. */
  readonly leaks?: readonly string[];
}

export interface Sizes {
  readonly codecs: readonly SizeRow[];
  readonly devices: readonly SizeRow[];
  readonly clients: readonly SizeRow[];
  readonly footprints: readonly Footprint[];
  /** Said instead of a row. */
  readonly missing?: string;
}

const bench = fileURLToPath(new URL('../..', import.meta.url));

export async function measureSizes(): Promise<Sizes> {
  const codecs = [
    ...(await Promise.all(codecImports.map((entry) => ours(entry, '@mote/codec')))),
    ...(await Promise.all(peerCodecs.map((entry) => theirs(entry, bench)))),
  ];
  const clients = [
    ...(await Promise.all(clientImports.map((entry) => ours(entry, '@mote/client')))),
    ...(await Promise.all(peerClients.map((entry) => theirs(entry, bench)))),
  ];
  const devices = DEVICE_FILES.map(fileRow);
  const footprints = measureFootprints();
  if (!azureIsInstalled()) return { codecs, devices, clients, footprints, missing: AZURE_MISSING };
  return {
    codecs,
    devices,
    footprints,
    clients: [
      ...clients,
      ...(await Promise.all([azureSdk, azureDeviceSdk].map((entry) => theirs(entry, azureFolder)))),
    ],
  };
}

/** The single files for engines without a package manager, as they are published. */
export const DEVICE_FILES: readonly string[] = [
  'mote-device.es5.min.js',
  'mote-device.min.js',
  'mote-provision.es5.min.js',
  'mote-telemetry.es5.min.js',
];

function fileRow(name: string): SizeRow {
  const contents = readFileSync(fileURLToPath(new URL(`../../../packages/client/dist/${name}`, import.meta.url)));
  const gzip = gzipSync(contents, { level: 9 }).length;
  return { what: `\`${name}\``, package: '@mote/client', minified: contents.length, gzip };
}

export async function ours(entry: MoteImport, name: string): Promise<SizeRow> {
  const { minified, gzip, modules, bytes, text } = await bundle(entry.code, bench);
  const leaks = entry.without.filter((part) =>
    part.startsWith('/') ? modules.some((module) => module.includes(part)) : text.includes(part),
  );
  const { what, budget, exception } = entry;
  return {
    what,
    package: name,
    minified,
    gzip,
    leaks,
    bytes,
    ...(budget && { budget }),
    ...(exception && { exception }),
  };
}

async function theirs(entry: PeerImport, folder: string): Promise<SizeRow> {
  const { minified, gzip } = await bundle(entry.code, folder);
  return { what: entry.what, package: `${entry.package} ${versionOf(entry.package, folder)}`, minified, gzip };
}

export function versionOf(name: string, folder: string = bench): string {
  // Read from the folder: some packages do not export their package.json.
  const { version } = createRequire(import.meta.url)(`${folder}/node_modules/${name}/package.json`) as {
    version: string;
  };
  return version;
}
