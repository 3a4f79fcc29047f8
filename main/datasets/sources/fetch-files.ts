/** Brings many files of a source into one folder, and keeps a list of what came from where: a changed source is told, not used. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { download } from '../../../io/download.ts';
import { downloadApart } from '../../../io/download-apart.ts';
import { makeFolder } from '../../../io/make-folder.ts';
import { failure } from '../../../protocol/errors.ts';
import type { SourceAccess, SourceFile } from './contract.ts';

const listName = 'truckee-sources.json';

interface Fetched { readonly revision: string; readonly size: number; readonly digests: Digests; readonly verified: readonly string[] }

type Digests = Readonly<Partial<Record<'sha256' | 'md5' | 'crc32c', string>>>;

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
  makeFolder(root);
  const known = readList(root);
  const paths = files.map((file) => placeOf(root, file.name));
  requireRoom(root, files.reduce((sum, file, i) => sum + (existsSync(paths[i]!) ? 0 : file.size), 0));
  const done = new Map<number, FetchedFile>();
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const waiting = files.map((_, i) => i);
  // Small files do not fill a line, large ones are better one after the other: half the connections each.
  const atOnce = Math.max(1, Math.min(options.parallel, filesAtOnce, files.length));
  const work = async (): Promise<void> => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      const [file, path] = [files[i]!, paths[i]!];
      const before = known.get(file.name);
      const one = existsSync(path) ? judgeThere(file, path, before) : await fetchOne(file, path, { ...options, signal, parallel: Math.max(1, Math.floor(options.parallel / atOnce)) });
      if (one.state === 'fetched') {
        known.set(file.name, { revision: one.revision, size: one.size, digests: one.digests, verified: one.verified });
        writeList(root, known);
      }
      done.set(i, one);
      options.onFile?.(one);
    }
  };
  const workers = Array.from({ length: atOnce }, work);
  try {
    await Promise.all(workers);
  } catch (thrown) {
    stop.abort();
    await Promise.allSettled(workers);
    throw thrown;
  }
  return files.map((_, i) => done.get(i)!);
}

const filesAtOnce = 4;
const smallBytes = 4 * 1024 * 1024;

function judgeThere(file: SourceFile, path: string, before: Fetched | undefined): FetchedFile {
  const { size } = statSync(path);
  const same = size === file.size && (before === undefined || before.revision === file.revision || strongest(file.digests, before.digests));
  return { name: file.name, path, state: same ? 'there already' : 'changed at the source', revision: before?.revision ?? '', size, digests: before?.digests ?? {}, verified: before?.verified ?? [] };
}

/** Another revision of the source with the same content is no change. */
function strongest(offered: Digests, taken: Digests): boolean {
  const shared = digestOrder.find((digest) => offered[digest] !== undefined && taken[digest] !== undefined);
  return shared !== undefined && offered[shared] === taken[shared];
}

/** Strongest first: one that matches is enough, and each costs time. */
const digestOrder = ['sha256', 'md5', 'crc32c'] as const;

async function fetchOne(file: SourceFile, path: string, options: FetchOptions): Promise<FetchedFile> {
  mkdirSync(dirname(path), { recursive: true });
  const digest = digestOrder.find((name) => file.digests[name] !== undefined);
  // A thread is not worth its start for a small file.
  const { digests, verified } = await (file.size < smallBytes ? download : downloadApart)({
    url: file.url, target: path, expected: { size: file.size, ...(digest ? { [digest]: file.digests[digest] } : {}) }, parallel: options.parallel, ...(options.signal ? { signal: options.signal } : {}),
    ...(options.token ? { headers: { Authorization: `Bearer ${options.token}` } } : {}),
    onProgress: (bytes, total) => options.onProgress?.(file.name, bytes, total),
  });
  return { name: file.name, path, state: 'fetched', revision: file.revision, size: file.size, digests, verified };
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
