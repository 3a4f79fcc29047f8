/** Bytes of an open file at given offsets: every read is checked against the file's real size, so damage cannot lead outside. */
import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { failure, systemFailure } from '../protocol/errors.ts';
import { openRemoteBytes } from './remote/bytes.ts';
import { readStub } from './remote/stub.ts';

export interface FileBytes {
  readonly path: string;
  /** Size in bytes when the file was opened. */
  readonly size: number;
  /** A fresh copy of [offset, offset + length). Throws a plain Error when that is not inside the file. */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target`, or `length` bytes of it from `at` on, from `offset`. Same errors. */
  readInto(offset: number, target: Uint8Array, at?: number, length?: number): void;
  /** The same beside this thread: several may be under way, which is what a cold disk needs. Left out where it brings nothing. */
  readSoon?(offset: number, target: Uint8Array, at: number, length: number): Promise<void>;
  close(): void;
}

/** Opens for reading, also the stand-in of a remote file. Errors: file-not-found, not-permitted, io-failed; remote ones see openRemoteBytes. */
export function openBytes(path: string): FileBytes {
  const stub = readStub(path);
  if (stub !== null) return openRemoteBytes(path, stub);
  const fd = guarded(path, () => openSync(path, 'r'));
  const size = guarded(path, () => fstatSync(fd).size);
  let open = true;

  const check = (offset: number, length: number): void => {
    if (!open) throw new Error('the file has been closed');
    if (!(offset >= 0) || !Number.isSafeInteger(offset) || offset + length > size) {
      throw new Error(`bytes ${offset} to ${offset + length} lie outside the file (${size} bytes)`);
    }
  };
  const readInto = (offset: number, target: Uint8Array, at = 0, length = target.length - at): void => {
    check(offset, length);
    let done = 0;
    while (done < length) {
      // One call reads at most 2^31 - 1 bytes, and may give fewer than were asked for.
      const got = readOnce(path, fd, target, at + done, Math.min(length - done, 1 << 30), offset + done);
      if (got === 0) throw failure('truncated-file', { path, expectedBytes: size, actualBytes: offset + done });
      done += got;
    }
  };

  return {
    path,
    size,
    read: (offset, length) => {
      if (!Number.isSafeInteger(length) || length < 0 || offset + length > size) {
        throw new Error(`${length} bytes at ${offset} lie outside the file (${size} bytes)`);
      }
      const target = new Uint8Array(length);
      readInto(offset, target);
      return target;
    },
    readInto,
    readSoon: async (offset, target, at, length) => {
      check(offset, length);
      for (let done = 0; done < length; ) {
        const got = await readLater(path, fd, target, at + done, Math.min(length - done, 1 << 30), offset + done);
        if (got === 0) throw failure('truncated-file', { path, expectedBytes: size, actualBytes: offset + done });
        done += got;
      }
    },
    close: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

function readOnce(path: string, fd: number, target: Uint8Array, at: number, length: number, position: number): number {
  try {
    return readSync(fd, target, at, length, position);
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
}

function readLater(path: string, fd: number, target: Uint8Array, at: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, at, length, position, (error, got) => (error ? reject(systemFailure(error, path) ?? error) : resolve(got)));
  });
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
}
