import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import * as codec from '@mote/codec';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { hex, toHex } from './support/bytes.ts';
import { bytesOf, malformed, valid } from './support/vectors.ts';

// The one file for engines without modules or classes, in a context that has what ECMAScript 5 has, and Uint8Array.

const root = fileURLToPath(new URL('../../packages/codec/', import.meta.url));
let script = '';
let MoteCodec: typeof codec & { annotate(bytes: Uint8Array): { start: number; end: number }[] };

beforeAll(() => {
  execFileSync(process.execPath, ['build/es5.mjs'], { cwd: root });
});

describe.each(['mote-codec.es5.js', 'mote-codec.es5.min.js'])('%s', (file) => {
  beforeAll(() => {
    script = readFileSync(`${root}dist/${file}`, 'utf8');
    const context = createContext({});
    const late = [
      'Symbol',
      'Map',
      'Set',
      'WeakMap',
      'Promise',
      'Proxy',
      'Reflect',
      'DataView',
      'BigInt',
      'globalThis',
      'TextEncoder',
    ];
    runInContext(
      `${late.map((name) => `delete this.${name};`).join('')} delete Array.from; delete Object.assign;`,
      context,
    );
    runInContext('delete Array.prototype.includes; delete String.prototype.includes; delete Math.trunc;', context);
    runInContext(
      'delete Uint8Array.prototype.slice; delete Uint8Array.prototype.fill; delete Uint8Array.from;',
      context,
    );
    MoteCodec = runInContext(`${script}\nMoteCodec`, context);
  });

  test('it is ES5 and brings no helper', () => {
    const { parseDiagnostics } = ts.createSourceFile('es5.js', script, ts.ScriptTarget.ES5) as never as {
      parseDiagnostics: unknown[];
    };
    expect(parseDiagnostics).toEqual([]);
    expect(script).not.toMatch(/=>|`|\blet\b|\bconst\b|\bclass\s+\w|\.\.\./);
    expect(script).not.toMatch(/__extends|__assign|__spread|__values|__read|tslib/);
  });

  test('it gives all that the module gives, and annotate', () => {
    expect(Object.keys(MoteCodec).sort()).toEqual([...Object.keys(codec), 'annotate'].sort());
  });

  test('every valid vector is read and written the same', () => {
    for (const vector of valid.filter((each) => each.hex !== undefined)) {
      const bytes = bytesOf(vector);
      expect(toHex(MoteCodec.encodePacket(MoteCodec.decode(bytes)))).toBe(toHex(bytes));
    }
  });

  test('every malformed vector gets the same verdict, with the same code and offset', () => {
    const verdict = (library: typeof codec, bytes: Uint8Array) => {
      const framer = new library.Framer({ maxPacketSize: 268_435_460 });
      try {
        framer.push(bytes);
        const frame = framer.next();
        return frame ? library.decodePacket(frame).type : 'incomplete';
      } catch (error) {
        expect(error).toBeInstanceOf(library.DecodeError);
        const { name, code, offset, statement, packetType } = error as codec.DecodeError;
        return { name, code, offset, statement, packetType };
      }
    };
    for (const vector of malformed) {
      const bytes = bytesOf(vector);
      expect(verdict(MoteCodec, bytes)).toEqual(verdict(codec, bytes));
      expect(MoteCodec.annotate(bytes).length).toBeGreaterThan(0);
    }
  });

  test('topics, views and prepared packets work there too', () => {
    const target = new Uint8Array(100);
    const end = MoteCodec.preparePublish({ topicName: 'devices/é/messages' }).encodeInto(
      hex('01'),
      undefined,
      target,
      0,
    );
    const framer = new MoteCodec.Framer();
    framer.push(target, 0, end);
    const frame = framer.next();
    expect(frame && new MoteCodec.PublishView().read(frame).topicName).toBe('devices/é/messages');
    expect(MoteCodec.isTopicFilter('a/+')).toBe(true);
    expect(MoteCodec.topicMatches('a/#', 'a')).toBe(true);
  });
});

test('the minified one is half as long', () => {
  const [plain, minified] = ['', '.min'].map((kind) => readFileSync(`${root}dist/mote-codec.es5${kind}.js`, 'utf8'));
  expect(minified!.length).toBeLessThan(plain!.length / 2);
});
