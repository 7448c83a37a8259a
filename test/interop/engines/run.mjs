// The client of any broker on Node, Deno and Bun, over TCP and TLS, at aedes. Needs a built workspace and openssl, and Linux on x64.
// Prints a line for each case and `N passed, N failed`; the exit code says the same.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { install, Lane, run } from '../lane.mjs';

install(import.meta.url);
const { Aedes } = await import('aedes');

const conversation = fileURLToPath(new URL('conversation.mjs', import.meta.url));
const packages = fileURLToPath(new URL('node_modules', import.meta.url));
const ENGINES = [
  ['Node', process.execPath, []],
  ['Deno', join(packages, '@deno/linux-x64-glibc/deno'), ['run', '--quiet', '--no-lock', '-A']],
  ['Bun', join(packages, '@oven/bun-linux-x64/bin/bun'), ['run']],
];
/** Of a conversation over TCP; over TLS there is one more. */
const CASES = 7;

const lane = new Lane();
try {
  const [certificate, key] = [lane.file('certificate.pem', ''), lane.file('key.pem', '')];
  const subject = ['-subj', '/CN=a broker', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  });

  const broker = await Aedes.createBroker({
    authenticate: (_client, userName, _password, done) => done(null, userName !== 'nobody'),
  });
  broker.on('publish', ({ topic }, client) => topic === 'please/cut' && client?.conn.destroy());
  const servers = {
    tcp: createServer(broker.handle),
    tls: createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, broker.handle),
  };
  for (const [transport, server] of Object.entries(servers)) {
    // What a client refuses or cuts is no failure of the server.
    server.on('tlsClientError', () => {});
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    for (const [engine, command, flags] of ENGINES) {
      const args = [...flags, conversation, transport, String(server.address().port), certificate];
      const { code, stdout, stderr } = await run(command, args, { timeoutMs: 60_000 });
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      for (const line of lines) {
        const { title, good, seen } = JSON.parse(line);
        await lane.check(`${engine}, ${transport}: ${title}`, { good, seen }, () => good);
      }
      const wanted = CASES + (transport === 'tls' ? 1 : 0);
      await lane.check(
        `${engine}, ${transport}: ends by itself, with a word on each case`,
        { code, cases: lines.length, stderr: stderr.slice(-500) },
        () => code === 0 && lines.length === wanted,
      );
    }
    server.close();
  }
  broker.close();
} finally {
  lane.end();
  // A broker keeps its timers.
  process.exit();
}
