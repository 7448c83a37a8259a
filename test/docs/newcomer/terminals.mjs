// Terminals of the newcomer: a command that ends, and one that serves.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Without what npm, pnpm and the runner of this script have put there. */
function environment(more = {}) {
  const own = Object.entries(process.env).filter(([name]) => /^(?:PATH|HOME|TMPDIR|npm_config_registry)$/.test(name));
  return { ...Object.fromEntries(own), LANG: 'C.UTF-8', ...more };
}

/** Runs to the end. `terminal`: in one, by `script` of util-linux, where both streams are one. A minute is enough for each. */
export async function run(command, words, { cwd, env, input = '', terminal = false } = {}) {
  const quoted = [command, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const [file, args] = terminal ? ['script', ['-qefc', `stty cols 100; ${quoted}`, '/dev/null']] : [command, words];
  const child = spawn(file, args, {
    cwd,
    env: environment({ ...(terminal && { TERM: 'xterm' }), ...env }),
    timeout: 180_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  child.stdin.on('error', () => {}).end(input);
  const [code] = await once(child, 'close');
  return { code, output: output.replace(/^npm warn .*\n/gm, '') };
}

/** Runs until `end` is called, which gives its exit code; resolves when the pattern stands in what it says. */
export async function serve(command, words, ready, { cwd, env }) {
  const child = spawn(command, words, { cwd, env: environment(env) });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (ready.test(output)) resolve();
    });
    child.on('exit', (code) => reject(new Error(`exit code ${code}\n${output}`)));
  });
  const end = async () => {
    child.removeAllListeners('exit');
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
    }
    return child.exitCode;
  };
  return { output, end };
}
