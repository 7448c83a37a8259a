import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

// What a device has to carry: the built files through esbuild, minified, and through gzip -9. A budget is raised only in the
// commit that needs it, with the reason. Two are exceptions: a DPS device was to have 8,000 / 3,700, everything 13,500 / 5,600.
// What stands against that is speed (UTF-8 by hand, text eight characters at a time, a packet that is not copied, PublishView) and
// errors that name the field: docs/size.md says what each costs, and what was tried to make it less.

const dist = fileURLToPath(new URL('../../packages/codec/dist', import.meta.url));

async function bundle(code: string): Promise<{ text: string; minified: number; gzipped: number }> {
  if (!existsSync(`${dist}/index.js`)) throw new Error('build first: tsc -b');
  const { outputFiles } = await build({
    stdin: {
      contents: code.replaceAll("'@mote/codec", `'${dist}`).replaceAll(`'${dist}'`, `'${dist}/index.js'`),
      resolveDir: dist,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    write: false,
  });
  const { contents, text } = outputFiles[0]!;
  return { text, minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length };
}

const DEVICE = `export {
  Framer, encodeConnect, decodeConnack, encodePublish, decodePublish, encodeSubscribe, decodeSuback,
  encodePuback, decodePuback, encodePingreq, encodeDisconnect,
} from '@mote/codec'`;

describe('each import stays within its budget', () => {
  test.each([
    ['the encoder of PUBACK', "export { encodePuback } from '@mote/codec'", 750, 460],
    // 75 bytes are the name of what was handed over in place of a Frame: each decoder says it.
    ['PINGREQ both ways', "export { encodePingreq, decodePingreq } from '@mote/codec'", 1_005, 620],
    [
      'a publisher of QoS 0',
      "export { encodeConnect, encodePublish, encodeDisconnect } from '@mote/codec'",
      4_125,
      2_010,
    ],
    ['the packets of a DPS device', DEVICE, 9_190, 4_250],
    ['everything', "export * from '@mote/codec'", 16_200, 6_845],
  ])('%s', async (_title, code, minified, gzipped) => {
    const size = await bundle(code);
    expect(size.minified).toBeLessThanOrEqual(minified);
    expect(size.gzipped).toBeLessThanOrEqual(gzipped);
    // A budget that is far too large protects nothing.
    expect(size.minified).toBeGreaterThan(minified * 0.85);
  });
});

describe('what is not asked for is not there', () => {
  // Each of these stands in one packet's code alone.
  const TRACES = {
    CONNECT: ['keepAlive', '3.1.3-7'],
    'CONNECT decoder': ['3.1.2-3', '3.1.3-8'],
    SUBSCRIBE: ['subscriptions', '3.8.3-3'],
    SUBACK: ['returnCodes', '3.9.3-2'],
    UNSUBSCRIBE: ['topicFilters', '3.10.3-2'],
    CONNACK: ['sessionPresent', '3.2.2-4'],
    Framer: ['malformed-length', 'packet-too-large'],
    annotate: ['Remaining Length', 'not read'],
  };

  test.each<[string, string, (keyof typeof TRACES)[]]>([
    ['PUBACK', "export { encodePuback } from '@mote/codec'", Object.keys(TRACES) as (keyof typeof TRACES)[]],
    [
      'a publisher',
      "export { encodeConnect, encodePublish } from '@mote/codec'",
      ['SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'CONNACK', 'CONNECT decoder', 'annotate'],
    ],
    ['a DPS device', DEVICE, ['UNSUBSCRIBE', 'CONNECT decoder', 'annotate']],
    ['everything', "export * from '@mote/codec'", ['annotate']],
  ])('%s', async (_title, code, absent) => {
    const { text } = await bundle(code);
    for (const part of absent) {
      for (const trace of TRACES[part]) {
        if (trace === 'packet-too-large' && /encode(?:Connect|Publish)/.test(code)) continue; // encoders know it, too
        expect([part, trace, text.includes(trace)]).toEqual([part, trace, false]);
      }
    }
  });

  test('no platform is named but those that are asked for first', async () => {
    const { text } = await bundle("export * from '@mote/codec'; export * from '@mote/codec/annotate.js'");
    for (const name of [
      'Buffer',
      'process',
      'require',
      'globalThis',
      'setTimeout',
      'TextDecoder',
      'TextEncoder',
      'WeakMap',
      'Promise',
      'async',
    ]) {
      expect([name, new RegExp(`\\b${name}\\b`).test(text)]).toEqual([name, false]);
    }
    expect(text).toMatch(/typeof DataView/);
  });

  test('one entry for one packet brings that packet', async () => {
    const { text } = await bundle("export * from '@mote/codec/packets/puback.js'");
    expect(text).toContain('encodePuback');
    expect(text).not.toContain('encodePubrec');
  });
});
