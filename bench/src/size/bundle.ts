import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface Bundle {
  readonly text: string;
  /** Bytes, minified. */
  readonly minified: number;
  /** Bytes, minified and packed by `gzip -9`. */
  readonly gzip: number;
  /** Files that contributed at least a byte, the largest first. */
  readonly modules: readonly string[];
  /** What each of them contributed. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** What a bundler ships for these lines of code: everything that they need but Node itself. */
export async function bundle(code: string, resolveDir: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    mainFields: ['module', 'main'],
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'error',
  });
  const { contents, text } = outputFiles[0]!;
  const { inputs } = Object.values(metafile.outputs)[0]!;
  const bytes = Object.fromEntries(
    Object.entries(inputs)
      .map(([name, { bytesInOutput }]) => [name, bytesInOutput] as const)
      .filter(([name, count]) => name !== '<stdin>' && count > 0)
      .sort(([, a], [, b]) => b - a),
  );
  return {
    text,
    minified: contents.length,
    gzip: gzipSync(contents, { level: 9 }).length,
    modules: Object.keys(bytes),
    bytes,
  };
}
