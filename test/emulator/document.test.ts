import { readFileSync } from 'node:fs';
import { ConfigError, parseConfig, parseScenario, SCENARIOS } from '@mote/emulator';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../packages/emulator/src/check-options.ts';

const text = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');
const [config, scenario] = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!));

test('the configuration in docs/emulator.md holds, but for its placeholders', () => {
  try {
    parseConfig(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.map(({ path }) => path.split('.').at(-1))).toEqual([
      'primaryKey',
      'secondaryKey',
      'certificate',
    ]);
  }
});

test('the scenario in docs/emulator.md holds', () => expect(parseScenario(scenario)).toEqual(scenario));

test('docs/emulator.md names every ready scenario, every fault and every limit', () => {
  const named = new Set(
    [...text.matchAll(/^\|(.*)$/gm)].flatMap(([, row]) => [...row!.matchAll(/`(\w[\w-]*)`/g)].map(([, word]) => word)),
  );
  expect([...named]).toEqual(expect.arrayContaining(Object.keys(SCENARIOS)));
  expect([...named]).toEqual(expect.arrayContaining(faultsNamedByTheParser()));
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
    expect(text).toMatch(new RegExp(`\\| \`${name}\` \\| ${value.toLocaleString('en')}[ |]`));
  }
});

test('every behaviour in docs/emulator.md is marked documented, observed or assumed', () => {
  const from = text.indexOf('## How faithful');
  const rows = text
    .slice(from, text.indexOf('Not imitated'))
    .split('\n')
    .filter((line) => /^\| [^|]/.test(line) && !line.startsWith('| behaviour'));
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) expect(row.split(' | ')[1], row).toMatch(/^[DOA](, (code|delay) [DOA]|, [DOA])*$/);
});

function faultsNamedByTheParser(): string[] {
  try {
    parseScenario({ rules: [{ on: 'poll', fault: { 'no-such-fault': 1 } }] });
  } catch (error) {
    return String(error).split('There are ')[1]!.split(', ');
  }
  return ['none'];
}
