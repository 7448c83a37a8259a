// `pnpm demo` as a newcomer types it: it ends well, every device of it comes from its key to its telemetry, and nothing in it looks like a failure.
// `N passed, N failed` at the end.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { status, stdout, stderr, error } = spawnSync('npx', ['-y', 'pnpm@10.34.9', 'demo'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken out
const said = `${stdout}\n${stderr}`.replace(/\x1b\[[\d;]*m/g, '');
const cases = [
  ['ends with 0', status === 0 && error === undefined],
  ['says that it builds, before it does', /building .*\n[\s\S]*Nothing leaves this machine/.test(said)],
  ['assigns its three devices', (said.match(/ is assigned to \S+\.azure-devices\.net/g) ?? []).length === 3],
  ['draws one picture', (said.match(/^device +service$/gm) ?? []).length === 1],
  [
    'has telemetry of each received by the hub',
    (said.match(/^✔ telemetry +\{"temperature":21\.5\} received/gm) ?? []).length === 3,
  ],
  ['has a method answered', /^✔ method +reboot \{"delay":5\} answered with 200 \{"rebooting":true\}$/m.test(said)],
  ['has a change of the twin reported back', /^✔ twin +desired \{"interval":10\} reported back/m.test(said)],
  [
    'draws the method and the twin, too',
    /methods\/POST\/reboot/.test(said) && /twin\/PATCH\/properties\/desired/.test(said),
  ],
  ['ends with a summary', /^3 of 3 devices: from their key to their telemetry in [\d.]+ s\.$/m.test(said)],
  ['is under 15 s once it is built', Number(/telemetry in ([\d.]+) s\.$/m.exec(said)?.[1]) < 15],
  ['and with what to try next', /^Now try:\n(?: {2}npx mote .*\n){3}/m.test(said)],
  ['warns of nothing', !/\bWARN\b|ENOENT|Warning:/.test(said.replace(/^npm warn .*$/gm, ''))],
];
for (const [what, holds] of cases) console.log(`${holds ? 'ok      ' : 'FAILED  '} the demo ${what}`);
const failed = cases.filter(([, holds]) => !holds).length;
if (failed > 0) console.log(said);
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
