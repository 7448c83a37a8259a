// The measurements as people read them: a line each while they run, and docs/runtimes.md at the end.

const BUILD = { es5: 'ES5', module: 'ESM', worker: 'ESM', sample: 'ES5, a sample', machines: 'machines' };

export function lineOf({ engine, version, missing, runs, device }) {
  const label = `${engine.name.replaceAll('`', '')} ${version ?? ''}`.trim().padEnd(38);
  if (missing) return `${label} not had: ${missing}`;
  const suites = runs.flatMap((run) => [
    `${label} ${BUILD[run.form]}  ${run.ok ? 'passed' : 'FAILED'}  ${sums(run.counts)}  ${run.seconds.toFixed(1)} s`,
    ...run.failures.map((failure) => `    ${failure}`),
  ]);
  if (!device) return suites.join('\n');
  const verdict = device.failures.length > 0 ? 'FAILED' : 'passed';
  const cost = device.seconds === undefined ? '' : `  ${device.seconds.toFixed(1)} s, ${kilobytes(device)}`;
  return [...suites, `${label} device  ${verdict}${cost}`, ...device.failures.map((failure) => `    ${failure}`)].join(
    '\n',
  );
}

function kilobytes({ peak }) {
  return `${peak.toLocaleString('en')} KB`;
}

function sums(counts) {
  if (!counts) return 'no result';
  const { vectors, truncations, flips, registrations, clients } = counts;
  if (registrations) return `vectors ${share(vectors)}, talks ${share(registrations)} and ${share(clients)}`;
  return `vectors ${share(vectors)}, truncations ${share(truncations)}, bit flips ${share(flips)}`;
}

function share({ passed, failed }) {
  const all = (passed + failed).toLocaleString('en');
  return failed ? `${passed.toLocaleString('en')} of ${all}` : all;
}

export function documentOf(measurements, date) {
  const had = measurements.filter(({ runs }) => runs);
  const missing = measurements.filter((measurement) => measurement.missing);
  return `${INTRODUCTION}
Measured on ${date}, Linux ${process.arch}. A number alone says that all of that many passed; “n of m” says that some did not.

| engine | version | from | build | vectors | cut short | cut in two | bit flips | encoders | other checks |
|---|---|---|---|---|---|---|---|---|---|
${had.flatMap(rowsOf).join('\n')}

${deviceSection(had)}
${missing.length ? `## Not had\n\n${missing.map(({ engine, missing: why }) => `- ${engine.name}: ${why}`).join('\n')}\n` : 'Every engine that the script knows was had.\n'}
${REMARKS}`;
}

/** What `--device` measures, which has a place of its own in the page. */
export function deviceSection(measurements) {
  return `<!-- device -->
## The device

The machines of \`@mote/client/core\`, by \`dist/mote-device.es5.min.js\`, which every engine with \`Uint8Array\` takes.

- **machines**: known answers of HMAC-SHA-256, SHA-256 and base64, and random talks of a Registration and a Client with a peer that answers rightly,
  wrongly or not at all. Every action goes into a checksum, which is Node's on each engine.
- **device**: \`examples\` as they stand: from a key to three messages at the hub, over real TLS against the emulator. A wrong key, a lost link, a
  throttled and a bad answer end with the code that they have on Node.
- **seconds** of that good run, with the start of the engine and the pauses that the service asks for. **memory** is the most that the engine's process
  had in it; for WebAssembly and the large engines that is their own. What the device takes is in [constrained.md](constrained.md).

| engine | machines: vectors | talks | device | seconds | memory, KB |
|---|---:|---:|---|---:|---:|
${measurements
  .filter(({ device }) => device)
  .map(deviceRow)
  .join('\n')}
<!-- end -->
`;
}

/** Builds with the same result share a row. */
function rowsOf({ engine, version, runs }) {
  const rows = new Map();
  for (const run of runs.filter(({ form }) => form !== 'machines')) {
    const cells = cellsOf(run);
    rows.set(cells, [...(rows.get(cells) ?? []), BUILD[run.form]]);
  }
  return [...rows].map(
    ([cells, builds]) => `| ${engine.name} | ${version} | ${engine.from} | ${builds.join(', ')} | ${cells} |`,
  );
}

