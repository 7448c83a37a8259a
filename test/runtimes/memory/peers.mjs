// Peers, as a script that each of the two engines takes: in ECMAScript 5, minified, with what they want of a platform.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import ts from 'typescript';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** u8-mqtt-packet, alone and with the text codec that it takes from the platform. */
export async function u8MqttPacket() {
  const entry = `import { mqtt_pkt_ctx } from 'u8-mqtt-packet/esm/codec_bind.js';
    import options from 'u8-mqtt-packet/esm/codec_v4_full.js';
    peer = mqtt_pkt_ctx(4, options, {});`;
  return script(
    `var peer, TextEncoder, TextDecoder;\n${await bundled(TEXT_CODEC, '.')}\n${await bundled(entry, '../../../bench')}`,
  );
}

/** For engines that have no \`Buffer\`: fast-text-encoding, which is what such an engine is told to load. */
const TEXT_CODEC = `import { TextEncoder as Encoder, TextDecoder as Decoder } from 'fast-text-encoding';
TextEncoder = Encoder; TextDecoder = Decoder;`;

/** The file of Espruino's MQTT module, which no registry carries, with the calls of Espruino that it makes when it is loaded or connected. */
export async function espruinoMqtt(file) {
  return script(`var exports = {};
function setInterval() {} function clearInterval() {} function setTimeout() {} function clearTimeout() {}
(function () {${readFileSync(file, 'utf8')}})();`);
}

async function bundled(contents, folder) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: path(folder) },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2015',
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

async function script(text) {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES5,
      ignoreDeprecations: '6.0',
      downlevelIteration: true,
      alwaysStrict: false,
    },
  });
  const { code } = await transform(outputText, { minify: true, target: 'es5' });
  return `"use strip";${code}`;
}
