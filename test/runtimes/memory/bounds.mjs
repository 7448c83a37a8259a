// What the heap may be, in bytes. Both engines count the same on every machine, so that a bound is what is reached and a fiftieth more.
// `budget` is what design asks of this figure. Where it is missed, `reason` says why, and docs/constrained.md what to do.

const WHOLE = `The budget was made when the device was a client for provisioning. The file has since taken in the general client, the machines of the hub and the whole
  codec. For one job there are mote-provision and mote-telemetry. Tried: functions that are called once written in their place, by terser in three passes (210,391 to 199,652
  bytes: not kept, since it is one more minifier for a twentieth); classes and arrows of ES2020 in place of functions (208,397); compiled ahead by qjsc (207,182, and 220 KB on the
  way where the text takes 682: told in docs/constrained.md); names of any length (the file that is not minified takes a hundredth more, stripped); no text of functions, by
  "use strip" (380,952 to 210,391: kept, and given to the module and the codec's script, too). Client and connection as classes
  (215,141 to 220,399: kept, since their methods are made once and not for each connection: a registration takes 16,256 bytes in place of 18,660). Requests of subscriptions
  of which at most 1,000 are under way, and of which the newest for a filter counts (219,041 to 221,076: kept, since without them subscriptions were lost and a process hung).`;

/** Of a figure: where it is in what was measured, and its bounds on each engine. */
export const BOUNDS = [
  {
    what: 'mote-provision.es5.min.js, loaded',
    of: ({ files }) => files['mote-provision.es5.min.js'].heap,
    quickjs: 80_600,
    duktape: 227_000,
  },
  {
    what: 'mote-telemetry.es5.min.js, loaded',
    of: ({ files }) => files['mote-telemetry.es5.min.js'].heap,
    quickjs: 91_000,
    duktape: 247_000,
  },
  {
    what: 'mote-device.es5.min.js, loaded',
    of: ({ files }) => files['mote-device.es5.min.js'].heap,
    budget: 110 * 1024,
    quickjs: 222_500,
    duktape: 590_000,
    reason: WHOLE,
  },
  {
    what: 'a registration, at its highest',
    of: ({ registration }) => registration.most,
    budget: 18 * 1024,
    quickjs: 16_600,
    duktape: 98_500,
  },
  {
    what: 'a registration, what is left of it',
    of: ({ registration }) => registration.kept,
    quickjs: 10_400,
    duktape: 18_600,
  },
  { what: 'a PUBLISH of 64 bytes, decoded', of: ({ work }) => work.decoded, quickjs: 260, duktape: 345 },
  { what: 'a message of 64 bytes under way', of: ({ work }) => work.inFlight, quickjs: 490, duktape: 1110 },
];

function faultOf(found, bound, budget, reason) {
  if (found > bound) return 'is over its bound';
  if (found < bound * 0.9) return 'is far below its bound, which can be lowered';
  if (budget && found > budget && !reason) return 'misses its budget, and no reason is given';
  if (budget && found <= budget && reason) return 'keeps its budget: the reason for missing it can go';
  return undefined;
}

/** Lines for people, and how many bounds hold. A bound that is far above what is there would hold nothing. */
export function held(measured, engine) {
  const lines = [];
  let failed = 0;
  for (const { what, of, budget, reason, ...bounds } of BOUNDS) {
    const found = Math.round(of(measured));
    const bound = bounds[engine];
    const asked = engine === 'quickjs' ? budget : undefined;
    const fault = faultOf(found, bound, asked, reason);
    if (fault) failed++;
    const numbers = [found, bound, asked].map((bytes) => bytes?.toLocaleString('en'));
    const beside = asked ? ` (asked: ${numbers[2]})` : '';
    lines.push(
      `${fault ? 'FAILED' : 'passed'}  ${measured.name}: ${what}: ${numbers[0]} B of ${numbers[1]}${beside} ${fault ?? ''}`.trim(),
    );
  }
  return { lines, passed: BOUNDS.length - failed, failed };
}
