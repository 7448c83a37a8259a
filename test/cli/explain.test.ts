import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXPLAINED, explain } from '../../packages/cli/src/explain/explain.ts';
import { explainText } from '../../packages/cli/src/explain/scan.ts';
import { nearest } from '../../packages/cli/src/likeness.ts';
import { EXIT_CODES } from '../../packages/cli/src/provision/exit-code.ts';

/** The members of `export type NAME = | 'a' | 'b';` as the source has them. */
function unionIn(file: string, name: string): string[] {
  const source = readFileSync(new URL(`../../packages/${file}`, import.meta.url), 'utf8');
  const union = new RegExp(`export type ${name} =([\\s\\S]*?);\\n`).exec(source)?.[1] ?? '';
  return [...union.matchAll(/\| '([a-z-]+)'/g)].map((match) => match[1]!);
}

describe('every code that Mote can emit is explained', () => {
  const codes = [
    ...unionIn('client/src/dps/error.ts', 'ProvisioningErrorCode'),
    ...unionIn('codec/src/error.ts', 'CodecErrorCode'),
    ...unionIn('client/src/hub/error.ts', 'HubErrorCode'),
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
  ['CONNACK 3', 'connack-3'],
  ['bad_qos', 'bad-qos'],
  ['exit 12', 'exit-12'],
  ['12', 'exit-12'],
  ['401999', '401999'],
  ['418123', '418123'],
])('%s is read as %s', (text, code) => {
  expect(explain(text)?.code).toBe(code);
});

test('an unknown code is told apart, and near ones are named', () => {
  expect(explain('nonsense')).toBeUndefined();
  expect(nearest('unautorized', EXPLAINED)[0]).toBe('unauthorized');
  expect(nearest('zzz', EXPLAINED)).toEqual([]);
  expect(explain('constructor')).toBeUndefined();
});

describe('every exit code of `mote provision` says what went wrong', () => {
  test.each(Object.entries(EXIT_CODES))('%s, %d', (code, exit) => {
    const { what, causes } = explain(`exit-${exit}`)!.explanation;
    expect(what).toMatch(new RegExp(`^Exit code ${exit} of .*\\b${code}\\b`));
    expect([what, ...causes].join(' ')).toContain(explain(code)!.explanation.what);
  });

  test.each([1, 2, 3, 4, 5])('CONNACK %d, 20 more', (returnCode) => {
    const { what } = explain(`exit-${20 + returnCode}`)!.explanation;
    expect(what).toContain(`connack-${returnCode}. ${explain(`connack-${returnCode}`)!.explanation.what}`);
  });

  test('0 and interrupted', () => {
    expect(explain('exit-0')?.explanation.what).toBe('The device is assigned.');
    expect(explain('130')?.explanation.what).toContain('aborted');
    expect(explain('aborted')?.code).toBe('aborted');
  });
});

describe('what a hub says is known by itself, not by its status alone', () => {
  const codes =
    '400001 400003 400004 400005 400006 400027 400029 400030 400037 400103 401002 401003 403002 403004 403006 403010 403012 403800 404001 404012 404103 404104 409001 409002 409004 409005 412001 412002 413001 429001 429002 429003 500001 500008 503003 504101';
  test.each(codes.split(' '))('%s', (code) => {
    const found = explain(code);
    expect(found?.code).toBe(code);
    expect(found?.explanation.what).not.toContain('Nothing is known');
  });

  test.each([
    ['IotHubQuotaExceeded', '403002'],
    ['DeviceMaximumQueueDepthExceeded', '403004'],
    ['LinkCreationConflict', '409002'],
    ['ThrottlingBacklogTimeout', '429003'],
    ['GatewayTimeout: the device did not answer', '504101'],
    ['ConnectionForcefullyClosedOnNewConnection', '400027'],
    ['PreconditionFailed', '412001'],
  ])('%s is %s', (text, code) => {
    expect(explainText(text)[0]?.code).toBe(code);
  });
});
