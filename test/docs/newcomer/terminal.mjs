// Narrow terminals, pipes, colours, completion, plain words.
import { readdirSync, readFileSync } from 'node:fs';
import { run } from './terminals.mjs';
import { ROOT, says } from './walk.mjs';

/** Takes a walk (`walk.mjs`), on which the packages are installed. */
export async function terminal({ step, at, mote, readme, project }) {
  await step('sentences keep to 40 columns, and to ASCII where the locale asks', async () => {
    const { output } = await mote(['explain', '401002'], { env: { COLUMNS: '40' } });
    for (const line of output.split('\n')) if (line.length > 40 && line.trim().includes(' ')) throw new Error(line);
    says(await mote(['doctor', '--no-register', '--host', '127.0.0.1:1'], { env: { LANG: 'C' } }), /^x /m, {
      never: /[^\t\n\r -~]/,
    });
  });
  await step('FORCE_COLOR colours a pipe, NO_COLOR a terminal not', async () => {
    says(await mote(['explain', '401002'], { env: { FORCE_COLOR: '1', NO_COLOR: '' } }), '\u001b[1m');
    says(await mote(['explain', '401002'], { env: { NO_COLOR: '1' }, terminal: true }), 'Fix', { never: '\u001b[1m' });
  });
  await step('mote demo | head -3 ends, and says nothing else', async () => {
    const told = await run(
      'sh',
      ['-c', `'${process.execPath}' node_modules/@mote/cli/bin/mote.js demo 2>errors | head -3`],
      { cwd: project },
    );
    says(told, 'Nothing leaves this machine', { exit: 0 });
    says({ output: readFileSync(at('errors'), 'utf8') }, [], { never: ['EPIPE', 'Error'] });
  });
  await step('the demo ends with a summary and what to try', async () =>
    says(await mote(['demo']), [/^3 of 3 devices: /m, 'Now try:'], { exit: 0 }),
  );
  await step('a token that has ended is told, a code or bytes for a command lead on, fish is completed', async () => {
    says(
      await mote(['sas', '--id-scope', 'x', '--registration-id', 'y', '--key-file', 'key', '--expiry', '1']),
      'ended at 1970',
      { exit: 0 },
    );
    says(await mote(['401002']), 'mote explain 401002', { exit: 2 });
    says(await mote(['20020005']), 'mote inspect 20020005', { exit: 2 });
    says(await mote(['completion', 'fish']), 'complete -c mote', { exit: 0 });
  });

  await step('help and documents are in plain words', async () => {
    const help = (await mote(['inspect', '--help'])).output;
    const documents = readdirSync(`${ROOT}docs`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => readFileSync(`${ROOT}docs/${name}`, 'utf8'));
    says({ output: [readme, help, ...documents].join('\n') }, [], {
      never: ['in any dress', 'what reads as hex is hex', 'beside it |', /\bmends\b/],
    });
  });
}