function deviceRow({ engine, runs, device }) {
  const counts = runs.find(({ form }) => form === 'machines')?.counts;
  const talks = counts && [counts.registrations, counts.clients].map(share).join(' + ');
  const verdict = device.failures.length > 0 ? `failed: ${device.failures[0]}` : 'all five';
  const cost =
    device.seconds === undefined ? ' | ' : `${device.seconds.toFixed(1)} | ${device.peak.toLocaleString('en')}`;
  return `| ${engine.name} | ${counts ? share(counts.vectors) : ''} | ${talks ?? ''} | ${verdict} | ${cost} |`;
}

function cellsOf({ ok, counts, failures }) {
  if (!counts) return `failed: ${failures[0]} | | | | | `;
  const { vectors, truncations, splits, flips, encoders, verdicts, lengths, annotate, publish, topics } = counts;
  const others = [verdicts, lengths, annotate, publish, topics].reduce((sum, { passed, failed }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
  }));
  const cells = [vectors, truncations, splits, flips, encoders, others].map(share);
  return (ok ? cells : [`failed: ${failures[0]}`, ...cells.slice(1)]).join(' | ');
}

const INTRODUCTION = `# Runtimes

The codec is standard ECMAScript and nothing else. This table is what shows it: the whole vector suite as one plain script, run
by each engine itself. \`pnpm test:runtimes\` fetches the engines, runs them and writes this file; \`--only duktape,xs\` runs some,
\`--ci\` those that are quick to fetch.

The script holds the codec, the vectors of \`test/vectors\` and the checks of \`test/runtimes/suite\`. It asks an engine for
\`print\` or \`console.log\` and for nothing else. “ES5” is \`dist/mote-codec.es5.js\` with checks in ES5; “ESM” is the modules of
\`dist\`, bundled, not lowered.

- **vectors**: each packet of the standard's corpus accepted with the listed fields and encoded to the same bytes, refused with a
  typed error by which the Framer stays failed, or awaited. A vector counts as passed when every check on it has passed.
- **cut short**: each proper prefix is awaited by the Framer and refused by \`decode\`.
- **cut in two**: each place, and byte by byte.
- **bit flips**: each single bit; the verdict is a typed one, and what is accepted is encoded to the same bytes again.
- **encoders**: each of the three ways to encode, into the middle of a target, without room; and packets that must not be encoded.
- **other checks**: verdicts one by one, Remaining Length one more and one less, \`PublishView\`, \`preparePublish\`, the spans of
  \`annotate\`, topics against filters.

Every error (message, code, offset, packet type) and every span of \`annotate\` goes into a checksum. An engine has passed when
it gives the checksum that Node gives, with as many checks made.

Packets of more than 600 bytes are cut and damaged near both ends and at eight places between; those of 2 MiB are cut into
segments of 1,460 bytes. The one of 256 MiB is left to the codec's own tests.
`;

const REMARKS = `## Engines left out, and engines at fault

- QuickJS-ng of npm, in WebAssembly, does not end the random talks: “memory access out of bounds”, or “p->ref_count > 0”, an assertion of its own collector, which no script may
  break. In which talk depends on the build of the file, and it is so with its Map and with ours, in 0.31.0 and 0.32.0. The talks of the
  Registration alone and those of the Client alone fail, too, after some tens of talks. Other sizes of its stack and of the host's, slice for subarray, and errors that are
  plain objects change at most in which talk. 200,000 cycles of closures and 60,000 uses of a regular expression do no harm: no small case is known. Its codec suite and its device
  pass, and QuickJS passes all.
- njs frees no memory until the script ends, and its strings are no sequences of UTF-16 units.
- MuJS has no typed arrays.
- MicroQuickJS, JerryScript and Espruino: neither npm nor Debian carries them.
`;
