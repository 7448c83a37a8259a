import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(`../../../${relative}`, import.meta.url));

export const EXAMPLES = path('examples');
export const MODULE = path('packages/client/dist/mote-device.min.js');
export const SCRIPTS = [path('packages/client/dist/mote-device.es5.min.js'), join(EXAMPLES, 'device.js')];
/** What an engine loads that has only lines of text. */
export const LINES = [...SCRIPTS, join(EXAMPLES, 'lines/lines.js')];

/** The command that runs a device by lines; `form` is `--call`, `--netstrings` or nothing. The file holds its settings. */
export function byLines(command, form) {
  return (file) => ['perl', join(EXAMPLES, 'lines/peer.pl'), ...(form ? [form] : []), file, ...command];
}
