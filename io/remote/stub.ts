/**
 * A file behind HTTP ranges that looks like a local one: a sparse file of the same length, filled block by block as it is
 * read, with a note beside it that says where the bytes come from. The note holds no secret, only the name of a variable.
 */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { failure, systemFailure } from '../../protocol/errors.ts';
import { claimsPath } from './claims.ts';
import { bare, nameInAddress, probeRemote, type RemoteFile } from '../http.ts';

export interface RemoteStub {
  readonly version: 1;
  readonly remote: RemoteFile;
  /** Environment variable that holds an Authorization header. */
  readonly headerVariable: string | null;
}

/** Bytes of a block: what one miss fetches at least. */
export const blockBytes = 256 * 1024;

export const notePath = (path: string): string => `${path}.remote.json`;
/**
 * One byte per block: 1 when it is there. Named by the very file that holds the blocks, so that a reader who has that file
 * open while it is cleared keeps to what belongs together.
 */
export const flagsPath = (path: string, inode = statSync(path).ino): string => `${path}.remote.blocks.${inode}`;
/** Bytes fetched and the time it took, of all readers so far. */
export const ratePath = (path: string): string => `${path}.remote.rate`;

/** The note of a remote file; null for an ordinary one. */
export function readStub(path: string): RemoteStub | null {
  const note = notePath(path);
  if (!existsSync(note)) return null;
  try {
    const stub = JSON.parse(readFileSync(note, 'utf8')) as RemoteStub;
    if (stub.version === 1 && Number.isSafeInteger(stub.remote.size)) return stub;
  } catch (cause) {
    throw failure('corrupt-file', { path: note, element: 'the note of a remote file', reason: 'it is no JSON' }, cause);
  }
  throw failure('corrupt-file', { path: note, element: 'the note of a remote file', reason: 'it is of another version' });
}

export function remoteHeaders({ headerVariable }: RemoteStub): Readonly<Record<string, string>> {
  const value = headerVariable === null ? undefined : process.env[headerVariable];
  return value ? { Authorization: value } : {};
}

/**
 * Makes the stand-in for a remote file in `folder`, or finds the one that is there; the path of it.
 * @throws remote-changed when an earlier one is of another version; no-ranges when the server sends whole files only
 */
export async function openStub(folder: string, url: string, headerVariable: string | null, signal?: AbortSignal): Promise<string> {
  const probe: RemoteStub = { version: 1, remote: { url, size: 0, etag: null, modified: null, ranges: true }, headerVariable };
  const remote = await probeRemote(url, { headers: remoteHeaders(probe), ...(signal ? { signal } : {}) });
  if (!remote.ranges) throw failure('no-ranges', { url: bare(url) });
  const path = placeFor(folder, url);
  const before = readStub(path);
  if (before) {
    const same = before.remote.size === remote.size && before.remote.etag === remote.etag && (remote.etag !== null || before.remote.modified === remote.modified);
    if (!same) throw failure('remote-changed', { url: bare(url), expected: before.remote.etag ?? before.remote.modified ?? '', found: remote.etag ?? remote.modified ?? '' });
    // An address that was signed anew, or another variable: the blocks stay.
    if (before.remote.url === url && before.headerVariable === headerVariable) return path;
  }
  try {
    mkdirSync(folder, { recursive: true });
    if (!before) placeEmpty(path, remote.size);
    writeFileSync(`${notePath(path)}.new`, JSON.stringify({ ...probe, remote }), { flush: true, mode: 0o600 });
    renameSync(`${notePath(path)}.new`, notePath(path));
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
  return path;
}

/** A file without blocks takes the place of what may be there; flags first: a block that is flagged must be there. */
function placeEmpty(path: string, size: number): void {
  const fresh = `${path}.new`;
  const fd = openSync(fresh, 'w');
  ftruncateSync(fd, size);
  closeSync(fd);
  writeFileSync(flagsPath(path, statSync(fresh).ino), new Uint8Array(Math.ceil(size / blockBytes)), { flush: true });
  settleTime(fresh);
  const before = statSync(path, { throwIfNoEntry: false })?.ino;
  renameSync(fresh, path);
  if (before !== undefined) rmSync(flagsPath(path, before), { force: true });
}

/** Filling blocks is no change of the file: its time stays the same. */
export function settleTime(path: string): void {
  utimesSync(path, 1, 1);
}

/** Name of the file in its address, made safe; numbered where files of another place have it. */
function placeFor(folder: string, url: string): string {
  const name = nameInAddress(url).replaceAll(/[^\w.+-]/g, '_').replace(/^\.+/, '').slice(-120) || 'remote.h5ad';
  const { name: stem, ext } = parse(name);
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${stem}-${n}${ext}`);
    const there = readStub(path);
    if (there === null || bare(there.remote.url) === bare(url)) return path;
  }
}

export interface CachedRemote {
  readonly path: string;
  readonly url: string;
  readonly size: number;
  /** Bytes that are here. */
  readonly cachedBytes: number;
  /** Bytes per second over all reads so far; null before the first. */
  readonly rate: number | null;
}

export function listStubs(folder: string): CachedRemote[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.remote.json')).sort().flatMap((name) => {
    const path = join(folder, name.slice(0, -'.remote.json'.length));
    const stub = readStub(path);
    return stub ? [{ path, url: bare(stub.remote.url), size: stub.remote.size, cachedBytes: cachedBytes(path), rate: rateOf(path) }] : [];
  });
}

export function cachedBytes(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? Math.min(stat.size, stat.blocks * 512) : 0;
}

export function rateOf(path: string): number | null {
  try {
    const { bytes, seconds } = JSON.parse(readFileSync(ratePath(path), 'utf8')) as { bytes: number; seconds: number };
    return seconds > 0 ? bytes / seconds : null;
  } catch {
    return null;
  }
}

/** Lets go of the blocks; the file can still be read, from afar. The bytes that came free. */
export function clearStub(path: string): number {
  const stub = readStub(path);
  if (!stub) return 0;
  const freed = cachedBytes(path);
  placeEmpty(path, stub.remote.size);
  return freed;
}

/** The stand-in goes as well. */
export function removeStub(path: string): void {
  const flags = existsSync(path) ? [flagsPath(path)] : [];
  for (const file of [notePath(path), ...flags, ratePath(path), claimsPath(path), path]) rmSync(file, { force: true, recursive: true });
}
