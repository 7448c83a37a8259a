import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// Of the built files, in a process of its own with a nursery of a megabyte: 600,000 packets that took two bytes each would fill it,
// and the collector would say so. It says nothing.

const rows = fileURLToPath(new URL('support/allocation-rows.mjs', import.meta.url));

function collections(row: string): number {
  const output = execFileSync(process.execPath, ['--trace-gc', '--expose-gc', '--max-semi-space-size=1', rows, row], {
    encoding: 'utf8',
  });
  const [, between = ''] = /^begin\n([\s\S]*)^end$/m.exec(output) ?? [];
  return between.split('\n').filter((line) => /Scavenge|Mark-Compact/.test(line)).length;
}

test.each([
  'prepared encodeInto',
  'encodePublishInto',
  'encodePublishInto, not ASCII',
  'encodePubackInto',
  'encodePubrelInto and encodePingreqInto',
  'PublishView on known topics',
])('%s allocates nothing', (row) => {
  expect(collections(row)).toBe(0);
});

test('one small object for each packet would be seen', () => {
  expect(collections('an object for each packet')).toBeGreaterThan(0);
});
