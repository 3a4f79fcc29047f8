/** Files of a folder seen as one, one behind the other: the chunks (or shards of chunks) of an array in a Zarr store. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../protocol/errors.ts';
import type { FileBytes } from './file.ts';

/** Structured-cloneable: whoever reads opens it for himself. */
export interface JoinedFiles {
  readonly folder: string;
  /** Files along each axis of their grid; they are numbered row by row and named after their place. */
  readonly grid: readonly number[];
  readonly prefix: string;
  readonly separator: string;
  /** Where each file begins in the row, and the end of the last. Files that are not there take no room. */
  readonly starts: Float64Array;
}

/** Name of the n-th file below the folder. */
export function joinedName({ grid, prefix, separator }: Pick<JoinedFiles, 'grid' | 'prefix' | 'separator'>, n: number): string {
  const place: number[] = [];
  let rest = n;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    place.unshift(rest % grid[axis]!);
    rest = Math.floor(rest / grid[axis]!);
  }
  return prefix + place.join(separator);
}

/** Looks at every file. Errors: not-permitted, io-failed. */
export function joinFiles(names: Omit<JoinedFiles, 'starts'>): JoinedFiles {
  const files = names.grid.reduce((product, length) => product * length, 1);
  const starts = new Float64Array(files + 1);
  for (let n = 0; n < files; n++) {
    const path = join(names.folder, joinedName(names, n));
    try {
      const stat = statSync(path, { throwIfNoEntry: false });
      starts[n + 1] = starts[n]! + (stat?.isFile() ? stat.size : 0);
    } catch (thrown) {
      throw systemFailure(thrown, path) ?? thrown;
    }
  }
  return { ...names, starts };
}

/** Reads by offsets in the row; one file is open at a time. A file that is gone or has another size is a plain Error. */
export function openJoined(files: JoinedFiles): FileBytes {
  const { folder, starts } = files;
  const size = starts[starts.length - 1]!;
  let open: { readonly n: number; readonly fd: number } | null = null;
  const close = (): void => {
    if (open !== null) closeSync(open.fd);
    open = null;
  };
  const opened = (n: number): number => {
    if (open?.n === n) return open.fd;
    close();
    const name = joinedName(files, n);
    const path = join(folder, name);
    try {
      const fd = openSync(path, 'r');
      open = { n, fd };
      const found = fstatSync(fd).size;
      if (found !== starts[n + 1]! - starts[n]!) throw new Error(`its file ${name} has ${found} bytes and had ${starts[n + 1]! - starts[n]!} when the store was opened`);
      return fd;
    } catch (thrown) {
      close();
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') throw new Error(`its file ${name} is missing`, { cause: thrown });
      throw systemFailure(thrown, path) ?? thrown;
    }
  };
  const readInto = (offset: number, target: Uint8Array, at = 0, length = target.length - at): void => {
    if (!(offset >= 0) || !Number.isSafeInteger(offset) || offset + length > size) throw new Error(`bytes ${offset} to ${offset + length} lie outside its files (${size} bytes)`);
    for (let done = 0; done < length; ) {
      const n = fileOf(starts, offset + done);
      const fd = opened(n);
      const position = offset + done - starts[n]!;
      const got = readOnce(join(folder, joinedName(files, n)), fd, target, at + done, Math.min(length - done, starts[n + 1]! - offset - done, 1 << 30), position);
      if (got === 0) throw failure('truncated-file', { path: join(folder, joinedName(files, n)), expectedBytes: starts[n + 1]! - starts[n]!, actualBytes: position });
      done += got;
    }
  };
  return {
    path: folder,
    size,
    read: (offset, length) => {
      if (offset + length > size) throw new Error(`${length} bytes at ${offset} lie outside its files (${size} bytes)`);
      const target = new Uint8Array(length);
      readInto(offset, target);
      return target;
    },
    readInto,
    close,
  };
}

function readOnce(path: string, fd: number, target: Uint8Array, at: number, length: number, position: number): number {
  try {
    return readSync(fd, target, at, length, position);
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
}

/** The file that holds a place in the row: the last that begins there or before, so that none of no size is taken. */
function fileOf(starts: Float64Array, offset: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
