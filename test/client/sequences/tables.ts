import { readdirSync, readFileSync } from 'node:fs';
import type { ConnectOptions } from '@mote/client';

// Tables of sequences are text. A sequence begins with `# whose tests have it: what it shows`; then follow options of the client as JSON,
// if there are any, and the lines of the script: `what happens | what the client does, in this order`.

/** One sequence. `from` is a project, or `own`. */
export interface Sequence {
  readonly from: string;
  readonly name: string;
  readonly options: Partial<ConnectOptions>;
  readonly script: readonly string[];
}

const FOLDER = new URL('./', import.meta.url);

/** All tables, by the names of their files. */
export function tables(): Record<string, Sequence[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  return Object.fromEntries(files.map((name) => [name, sequencesOf(readFileSync(new URL(name, FOLDER), 'utf8'))]));
}

function sequencesOf(text: string): Sequence[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n').filter((line) => line !== '');
      const [from = '', ...name] = title.split(': ');
      const options = lines[0]!.startsWith('{') ? JSON.parse(lines.shift()!) : {};
      return { from, name: name.join(': '), options, script: lines };
    });
}
