import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The calls of node:fs that a write is made of; a test puts others in their place. */
export type FileCalls = Pick<
  typeof import('node:fs'),
  'closeSync' | 'fchmodSync' | 'fsyncSync' | 'linkSync' | 'openSync' | 'renameSync' | 'rmSync' | 'writeSync'
>;

/** The calls of node:fs themselves. */
export const NODE_FILES: FileCalls = {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
};

/** Writes a new file to the last byte and to the disk; none is left when that fails. */
export function writeBeside(path: string, data: string | Uint8Array, mode: number, files: FileCalls): void {
  // What a killed process left, or somebody's link: `wx` opens neither.
  files.rmSync(path, { force: true });
  const file = files.openSync(path, 'wx', mode);
  try {
    try {
      files.fchmodSync(file, mode);
      writeAll(file, typeof data === 'string' ? Buffer.from(data) : data, files);
      files.fsyncSync(file);
    } finally {
      files.closeSync(file);
    }
  } catch (error) {
    files.rmSync(path, { force: true });
    throw error;
  }
}

/** A write may take a part only, without an error: Linux does so on a full disk and at a limit. */
function writeAll(file: number, bytes: Uint8Array, files: FileCalls): void {
  for (let at = 0; at < bytes.length; ) {
    const written = files.writeSync(file, bytes, at, bytes.length - at);
    if (written <= 0) throw new Error(`only ${at} of ${bytes.length} bytes could be written`);
    at += written;
  }
}

/** So that the rename outlives a power cut. Not every system opens a folder. */
export function syncFolder(path: string, files: FileCalls): void {
  try {
    const folder = files.openSync(dirname(path), 'r');
    try {
      files.fsyncSync(folder);
    } finally {
      files.closeSync(folder);
    }
  } catch {
    // The file itself is on the disk.
  }
}
