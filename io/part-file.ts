/**
 * A file in the making: bytes at their places in NAME.part, and beside it what is surely there. The list of parts is written
 * only after their bytes have reached the disk, so that a kill or a power cut costs the parts in flight and no more.
 */
import { closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, renameSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { failure, systemFailure } from '../protocol/errors.ts';
import type { RemoteFile } from './http.ts';
import { syncFolder } from './sync-folder.ts';

const flushed = promisify(fdatasync);

interface State {
  readonly version: 1;
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
  readonly partBytes: number;
  readonly done: readonly number[];
}

export interface PartFile {
  /** Parts that are on disk. */
  readonly done: ReadonlySet<number>;
  readonly parts: number;
  range(part: number): { readonly start: number; readonly end: number };
  write(offset: number, bytes: Uint8Array): void;
  /** Makes a part durable and remembers it; other parts go on meanwhile. */
  finish(part: number): Promise<void>;
  read(offset: number, target: Uint8Array): void;
  /** The whole file under its name. */
  adopt(): void;
  close(): void;
}

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
  const size = earlier?.partBytes ?? partBytes;
  const parts = Math.ceil(remote.size / size);
  const done = new Set(earlier?.done.filter((part) => part < parts));
  const range = (part: number): { start: number; end: number } => ({ start: part * size, end: Math.min(remote.size, (part + 1) * size) });
  const missing = Array.from({ length: parts }, (_, part) => part).filter((part) => !done.has(part)).reduce((bytes, part) => bytes + range(part).end - range(part).start, 0);
  const { bavail, bsize } = guarded(() => statfsSync(dirname(target)));
  if (missing > bavail * bsize) throw failure('disk-too-small', { path: dirname(target), neededBytes: missing, availableBytes: bavail * bsize });
  const fd = guarded(() => openSync(path, earlier ? 'r+' : 'w+'));
  guarded(() => ftruncateSync(fd, remote.size));
  const save = (): void => {
    const state: State = { version: 1, size: remote.size, etag: remote.etag, modified: remote.modified, partBytes: size, done: [...done].sort((a, b) => a - b) };
    guarded(() => {
      writeFileSync(`${statePath}.new`, JSON.stringify(state), { flush: true });
      renameSync(`${statePath}.new`, statePath);
    });
  };
  save();
  let open = true;
  return {
    done, parts, range,
    write(offset, bytes) {
      for (let at = 0; at < bytes.length; ) at += guarded(() => writeSync(fd, bytes, at, bytes.length - at, offset + at));
    },
    async finish(part) {
      try {
        await flushed(fd);
      } catch (cause) {
        throw systemFailure(cause, target) ?? cause;
      }
      done.add(part);
      save();
    },
    read(offset, into) {
      for (let at = 0; at < into.length; ) {
        const got = guarded(() => readSync(fd, into, at, into.length - at, offset + at));
        if (got === 0) throw failure('truncated-file', { path, expectedBytes: remote.size, actualBytes: offset + at });
        at += got;
      }
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
    const sound = state.version === 1 && Number.isSafeInteger(state.size) && state.partBytes > 0 && Array.isArray(state.done) && state.done.every(Number.isSafeInteger);
    return sound ? state : null;
  } catch {
    // Without it nobody knows which bytes are there: everything is fetched again.
    return null;
  }
}
