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
  /** Fills `target` from `offset`. Same errors. */
  readInto(offset: number, target: Uint8Array): void;
  /** The same beside this thread: several may be under way, which is what a cold disk needs. Left out where it brings nothing. */
  readSoon?(offset: number, target: Uint8Array): Promise<void>;
  close(): void;
}

/** Opens for reading, also the stand-in of a remote file. Errors: file-not-found, not-permitted, io-failed; remote ones see openRemoteBytes. */
export function openBytes(path: string): FileBytes {
  const stub = readStub(path);
  if (stub !== null) return openRemoteBytes(path, stub);
  const fd = guarded(path, () => openSync(path, 'r'));
  const size = guarded(path, () => fstatSync(fd).size);
  let open = true;

  const check = (offset: number, target: Uint8Array): void => {
    if (!open) throw new Error('the file has been closed');
    if (!(offset >= 0) || !Number.isSafeInteger(offset) || offset + target.length > size) {
      throw new Error(`bytes ${offset} to ${offset + target.length} lie outside the file (${size} bytes)`);
    }
  };
  const readInto = (offset: number, target: Uint8Array): void => {
    check(offset, target);
    let done = 0;
    while (done < target.length) {
      // One call reads at most 2^31 - 1 bytes, and may give fewer than were asked for.
      const got = guarded(path, () => readSync(fd, target, done, Math.min(target.length - done, 1 << 30), offset + done));
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
    readSoon: async (offset, target) => {
      check(offset, target);
      for (let done = 0; done < target.length; ) {
        const got = await readOnce(path, fd, target, done, offset + done);
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

function readOnce(path: string, fd: number, target: Uint8Array, at: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, at, Math.min(target.length - at, 1 << 30), position, (error, got) => (error ? reject(systemFailure(error, path) ?? error) : resolve(got)));
  });
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
}
