/**
 * A file in the making: bytes at their places in NAME.part, and beside it what is surely there. Bytes are flushed behind the
 * writers' backs and only then listed, so that a kill or a power cut costs what arrived since the last flush and no more.
 */
import { closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { failure, systemFailure } from '../protocol/errors.ts';
import type { RemoteFile } from './http.ts';
import { requireRoom } from './room.ts';
import { syncFolder } from './sync-folder.ts';

const flushed = promisify(fdatasync);

interface State {
  readonly version: 2;
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
  readonly partBytes: number;
  /** Bytes from the start of each part that are on disk. */
  readonly there: readonly number[];
}

export interface PartFile {
  readonly parts: number;
  range(part: number): { readonly start: number; readonly end: number };
  /** Bytes from the start of a part that have been written. */
  have(part: number): number;
  /** Appends to what is there of a part. */
  append(part: number, bytes: Uint8Array): void;
  /** A part turned out wrong: all of it is to come again. */
  forget(part: number): void;
  /** Bytes of the whole file that have been written. */
  total(): number;
  read(offset: number, target: Uint8Array): void;
  /** Everything written so far is durable and listed. */
  settle(): Promise<void>;
  /** The whole file under its name. */
  adopt(): void;
  close(): void;
}

/** A flush begins when so much is waiting, or when something has waited so long. */
const flushBytes = 16 * 1024 * 1024;
const flushMs = 1000;

/**
 * Opens what an earlier attempt left, if it is of the same version of the same size; otherwise begins anew.
 * @throws remote-changed when an unfinished file is of another version; disk-too-small, disk-full, not-permitted
 */
export function openPartFile(target: string, remote: RemoteFile, partBytes: number): PartFile {
  const path = `${target}.part`;
  const statePath = `${path}.json`;
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw systemFailure(cause, target) ?? cause;
    }
  };
  const earlier = existsSync(path) ? readState(statePath) : null;
  if (earlier && (earlier.size !== remote.size || earlier.etag !== remote.etag || (remote.etag === null && earlier.modified !== remote.modified))) {
    throw failure('remote-changed', { url: remote.url.replace(/[?#].*$/, ''), expected: earlier.etag ?? earlier.modified ?? String(earlier.size), found: remote.etag ?? remote.modified ?? String(remote.size) });
  }
  const step = earlier?.partBytes ?? partBytes;
  const parts = Math.ceil(remote.size / step);
  const range = (part: number): { start: number; end: number } => ({ start: part * step, end: Math.min(remote.size, (part + 1) * step) });
  const there = Float64Array.from({ length: parts }, (_, part) => Math.min(earlier?.there[part] ?? 0, range(part).end - range(part).start));
  let total = there.reduce((sum, bytes) => sum + bytes, 0);
  guarded(() => requireRoom(target, remote.size - total));
  const fd = guarded(() => openSync(path, earlier ? 'r+' : 'w+'));
  guarded(() => ftruncateSync(fd, remote.size));

  let unflushed = 0;
  let flushing: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** A failed flush is never tried again on the same file: nobody knows what it has lost. */
  let broken: unknown = null;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const state: State = { version: 2, size: remote.size, etag: remote.etag, modified: remote.modified, partBytes: step, there: [...there] };
    unflushed = 0;
    try {
      await flushed(fd);
      await writeFile(`${statePath}.new`, JSON.stringify(state), { flush: true });
      await rename(`${statePath}.new`, statePath);
    } catch (cause) {
      broken = systemFailure(cause, target) ?? cause;
      throw broken;
    }
  };
  const flushNow = (): Promise<void> => (flushing ??= flush().finally(() => {
    flushing = null;
    if (unflushed >= flushBytes) background();
  }));
  // Its error is kept in `broken` and thrown at the next write.
  const background = (): void => void flushNow().catch(() => undefined);
  const sound = (): void => {
    if (broken !== null) throw broken;
  };
  let open = true;
  return {
    parts, range,
    have: (part) => there[part]!,
    total: () => total,
    append(part, bytes) {
      sound();
      const offset = range(part).start + there[part]!;
      // In one go with receiving: the bytes are still in the core's cache, and nobody waits for another thread.
      for (let at = 0; at < bytes.length; ) at += guarded(() => writeSync(fd, bytes, at, bytes.length - at, offset + at));
      there[part]! += bytes.length;
      total += bytes.length;
      unflushed += bytes.length;
      if (unflushed >= flushBytes) background();
      else timer ??= setTimeout(background, flushMs);
    },
    forget(part) {
      total -= there[part]!;
      there[part] = 0;
    },
    read(offset, into) {
      for (let at = 0; at < into.length; ) {
        const got = guarded(() => readSync(fd, into, at, into.length - at, offset + at));
        if (got === 0) throw failure('truncated-file', { path, expectedBytes: remote.size, actualBytes: offset + at });
        at += got;
      }
    },
    async settle() {
      while (flushing) await flushing;
      sound();
      if (unflushed > 0 || timer !== undefined || !existsSync(statePath)) await flushNow();
    },
    adopt() {
      guarded(() => {
        fsyncSync(fd);
        if (existsSync(target)) throw failure('already-exists', { path: target });
        renameSync(path, target);
        syncFolder(dirname(target));
        rmSync(statePath, { force: true });
      });
    },
    close() {
      clearTimeout(timer);
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** Removes what an unfinished download left. */
export function discardParts(target: string): void {
  for (const path of [`${target}.part`, `${target}.part.json`, `${target}.part.json.new`]) rmSync(path, { force: true });
}

function readState(path: string): State | null {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as State;
    const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
    const sound = state.version === 2 && whole(state.size) && state.partBytes > 0 && Array.isArray(state.there) && state.there.length === Math.ceil(state.size / state.partBytes) && state.there.every(whole);
    return sound ? state : null;
  } catch {
    // Without it nobody knows which bytes are there: everything is fetched again.
    return null;
  }
}
