import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

export const EXAMPLES = path('examples');
export const MODULE = path('packages/client/dist/mote-device.min.js');
export const SCRIPTS = [path('packages/client/dist/mote-device.es5.min.js'), join(EXAMPLES, 'device.js')];
/** The device of half the memory, in place of those. */
const SMALL = [path('packages/client/dist/mote-telemetry.es5.min.js'), join(EXAMPLES, 'telemetry.js')];
/** What an engine loads that has only lines of text. */
export const LINES = [...SCRIPTS, join(EXAMPLES, 'lines/lines.js')];

/** The command that runs a device by lines; `form` is `--call`, `--netstrings` or nothing. The file holds its settings. */
export function byLines(command, form) {
  return (file) => ['perl', join(EXAMPLES, 'lines/peer.pl'), ...(form ? [form] : []), file, ...command];
}

/** The same command with the small device in it; undefined where the engine takes the module. */
export function withSmallDevice(command) {
  if (!command.includes(SCRIPTS[0])) return undefined;
  return command.map((word) => SMALL[SCRIPTS.indexOf(word)] ?? word);
}
