/** Brings many files of a source into one folder, and keeps a list of what came from where: a changed source is told, not used. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { download } from '../../../io/download.ts';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import type { SourceAccess, SourceFile } from './contract.ts';

const listName = 'truckee-sources.json';

interface Fetched { readonly revision: string; readonly size: number; readonly sha256: string; readonly verified: readonly string[] }

export interface FetchedFile extends Fetched {
  readonly name: string;
  readonly path: string;
  readonly state: 'fetched' | 'there already' | 'changed at the source';
}

export interface FetchOptions extends SourceAccess {
  readonly parallel: number;
  onProgress?(name: string, doneBytes: number, totalBytes: number): void;
  onFile?(file: FetchedFile): void;
}

/** @throws disk-too-small before anything is fetched; and what a download can throw */
export async function fetchFiles(files: readonly SourceFile[], folder: string, options: FetchOptions): Promise<FetchedFile[]> {
  const root = resolve(folder);
  try {
    mkdirSync(root, { recursive: true });
  } catch (cause) {
    throw systemFailure(cause, root) ?? cause;
  }
  const known = readList(root);
  const paths = files.map((file) => placeOf(root, file.name));
  requireRoom(root, files.reduce((sum, file, i) => sum + (existsSync(paths[i]!) ? 0 : file.size), 0));
  const done: FetchedFile[] = [];
  for (const [i, file] of files.entries()) {
    const path = paths[i]!;
    const before = known.get(file.name);
    let one: FetchedFile;
    if (existsSync(path)) {
      const same = statSync(path).size === file.size && (before === undefined || before.revision === file.revision || (file.digests.sha256 !== undefined && before.sha256 === file.digests.sha256));
      one = {
        name: file.name, path, state: same ? 'there already' : 'changed at the source', revision: before?.revision ?? '', size: statSync(path).size, sha256: before?.sha256 ?? '', verified: before?.verified ?? [],
      };
    } else {
      mkdirSync(dirname(path), { recursive: true });
      const { sha256, verified } = await download({
        url: file.url, target: path, expected: { size: file.size, ...file.digests }, parallel: options.parallel, ...(options.signal ? { signal: options.signal } : {}),
        ...(options.token ? { headers: { Authorization: `Bearer ${options.token}` } } : {}),
        onProgress: (bytes, total) => options.onProgress?.(file.name, bytes, total),
      });
      one = { name: file.name, path, state: 'fetched', revision: file.revision, size: file.size, sha256, verified };
      known.set(file.name, { revision: file.revision, size: file.size, sha256, verified });
      writeList(root, known);
    }
    done.push(one);
    options.onFile?.(one);
  }
  return done;
}

/** A name from a listing never leads out of the folder. @throws download-failed */
function placeOf(root: string, name: string): string {
  const path = resolve(root, name);
  const inside = relative(root, path);
  if (inside === '' || inside.startsWith('..') || inside !== join(inside) || name.includes('\0') || name.startsWith('/')) {
    throw failure('download-failed', { url: name.slice(0, 200), status: 200, reason: 'the source lists a name that leads out of the folder' });
  }
  return path;
}

function requireRoom(root: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(root);
  if (neededBytes > bavail * bsize) throw failure('disk-too-small', { path: root, neededBytes, availableBytes: bavail * bsize });
}

function readList(root: string): Map<string, Fetched> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(join(root, listName), 'utf8')) as Record<string, Fetched>));
  } catch {
    // None yet, or damaged: what is there is then judged by its size alone.
    return new Map();
  }
}

function writeList(root: string, known: ReadonlyMap<string, Fetched>): void {
  const path = join(root, listName);
  writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`, { flush: true });
  renameSync(`${path}.new`, path);
}
