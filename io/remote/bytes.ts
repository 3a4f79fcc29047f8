/** Reads a remote file through its stand-in: blocks that are here come from disk, the others are fetched and kept. */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, systemFailure } from '../../protocol/errors.ts';
import type { FileBytes } from '../file.ts';
import { openClaims } from './claims.ts';
import { blockBytes, clearStub, flagsPath, listStubs, ratePath, remoteHeaders, settleTime, type RemoteStub } from './stub.ts';
import { fetchSync, windowBytes } from './sync-fetch.ts';

/** Bytes that all stand-ins of a folder may keep together, unless its settings say otherwise. */
const standardLimitBytes = 20 * 1024 ** 3;
const settingsName = 'remote-cache.json';

export function cacheLimit(folder: string): number {
  const path = join(folder, settingsName);
  if (!existsSync(path)) return standardLimitBytes;
  const { limitBytes } = JSON.parse(readFileSync(path, 'utf8')) as { limitBytes: number };
  return Number.isSafeInteger(limitBytes) && limitBytes >= 0 ? limitBytes : standardLimitBytes;
}

export function setCacheLimit(folder: string, limitBytes: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${settingsName}.new`), JSON.stringify({ limitBytes }), { flush: true });
  renameSync(join(folder, `${settingsName}.new`), join(folder, settingsName));
}

/** How often the room in the cache is counted: not at every block. */
const countEvery = 64;

/** Errors of reading: those of a download (remote-changed, not-authorised...), and a plain Error outside the file. */
export function openRemoteBytes(path: string, stub: RemoteStub): FileBytes {
  const { remote } = stub;
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw systemFailure(cause, path) ?? cause;
    }
  };
  const { data, flagFile } = guarded(() => openBoth(path));
  const flags = new Uint8Array(readFileSync(flagFile));
  if (flags.length !== Math.ceil(remote.size / blockBytes)) throw failure('corrupt-file', { path: flagsPath(path), element: 'the list of blocks', reason: 'it is of another length than the file' });
  const headers = remoteHeaders(stub);
  const limit = cacheLimit(dirname(path));
  const claims = guarded(() => openClaims(path));
  let [fetchedBlocks, room] = [0, true];
  let open = true;

  /** Other readers may have fetched it since. */
  const isThere = (block: number): boolean => {
    if (flags[block] === 1) return true;
    guarded(() => readSync(flagFile, flags, block, 1, block));
    return flags[block] === 1;
  };

  const keep = (first: number, bytes: Uint8Array): void => {
    if (fetchedBlocks++ % countEvery === 0) room = listStubs(dirname(path)).reduce((sum, { cachedBytes }) => sum + cachedBytes, 0) + bytes.length <= limit;
    if (!room) return;
    guarded(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(data, bytes, at, bytes.length - at, first * blockBytes + at);
      const count = Math.ceil(bytes.length / blockBytes);
      flags.fill(1, first, first + count);
      writeSync(flagFile, flags, first, count, first);
      settleTime(path);
    });
  };

  /** From block `first`, as many up to `last` as nobody else is fetching; null when they have come meanwhile. */
  const fetchBlocks = (first: number, last: number): Uint8Array | null => {
    let to: number | null;
    while ((to = guarded(() => claims.claim(first, last))) === null) {
      claims.wait();
      if (isThere(first)) return null;
    }
    try {
      // Those who had claimed them may just have finished.
      if (isThere(first)) return null;
      let stop = first;
      while (stop < to && !isThere(stop + 1)) stop++;
      const [start, end] = [first * blockBytes, Math.min(remote.size, (stop + 1) * blockBytes)];
      const began = performance.now();
      const bytes = fetchSync({ remote, headers, start, end });
      addRate(path, bytes.length, (performance.now() - began) / 1000);
      keep(first, bytes);
      return bytes;
    } finally {
      claims.release(first, to);
    }
  };

  const readInto = (offset: number, target: Uint8Array): void => {
    if (!open) throw new Error('the file has been closed');
    if (!(offset >= 0) || !Number.isSafeInteger(offset) || offset + target.length > remote.size) {
      throw new Error(`bytes ${offset} to ${offset + target.length} lie outside the file (${remote.size} bytes)`);
    }
    const end = offset + target.length;
    const last = Math.floor((end - 1) / blockBytes);
    for (let block = Math.floor(offset / blockBytes); block <= last && target.length > 0; ) {
      const there = isThere(block);
      let stop = block;
      while (stop < last && (stop + 1 - block) * blockBytes < windowBytes && isThere(stop + 1) === there) stop++;
      const fetched = there ? null : fetchBlocks(block, stop);
      if (!there) {
        if (fetched === null) continue;
        stop = block + Math.ceil(fetched.length / blockBytes) - 1;
      }
      const [from, to] = [Math.max(offset, block * blockBytes), Math.min(end, (stop + 1) * blockBytes)];
      const into = target.subarray(from - offset, to - offset);
      if (fetched === null) {
        for (let at = 0; at < into.length; ) {
          const got = guarded(() => readSync(data, into, at, into.length - at, from + at));
          if (got === 0) throw failure('truncated-file', { path, expectedBytes: remote.size, actualBytes: from + at });
          at += got;
        }
      } else {
        into.set(fetched.subarray(from - block * blockBytes, to - block * blockBytes));
      }
      block = stop + 1;
    }
  };

  return {
    path, size: remote.size, readInto: (offset, target, at = 0, length = target.length - at) => readInto(offset, target.subarray(at, at + length)),
    read: (offset, length) => {
      if (!Number.isSafeInteger(length) || length < 0 || offset + length > remote.size) throw new Error(`${length} bytes at ${offset} lie outside the file (${remote.size} bytes)`);
      const target = new Uint8Array(length);
      readInto(offset, target);
      return target;
    },
    close: () => {
      if (!open) return;
      open = false;
      closeSync(data);
      closeSync(flagFile);
    },
  };
}

/** The blocks and the flags that belong to them. */
function openBoth(path: string): { data: number; flagFile: number } {
  for (let tries = 1; ; tries++) {
    const data = openSync(path, 'r+');
    try {
      return { data, flagFile: openSync(flagsPath(path, fstatSync(data).ino), 'r+') };
    } catch (cause) {
      closeSync(data);
      // Cleared between the two: the next try finds the new pair. A list that is lost for good is begun anew.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || tries > 2) throw cause;
      if (tries === 2) clearStub(path);
    }
  }
}

/** Kept over all readers, so that a rate is known before the next read. Two at once may lose a little: it is an estimate. */
function addRate(path: string, bytes: number, seconds: number): void {
  let sum = { bytes: 0, seconds: 0 };
  try {
    sum = JSON.parse(readFileSync(ratePath(path), 'utf8')) as typeof sum;
  } catch {
    // The first read.
  }
  // The newest reads count most: a line changes.
  const fade = sum.seconds > 60 ? 0.5 : 1;
  writeFileSync(ratePath(path), JSON.stringify({ bytes: sum.bytes * fade + bytes, seconds: sum.seconds * fade + seconds }));
}
