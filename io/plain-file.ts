/** Whole reads and writes at offsets of an ordinary file, with system errors given their kind. */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { failure, systemFailure } from '../protocol/errors.ts';

export interface PlainFile {
  readonly path: string;
  size(): number;
  /** Fills the array from `offset`; corrupt-file when the file ends before it is full. */
  readInto(offset: number, target: ArrayBufferView): void;
  write(offset: number, source: ArrayBufferView): void;
  sync(): void;
  close(): void;
}

/** 'w+' makes a new empty file, 'r' opens one. Errors: file-not-found, not-permitted, disk-full, io-failed. */
export function openPlain(path: string, flags: 'r' | 'w+'): PlainFile {
  const guarded = <T>(act: () => T): T => {
    try {
      return act();
    } catch (thrown) {
      throw systemFailure(thrown, path) ?? thrown;
    }
  };
  const fd = guarded(() => openSync(path, flags));
  let open = true;
  return {
    path,
    size: () => guarded(() => fstatSync(fd).size),
    readInto: (offset, target) => {
      for (let done = 0; done < target.byteLength; ) {
        const length = Math.min(target.byteLength - done, 1 << 30);
        const got = guarded(() => readSync(fd, new Uint8Array(target.buffer, target.byteOffset + done, length), 0, length, offset + done));
        if (got === 0) throw failure('corrupt-file', { path, element: 'the file', reason: `it ends at byte ${offset + done}` });
        done += got;
      }
    },
    write: (offset, source) => {
      for (let done = 0; done < source.byteLength; ) {
        const length = Math.min(source.byteLength - done, 1 << 30);
        done += guarded(() => writeSync(fd, new Uint8Array(source.buffer, source.byteOffset + done, length), 0, length, offset + done));
      }
    },
    sync: () => guarded(() => fsyncSync(fd)),
    close: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** Closes and deletes a temporary file; it may be gone already. */
export function discard(file: PlainFile): void {
  file.close();
  rmSync(file.path, { force: true });
}
