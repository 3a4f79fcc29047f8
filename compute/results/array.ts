/**
 * Result arrays: Zarr v2, uncompressed, chunked along rows, so that they open lazily anywhere and any rows of a chunk
 * can be read by their position. Written by appending rows in order; never changed after.
 */
import { closeSync, constants, fsyncSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync, writeSync, ftruncateSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../../protocol/errors.ts';

export type StoredDtype = 'float32' | 'float64' | 'int32' | 'uint8' | 'uint32';
export type StoredValues = Float32Array | Float64Array | Int32Array | Uint8Array | Uint32Array;

const dtypes = {
  float32: { code: '<f4', make: (n: number) => new Float32Array(n) },
  float64: { code: '<f8', make: (n: number) => new Float64Array(n) },
  int32: { code: '<i4', make: (n: number) => new Int32Array(n) },
  uint8: { code: '|u1', make: (n: number) => new Uint8Array(n) },
  uint32: { code: '<u4', make: (n: number) => new Uint32Array(n) },
} as const;

/** Rows per chunk file; one chunk for anything smaller. */
const mostChunkRows = 100_000;

export interface ArrayOptions {
  readonly dtype: StoredDtype;
  /** One or two axes; the first counts rows. */
  readonly shape: readonly number[];
  /** Goes to .zattrs (categories of a coded column, for example). */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface ArrayWriter {
  readonly path: string;
  readonly rowsWritten: number;
  /** Appends whole rows, row-major. */
  append(values: StoredValues): void;
  /** Forces what was appended to disk. */
  sync(): void;
  /** @throws corrupt-result when fewer rows than announced were appended. */
  close(): void;
}

/**
 * Opens an array for appending; with `resumeAt` rows of an earlier attempt are kept and everything after is cut off.
 * @throws corrupt-result when the earlier rows are not all there: going on would fill the gap with zeros.
 */
export function createArray(path: string, options: ArrayOptions, resumeAt = 0): ArrayWriter {
  const rows = options.shape[0] ?? 0;
  const columns = options.shape[1] ?? 1;
  const rowBytes = columns * dtypes[options.dtype].make(1).BYTES_PER_ELEMENT;
  const chunkRows = Math.max(1, Math.min(rows, mostChunkRows));
  let written = resumeAt;
  let fd = -1;
  let chunk = -1;
  const closeChunk = (): void => {
    if (fd < 0) return;
    fsyncSync(fd);
    closeSync(fd);
    fd = -1;
  };
  const openChunk = (wanted: number): void => {
    if (wanted === chunk && fd >= 0) return;
    closeChunk();
    // Made when it is not there, never emptied: it may hold the rows of an earlier attempt.
    fd = openSync(join(path, chunkName(wanted, options.shape.length)), constants.O_RDWR | constants.O_CREAT);
    chunk = wanted;
  };
  try {
    mkdirSync(path, { recursive: true });
    for (let first = 0; first < resumeAt; first += chunkRows) {
      requireBytes(path, chunkName(first / chunkRows, options.shape.length), Math.min(chunkRows, resumeAt - first) * rowBytes);
    }
    writeMetadata(path, options, chunkRows);
    if (resumeAt < rows) {
      for (let later = Math.floor(resumeAt / chunkRows) + 1; later * chunkRows < rows; later++) {
        rmSync(join(path, chunkName(later, options.shape.length)), { force: true });
      }
      openChunk(Math.floor(resumeAt / chunkRows));
      ftruncateSync(fd, (resumeAt % chunkRows) * rowBytes);
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
  return {
    path,
    get rowsWritten() {
      return written;
    },
    append(values) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      const count = bytes.length / rowBytes;
      if (!Number.isInteger(count) || written + count > rows) {
        throw failure('internal', { detail: `${count} rows do not fit ${path} (${written} of ${rows} written)` });
      }
      if (dtypeOf(values) !== options.dtype) throw failure('internal', { detail: `${dtypeOf(values)} values do not fit ${path}, which holds ${options.dtype}` });
      try {
        for (let done = 0; done < count; ) {
          const inChunk = written % chunkRows;
          openChunk(Math.floor(written / chunkRows));
          const take = Math.min(count - done, chunkRows - inChunk);
          writeFully(fd, bytes.subarray(done * rowBytes, (done + take) * rowBytes), inChunk * rowBytes);
          done += take;
          written += take;
        }
      } catch (cause) {
        throw systemFailure(cause, path) ?? cause;
      }
    },
    sync() {
      try {
        if (fd >= 0) fsyncSync(fd);
      } catch (cause) {
        throw systemFailure(cause, path) ?? cause;
      }
    },
    close() {
      if (written !== rows) {
        closeChunk();
        throw failure('internal', { detail: `${path} has ${written} of ${rows} rows` });
      }
      try {
        padLastChunk(path, options.shape.length, rows, chunkRows, rowBytes);
        closeChunk();
      } catch (cause) {
        throw systemFailure(cause, path) ?? cause;
      }
    },
  };

  /** Zarr wants every chunk whole, also the last. */
  function padLastChunk(_path: string, _axes: number, total: number, perChunk: number, bytesPerRow: number): void {
    if (total === 0 || total % perChunk === 0) return;
    openChunk(Math.floor((total - 1) / perChunk));
    ftruncateSync(fd, perChunk * bytesPerRow);
  }
}

/** Writes a whole array at once. */
export function writeArray(path: string, values: StoredValues, columns?: number, attributes?: Readonly<Record<string, unknown>>): void {
  const shape = columns === undefined ? [values.length] : [values.length / columns, columns];
  const writer = createArray(path, { dtype: dtypeOf(values), shape, ...(attributes ? { attributes } : {}) });
  writer.append(values);
  writer.close();
}

export interface StoredArray {
  readonly path: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Rows [start, end) as a new array. */
  read(start?: number, end?: number): StoredValues;
}

/** @throws corrupt-result when the metadata or a chunk is missing, short or of another kind. */
export function openStored(path: string): StoredArray {
  const meta = readMetadata(path);
  const { dtype, shape, chunkRows } = meta;
  const rows = shape[0] ?? 0;
  const columns = shape[1] ?? 1;
  return {
    path, dtype, shape, attributes: meta.attributes,
    read(start = 0, end = rows) {
      const from = Math.max(0, Math.min(start, rows));
      const to = Math.max(from, Math.min(end, rows));
      const values = dtypes[dtype].make((to - from) * columns);
      const bytes = new Uint8Array(values.buffer);
      const rowBytes = columns * values.BYTES_PER_ELEMENT;
      for (let row = from; row < to; ) {
        const chunk = Math.floor(row / chunkRows);
        const inChunk = row % chunkRows;
        const take = Math.min(to - row, chunkRows - inChunk);
        readFully(join(path, chunkName(chunk, shape.length)), bytes.subarray((row - from) * rowBytes, (row - from + take) * rowBytes), inChunk * rowBytes);
        row += take;
      }
      return values;
    },
  };
}

/** Like read, when the caller knows the kind; a stored array of another kind is an error, never a reinterpretation. */
export function readFloat64(array: StoredArray, start?: number, end?: number): Float64Array {
  const values = array.read(start, end);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

export function readFloat32(array: StoredArray, start?: number, end?: number): Float32Array {
  const values = array.read(start, end);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

function chunkName(chunk: number, axes: number): string {
  return axes === 1 ? `${chunk}` : `${chunk}.0`;
}

/** Name of the type that values are stored as. */
export function dtypeOf(values: StoredValues): StoredDtype {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Float64Array) return 'float64';
  if (values instanceof Int32Array) return 'int32';
  return values instanceof Uint32Array ? 'uint32' : 'uint8';
}

function writeMetadata(path: string, options: ArrayOptions, chunkRows: number): void {
  const { shape } = options;
  const chunks = shape.length === 1 ? [chunkRows] : [chunkRows, Math.max(1, shape[1] ?? 1)];
  const meta = {
    chunks, compressor: null, dtype: dtypes[options.dtype].code, fill_value: 0, filters: null, order: 'C', shape, zarr_format: 2,
  };
  writeFileSync(join(path, '.zarray'), `${JSON.stringify(meta)}\n`);
  const attributes = { 'encoding-type': 'array', 'encoding-version': '0.2.0', ...options.attributes };
  writeFileSync(join(path, '.zattrs'), `${JSON.stringify(attributes)}\n`);
}

function readMetadata(path: string): { dtype: StoredDtype; shape: number[]; chunkRows: number; attributes: Record<string, unknown> } {
  try {
    const meta = JSON.parse(readFileSync(join(path, '.zarray'), 'utf8')) as { dtype: string; shape: number[]; chunks: number[] };
    const attributes = JSON.parse(readFileSync(join(path, '.zattrs'), 'utf8')) as Record<string, unknown>;
    const dtype = (Object.keys(dtypes) as StoredDtype[]).find((name) => dtypes[name].code === meta.dtype);
    if (!dtype || !Array.isArray(meta.shape) || !Array.isArray(meta.chunks) || !meta.shape.every((n) => Number.isSafeInteger(n) && n >= 0) || !((meta.chunks[0] ?? 0) > 0)) {
      throw failure('corrupt-result', { path, reason: 'its .zarray is not one of ours' });
    }
    return { dtype, shape: meta.shape, chunkRows: meta.chunks[0]!, attributes };
  } catch (cause) {
    if (cause instanceof SyntaxError) throw failure('corrupt-result', { path, reason: 'its metadata is not JSON' }, cause);
    throw unreadable(cause, path, 'its metadata is missing');
  }
}

function requireBytes(path: string, chunk: string, bytes: number): void {
  const found = statSync(join(path, chunk), { throwIfNoEntry: false })?.size ?? 0;
  if (found < bytes) throw failure('corrupt-result', { path, reason: `chunk ${chunk} has ${found} of ${bytes} bytes of an earlier attempt` });
}

/** What is not there is damage; what could not be read just now (no handles, a failing disk) is not. */
export function unreadable(cause: unknown, path: string, reason: string): unknown {
  const system = systemFailure(cause, path);
  return system?.kind === 'file-not-found' ? failure('corrupt-result', { path, reason }, cause) : (system ?? cause);
}

function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

function readFully(path: string, bytes: Uint8Array, position: number): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw unreadable(cause, path, 'a chunk is missing');
  }
  try {
    for (let done = 0; done < bytes.length; ) {
      const got = readSync(fd, bytes, done, bytes.length - done, position + done);
      if (got === 0) throw failure('corrupt-result', { path, reason: 'a chunk is too short' });
      done += got;
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  } finally {
    closeSync(fd);
  }
}
