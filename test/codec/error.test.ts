import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { DecodeError, decode, EncodeError, encodePuback } from '@mote/codec';
import { expect, test } from 'vitest';
import { hex } from './support/bytes.ts';
import { thrownBy } from './support/expect.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const source = readFileSync(join(here, '../../packages/codec/src/error.ts'), 'utf8');
const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map((match) => match[1]);

test('every code is explained where it is listed, and raised by a test', () => {
  const tests = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(here, file), 'utf8'))
    .join('');
  expect(codes.length).toBe(16);
  for (const code of codes) {
    expect(source).toMatch(new RegExp(`/\\*\\* [^\\n]+ \\*/\\n {2}\\| '${code}'`));
    expect(tests).toContain(`'${code}'`);
  }
});

test('a DecodeError is an Error with a name, a stack and a message that says where', () => {
  const error = thrownBy(() => decode(hex('36050003616263')));
  expect(error).toBeInstanceOf(DecodeError);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(EncodeError);
  expect((error as Error).message).toBe('bad-qos at byte 0 of packet type 3 [MQTT-3.3.1-4]');
  expect(String(error)).toBe('DecodeError: bad-qos at byte 0 of packet type 3 [MQTT-3.3.1-4]');
  expect((error as Error).stack).toContain('error.test.ts');
  expect(Object.prototype.toString.call(error)).toBe('[object Error]');
  expect((error as Error).constructor).toBe(DecodeError);
  expect(Object.keys(error as Error)).toEqual(['code', 'statement', 'offset', 'packetType']);
  expect(inspect(error)).toContain("code: 'bad-qos'");
});

test('an EncodeError says which statement the packet would break, or how many bytes it needs', () => {
  const error = thrownBy(() => encodePuback({ packetId: 0 }));
  expect(String(error)).toBe('EncodeError: bad-packet-id [MQTT-2.3.1-1]');
  expect(error).toBeInstanceOf(EncodeError);
  expect(error).not.toBeInstanceOf(DecodeError);
});

test('errors can be made by others, to test what handles them', () => {
  const error = new DecodeError('truncated', ' somewhere', '4.8.0-1', { offset: 7, packetType: 3 });
  expect(error).toMatchObject({ code: 'truncated', offset: 7, packetType: 3, statement: 'MQTT-4.8.0-1' });
});
