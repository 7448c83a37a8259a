// A walk: a project of its own with the packages as they are packed, the steps that are taken in it, and what each took.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './terminals.mjs';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export function startWalk() {
  const work = mkdtempSync(join(tmpdir(), 'mote-newcomer-'));
  // With a space, as folders of people have.
  const project = join(work, 'my project');
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  const at = (name) => join(project, name);
  const command = at('node_modules/@mote/cli/bin/mote.js');
  const walk = {
    work,
    project,
    readme,
    blocks: [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => text),
    at,
    command,
    mote: (words, options = {}) => run(process.execPath, [command, ...words], { cwd: project, ...options }),
    node: (file, options = {}) => run(process.execPath, [file], { cwd: project, ...options }),
    passed: 0,
    failed: 0,
    async step(what, body) {
      const before = performance.now();
      let problem;
      try {
        await body();
        walk.passed += 1;
      } catch (error) {
        walk.failed += 1;
        problem = error;
      }
      const seconds = ((performance.now() - before) / 1000).toFixed(2).padStart(7);
      console.log(`${seconds} s  ${problem === undefined ? 'ok      ' : 'FAILED  '}${what}`);
      if (problem !== undefined) console.log(String(problem.stack).slice(0, 3000));
    },
    end: () => rmSync(work, { recursive: true, force: true }),
  };
  return walk;
}

/** Fails unless all of it stands there, and nothing of `never`. */
export function says({ code, output }, wanted, { exit, never = [] } = {}) {
  for (const part of [wanted].flat())
    if (typeof part === 'string' ? !output.includes(part) : !part.test(output))
      throw new Error(`no ${part} in\n${output}`);
  for (const part of [never].flat())
    if (typeof part === 'string' ? output.includes(part) : part.test(output)) throw new Error(`${part} in\n${output}`);
  if (exit !== undefined && code !== exit) throw new Error(`exit code ${code}, not ${exit}\n${output}`);
}
