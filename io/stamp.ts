/** By what a data set is seen to have changed without reading it: size and time of a file, of all files of a Zarr store together. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemFailure } from '../protocol/errors.ts';

export interface Stamp {
  /** Null for a folder that is no Zarr store: its time alone counts. */
  readonly bytes: number | null;
  readonly mtimeMs: number;
}

const marks = ['.zgroup', '.zattrs', '.zmetadata', 'zarr.json'];

/** Whether the names in a folder are those of a Zarr store's root. */
export const isZarrRoot = (names: readonly string[]): boolean => names.some((name) => marks.includes(name));

/** False also for what cannot be looked at. */
export function isZarrStore(path: string): boolean {
  try {
    return isZarrRoot(readdirSync(path));
  } catch {
    return false;
  }
}

/** Null when there is no such path. Errors: not-permitted, io-failed. */
export function stampOf(path: string): Stamp | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isDirectory()) return { bytes: stat.size, mtimeMs: stat.mtimeMs };
    if (!isZarrStore(path)) return { bytes: null, mtimeMs: stat.mtimeMs };
    let bytes = 0;
    let mtimeMs = stat.mtimeMs;
    // A chunk that is taken away shows in the time of its folder, one that is written again in its own.
    eachEntry(path, (_name, entry) => {
      if (entry.isFile) bytes += entry.bytes;
      mtimeMs = Math.max(mtimeMs, entry.mtimeMs);
    });
    return { bytes, mtimeMs };
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
}

export const sameStamp = (known: Stamp, now: Stamp | null): boolean => now !== null && now.mtimeMs === known.mtimeMs && (now.bytes === null || now.bytes === known.bytes);

const documents = ['.zarray', '.zattrs', '.zgroup', 'zarr.json'];

/** Tells `take` all that identifies a Zarr store: names, sizes and times of its files in order, and what its documents say. */
export function describeZarrStore(path: string, take: (words: string | Uint8Array) => void): void {
  eachEntry(path, (name, entry) => {
    if (!entry.isFile) return;
    take(`${name} ${entry.bytes} ${Math.round(entry.mtimeMs)}\n`);
    if (documents.includes(name.slice(name.lastIndexOf('/') + 1))) take(readFileSync(join(path, name)));
  });
}

/** Deeper than any store: links that lead in a circle. */
const mostDepth = 24;

interface Entry {
  readonly isFile: boolean;
  readonly bytes: number;
  readonly mtimeMs: number;
}

function eachEntry(root: string, visit: (name: string, entry: Entry) => void, below = ''): void {
  for (const child of readdirSync(join(root, below)).sort()) {
    const name = below === '' ? child : `${below}/${child}`;
    const stat = statSync(join(root, name), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    visit(name, { isFile: stat.isFile(), bytes: stat.size, mtimeMs: stat.mtimeMs });
    if (stat.isDirectory() && name.split('/').length < mostDepth) eachEntry(root, visit, name);
  }
}
