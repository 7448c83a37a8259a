import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { debianVersion, installFromDebian, reasonFor } from './install.mjs';

const run = promisify(execFile);
const TIMEOUT_MS = 600_000;

/**
 * Runs each form of the suites that the engine takes. `scripts` names the file of each form to be run; `references` are the results
 * of complete runs on this Node, of `codec`, `sample` and `machines`: an engine that has checked less, or has said other things, has
 * not passed. Returns `{ engine, version, runs }` or, when the engine could not be had, `{ engine, missing }`.
 */
export async function measure(engine, scripts, references) {
  const missing = missingOf(engine);
  if (missing) return { engine, missing };
  const runs = [];
  for (const form of Object.keys(scripts)) {
    const take = engine[['machines', 'sample'].includes(form) ? 'es5' : form];
    const reference = references[form] ?? references.codec;
    if (take) runs.push({ form, ...(await runForm(engine, take(scripts[form]), reference)) });
  }
  return { engine, version: await versionOf(engine), runs };
}

function missingOf(engine) {
  const { binary, needs = binary, debian, make } = engine;
  const reason = debian && installFromDebian(engine);
  if (reason) return reason;
  if (!existsSync(needs)) return `${needs.replace(/^.*node_modules\//, 'npm: ')} is not there`;
  return (make && reasonFor(make)) ?? (existsSync(binary) ? undefined : `${binary} is not there`);
}

async function runForm({ binary }, args, reference) {
  const began = performance.now();
  const said = await run(binary, args, { timeout: TIMEOUT_MS, maxBuffer: 1e8 }).catch((error) => error);
  const seconds = (performance.now() - began) / 1000;
  const line = `${said.stdout}`.split('\n').findLast((text) => text.startsWith('{"suite":"mote-'));
  if (!line) return { ok: false, seconds, failures: [endOf(said)] };
  const { counts, failures, transcript } = JSON.parse(line);
  for (const kind of Object.keys(reference.counts)) {
    const [done, all] = [total(counts[kind]), total(reference.counts[kind])];
    if (done !== all) failures.push(`${kind}: ${done} checks of ${all}`);
  }
  if (transcript !== reference.transcript) failures.push('errors or spans differ from those of the reference');
  return { ok: failures.length === 0, seconds, counts, failures };
}

function total(count) {
  return count ? count.passed + count.failed : 0;
}

function endOf({ killed, stderr, message }) {
  if (killed) return `stopped after ${TIMEOUT_MS / 1000} s`;
  return `${stderr}`.trim().split('\n').at(-1) || message || 'it printed no result';
}

async function versionOf({ binary, version, versionIs = /\d[\d.-]*\d/, debian, versionOf: name }) {
  if (!version) return name || debian ? debianVersion(name ?? debian[0]) : '';
  const { stdout } = await run(binary, version());
  const found = versionIs.exec(stdout);
  return found?.[1] ?? found?.[0] ?? stdout.trim();
}
