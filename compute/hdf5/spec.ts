/**
 * Where every byte of one array is, in an HDF5 file or a Zarr store: found once, then enough to read it with plain file
 * reads in any worker. Structured-cloneable, so it crosses to workers as it is.
 */
import type { JoinedFiles } from '../../io/joined-files.ts';
import type { Dtype } from '../../protocol/matrix.ts';
import type { Compressor } from '../codecs/index.ts';

export type H5Filter =
  | { readonly id: 'deflate' }
  | { readonly id: 'shuffle'; readonly elementBytes: number }
  | { readonly id: 'fletcher32' }
  | { readonly id: 'lzf' }
  /** Of Zarr stores. */
  | { readonly id: Compressor | 'crc32c' };

/** Chunks in row-major order of their grid: file offset, stored bytes (0 = never written, all fill), filters skipped. */
export interface ChunkIndex {
  readonly offset: Float64Array;
  readonly storedBytes: Uint32Array;
  readonly filterMask: Uint32Array;
}

export type H5Layout =
  | { readonly kind: 'contiguous'; readonly offset: number; readonly storedBytes: number }
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  /** `files`: chunks lie in files of their own (Zarr), of which the index sees one long row. `whole`: a chunk that is not there is damage, no fill. */
  | { readonly kind: 'chunked'; readonly chunkShape: readonly number[]; readonly index: ChunkIndex; readonly files?: JoinedFiles; readonly whole?: true }
  /** A layout the own reader does not know (v4 indices, foreign filters): h5wasm slices it in the worker. */
  | { readonly kind: 'foreign' };

export interface DatasetSpec {
  /** Of a Zarr store its folder. */
  readonly file: string;
  /** Absolute name inside, e.g. /X/data. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly bigEndian: boolean;
  /** One or two axes. */
  readonly shape: readonly number[];
  readonly layout: H5Layout;
  /** In pipeline order (as applied when writing). */
  readonly filters: readonly H5Filter[];
  readonly fill: number;
}

export type NumericArray =
  | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array
  | Float32Array | Float64Array;

/** Reads elements of a 1-D dataset, or whole rows of a 2-D one, in file order. Keeps the chunk last decoded. */
export interface ArrayReader {
  readonly spec: DatasetSpec;
  /** Elements [start, end) of a 1-D dataset in their stored type (native byte order). A fresh or reused array. */
  read(start: number, end: number): NumericArray;
  /**
   * Elements [start, end) of a 1-D dataset converted into `out` from position `at`: the hot path, no array in between.
   * Returns nothing; values beyond int32 in an Int32Array target are an error of kind corrupt-file.
   */
  readInto(start: number, end: number, out: Int32Array | Float32Array | Float64Array, at: number): void;
  /** Rows [rowStart, rowEnd) of a 2-D dataset, row-major, converted into `out` from its start. */
  readRows(rowStart: number, rowEnd: number, out: Float32Array | Float64Array): void;
  close(): void;
}
