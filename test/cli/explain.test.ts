import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXPLAINED, explain, nearest } from '../../packages/cli/src/explain/explain.ts';

/** The members of `export type NAME = | 'a' | 'b';` as the source has them. */
function unionIn(file: string, name: string): string[] {
  const source = readFileSync(new URL(`../../packages/${file}`, import.meta.url), 'utf8');
  const union = new RegExp(`export type ${name} =([\\s\\S]*?);\\n`).exec(source)?.[1] ?? '';
  return [...union.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]!);
}

describe('every code that Mote can emit is explained', () => {
  const codes = [
    ...unionIn('client/src/core/error.ts', 'ProvisioningErrorCode'),
    ...unionIn('codec/src/error.ts', 'CodecErrorCode'),
  ];

  test('the unions were found', () => expect(codes.length).toBeGreaterThan(30));
  test.each(codes)('%s', (code) => {
    expect(explain(code)?.code).toBe(code);
  });
});

test('each explanation says what happened, how to check, and what to do', () => {
  for (const code of EXPLAINED) {
    const { what, check, fix } = explain(code)!.explanation;
    for (const sentence of [what, check, fix]) expect(sentence, code).toMatch(/^[A-Z`5].+[.?)]$/);
  }
});

test.each([
  ['connack-5', 'connack-5'],
  ['CONNACK-5', 'connack-5'],
  ['5', 'connack-5'],
  ['econnrefused', 'ECONNREFUSED'],
  ['401002', '401002'],
  ['401999', '401'],
  ['418123', '400'],
])('%s is read as %s', (text, code) => {
  expect(explain(text)?.code).toBe(code);
});

test('an unknown code is told apart, and near ones are named', () => {
  expect(explain('nonsense')).toBeUndefined();
  expect(nearest('unautorized')).toContain('unauthorized');
  expect(explain('constructor')).toBeUndefined();
});
