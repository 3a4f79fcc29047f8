/** A sparse matrix of an AnnData file in row order (csr_matrix), appended in blocks of consecutive rows. */
import { failure } from '../../../protocol/errors.ts';
import type { ChunkOptions, ResumableStream } from '../hdf5-writer/stream.ts';
import type { Hdf5Writer } from '../hdf5-writer/writer.ts';
import { encoding } from './uns.ts';

/** Row r of the block holds entries indptr[r] to indptr[r + 1] (exclusive). A CsrBlock of the kernels is one. */
export interface CsrRows {
  readonly rows: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array | Float64Array | Int32Array;
}

export interface CsrStream {
  readonly rowsWritten: number;
  /** Entries written so far, explicit zeros included. */
  readonly stored: number;
  /** The arrays may be reused as soon as the promise is resolved. */
  append(block: CsrRows): Promise<void>;
}

/** Where a matrix stands that is written; numbers and typed arrays only, so that a checkpoint can hold it. */
export interface CsrState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Float64Array | Uint8Array>>;
}

/** A matrix whose writing can go on in another process: the file was left as it is, the state kept elsewhere. */
export interface ResumableCsr extends CsrStream {
  /** After the last block: what is written next lies behind the matrix, with or without `save` in between. */
  settle(): Promise<void>;
  /** Makes the file durable up to here. */
  save(): Promise<CsrState>;
  /** Before the first block, when all else has been written as it was then. */
  restore(state: CsrState): Promise<void>;
}

export interface CsrLayout {
  readonly valueType: 'float32' | 'float64' | 'int32';
  /** Type of the column indices. Default: int32 when `mostStored` allows int32 row pointers too, else int64. */
  readonly indexType?: 'int32' | 'int64';
  /** Upper bound of the entries that will come; default rows x columns. */
  readonly mostStored: number;
  /** Elements per chunk. */
  readonly valueChunk: number;
  readonly indexChunk: number;
  readonly gzip: number;
  readonly shuffle: boolean;
}

export interface OpenCsr extends ResumableCsr {
  /** Completes the row pointers. @throws internal when rows are missing. */
  finish(): Promise<void>;
}

const int32Limit = 2 ** 31;

/**
 * Indices and row pointers have one type wherever possible: scipy cannot choose columns of a matrix that mixes int32 with
 * int64. int32 indices with more than 2^31 entries come with int64 pointers all the same.
 */
export function createCsr(file: Hdf5Writer, name: string, shape: readonly [number, number], layout: CsrLayout): OpenCsr {
  const { gzip, shuffle, mostStored } = layout;
  const indexType = layout.indexType ?? (mostStored < int32Limit ? 'int32' : 'int64');
  const pointerType = indexType === 'int32' && mostStored < int32Limit ? 'int32' : 'int64';
  const chunks = (chunkRows: number): ChunkOptions => ({ chunkRows, gzip, shuffle });
  file.group(name, { ...encoding('csr_matrix', '0.1.0'), shape: { int64: shape } });
  const data: ResumableStream = file.stream(`${name}/data`, layout.valueType, chunks(layout.valueChunk));
  const indices: ResumableStream = file.stream(`${name}/indices`, indexType, chunks(layout.indexChunk));
  const indptr: ResumableStream = file.stream(`${name}/indptr`, pointerType, chunks(Math.max(1024, Math.floor(layout.indexChunk / 4))));
  const parts = { data, indices, indptr };
  let rowsWritten = 0;
  let stored = 0;
  let begun = false;
  let ends = new Float64Array(1024);

  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    await indptr.append([0]);
  };

  return {
    get rowsWritten() {
      return rowsWritten;
    },
    get stored() {
      return stored;
    },
    async append({ rows, indptr: offsets, indices: ids, values }) {
      await begin();
      const first = offsets[0]!;
      const last = offsets[rows]!;
      if (stored + last - first > mostStored) throw failure('internal', { detail: `${name} holds more than the ${mostStored} entries announced` });
      if (ends.length < rows) ends = new Float64Array(rows);
      for (let row = 0; row < rows; row++) ends[row] = stored + offsets[row + 1]! - first;
      await data.append(values, first, last);
      await indices.append(ids, first, last);
      await indptr.append(ends, 0, rows);
      rowsWritten += rows;
      stored += last - first;
    },
    settle: () => file.settle(),
    async save() {
      const end = await file.sync();
      const arrays: Record<string, Float64Array | Uint8Array> = {};
      for (const [part, stream] of Object.entries(parts)) for (const [what, values] of Object.entries(stream.save())) arrays[`${part}.${what}`] = values;
      return { numbers: { end, rowsWritten, stored, begun: Number(begun) }, arrays };
    },
    async restore({ numbers, arrays }) {
      await file.goOn(numbers['end']!);
      const of = <T>(name: string): T => arrays[name] as T;
      for (const [part, stream] of Object.entries(parts)) stream.restore({ addresses: of(`${part}.addresses`), storedBytes: of(`${part}.storedBytes`), pending: of(`${part}.pending`) });
      [rowsWritten, stored, begun] = [numbers['rowsWritten']!, numbers['stored']!, numbers['begun'] === 1];
    },
    async finish() {
      await begin();
      if (rowsWritten !== shape[0]) throw failure('internal', { detail: `${name} got ${rowsWritten} of ${shape[0]} rows` });
    },
  };
}
