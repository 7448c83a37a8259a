// What the lanes of interop share: packages outside the workspace, a folder that goes away, keys that are the same in every
// run, and a count of cases that ends as `N passed, N failed`, alone on a line and in the exit code. With CI=true a case that
// was skipped counts as a failure of the run.

import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Installs what package.json beside the script names, from its own lockfile. */
export function install(url) {
  const flags = ['--ignore-workspace', '--frozen-lockfile', '--ignore-scripts', '--silent'];
  const cwd = fileURLToPath(new URL('.', url));
  execFileSync('npx', ['-y', 'pnpm@10.34.9', 'install', ...flags], { cwd, stdio: 'inherit' });
}

/** 32 bytes in base64, another for each name. */
export function makeKey(name) {
  return sign(Buffer.from('interop'), String(name));
}

/** The key of a device in a group, in base64. */
export function deviceKey(groupKey, registrationId) {
  return sign(Buffer.from(groupKey, 'base64'), registrationId);
}

/** The MQTT password of a device at DPS, for an hour. */
export function sasToken(idScope, registrationId, key) {
  return `${tokenOf(`${idScope}/registrations/${registrationId}`, key, hence(3600))}&skn=registration`;
}

/** The same at its hub. */
export function hubSasToken(hub, deviceId, key, expiry = hence(3600)) {
  return tokenOf(`${hub}/devices/${deviceId}`, key, expiry);
}

function hence(seconds) {
  return Math.floor(Date.now() / 1000) + seconds;
}

function tokenOf(path, key, expiry) {
  const resource = encodeURIComponent(path);
  const signature = sign(Buffer.from(key, 'base64'), `${resource}\n${expiry}`);
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}`;
}

/** Resolves with exit code (or the signal that ended it) and what it wrote. */
export function run(command, args, { timeoutMs = 20_000, ...options } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const timer = setTimeout(() => child.kill(), timeoutMs);
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, stdout, stderr });
    });
  });
}

/** A TCP port that nobody listens at. */
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Lane {
  #folder = mkdtempSync(join(tmpdir(), 'mote-interop-'));
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** Path of a new file with this text. */
  file(name, text) {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  get folder() {
    return this.#folder;
  }

  /** One case: `holds` says of the outcome whether it is as it should be, `show` what is worth a line of it. */
  async check(title, pending, holds, show = () => '') {
    const started = performance.now();
    const outcome = await pending;
    const good = holds(outcome);
    good ? this.#passed++ : this.#failed++;
    const details = good ? show(outcome) : JSON.stringify(outcome);
    const ms = Math.round(performance.now() - started);
    console.log(`${good ? 'ok      ' : 'NOT OK  '} ${title} (${ms} ms)${details && `: ${details}`}`);
  }

  skip(count, cases, reason) {
    this.#skipped += count;
    console.log(`skipped  ${count} cases ${cases}: ${reason}`);
  }

  /** Call it last, in any case. */
  end() {
    rmSync(this.#folder, { recursive: true });
    const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`;
    console.log(`${this.#passed} passed, ${this.#failed} failed${skipped}`);
    const complete = this.#skipped === 0 || process.env.CI !== 'true';
    process.exitCode = this.#failed === 0 && complete ? 0 : 1;
  }
}

function sign(key, text) {
  return createHmac('sha256', key).update(text).digest('base64');
}
