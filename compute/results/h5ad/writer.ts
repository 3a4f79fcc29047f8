/**
 * Writes AnnData files (h5ad, encoding 0.1.0) by appending, whatever their size: matrices by blocks of rows, obs and var
 * by portions of columns. Used for exports and by the generator; opens in Python anndata from 0.8 on.
 */
import { failure } from '../../../protocol/errors.ts';
import { frameRows, h5adChunk } from '../../../steps/writing.ts';
import type { ChunkPacker } from '../../codecs/deflate/packer.ts';
import type { ArrayStream } from '../hdf5-writer/stream.ts';
import { createHdf5 } from '../hdf5-writer/writer.ts';
import { createFrame, type FrameWriter, type OpenFrame } from './frame.ts';
import { createCsr, type CsrLayout, type OpenCsr, type ResumableCsr } from './sparse.ts';
import { arrayEncoding, dictEncoding, encoding, memberName, writeUnsValue, type UnsDict } from './uns.ts';

export interface H5adOptions {
  /** Cells, the rows of X and obs. */
  readonly nObs: number;
  /** Genes, the columns of X and rows of var. */
  readonly nVars: number;
  /** Deflate level of everything large, 0 to 9; default 4. */
  readonly gzip?: number;
  /** Default true: smaller files, a little slower to read. */
  readonly shuffle?: boolean;
  /** An unfinished attempt at the same file is there: it is written over, not emptied, so that `restore` of a matrix can skip ahead. */
  readonly begun?: boolean;
  /** Who packs chunks; default zlib's threads. It stays its owner's to close. */
  readonly packer?: ChunkPacker;
}

export type SparseSlot = 'X' | `layers/${string}` | `obsp/${string}` | `varp/${string}`;
export type DenseSlot = 'X' | `layers/${string}` | `obsm/${string}` | `varm/${string}`;

export interface H5adWriter {
  readonly path: string;
  /** X and layers are cells x genes, obsp cells x cells, varp genes x genes. Default: float32, 131,072 per chunk. */
  csr(slot: SparseSlot, layout?: Partial<CsrLayout>): ResumableCsr;
  /** A dense matrix, appended in whole rows, row-major; `columns` is implied for X and layers. */
  dense(slot: DenseSlot, columns: number, type?: 'float32' | 'float64'): ArrayStream;
  /** Once for each axis. `indexName` is the name of the index column; default '_index' (none). */
  frame(axis: 'obs' | 'var', indexName?: string): FrameWriter;
  /** Adds entries to uns; each name once. */
  uns(entries: UnsDict): void;
  /** Checks lengths, finishes the file and forces it to disk. Returns its size in bytes. */
  close(): Promise<number>;
  /** Closes an unfinished file; it is no HDF5 file and is left to the caller to delete. */
  abandon(): void;
}

const denseChunkBytes = 1 << 20;
const mapGroups = ['layers', 'obsm', 'varm', 'obsp', 'varp', 'uns'] as const;

/** Begins a file at `path`, replacing one that is there. @throws disk-full, not-permitted and the like, with the path. */
export function createH5ad(path: string, options: H5adOptions): H5adWriter {
  const { nObs, nVars, gzip = 4, shuffle = true, begun = false, packer } = options;
  const file = createHdf5(path, encoding('anndata', '0.1.0'), undefined, begun, packer);
  for (const name of mapGroups) file.group(name, dictEncoding);
  const frames = new Map<string, OpenFrame>();
  const matrices: OpenCsr[] = [];
  const denseArrays: { slot: string; elements: number; stream: ArrayStream }[] = [];

  const axisLength = (axis: string): number => (axis.startsWith('var') ? nVars : nObs);
  const checked = (slot: string): string => {
    const [group, ...rest] = slot.split('/');
    if (group !== 'X') memberName(rest.join('/'));
    return slot;
  };

  return {
    path,
    csr(slot, layout = {}) {
      const rows = axisLength(slot);
      const columns = slot.startsWith('obsp/') || slot.startsWith('varp/') ? rows : nVars;
      const whole: CsrLayout = {
        valueType: 'float32', mostStored: rows * columns, valueChunk: h5adChunk, indexChunk: h5adChunk, gzip, shuffle, ...layout,
      };
      const matrix = createCsr(file, checked(slot), [rows, columns], whole);
      matrices.push(matrix);
      return matrix;
    },
    dense(slot, columns, type = 'float32') {
      const chunkRows = Math.max(1, Math.floor(denseChunkBytes / (Math.max(1, columns) * (type === 'float32' ? 4 : 8))));
      const stream = file.stream(checked(slot), type, { chunkRows, gzip, shuffle, rowShape: [columns], attributes: arrayEncoding });
      denseArrays.push({ slot, elements: axisLength(slot) * columns, stream });
      return stream;
    },
    frame(axis, indexName = '_index') {
      const frame = createFrame(file, { axis, rows: axisLength(axis), indexName, storage: { chunkRows: frameRows, gzip, shuffle } });
      frames.set(axis, frame);
      return frame;
    },
    uns(entries) {
      for (const [name, value] of Object.entries(entries)) writeUnsValue(file, `uns/${memberName(name)}`, value);
    },
    async close() {
      for (const matrix of matrices) await matrix.finish();
      for (const { slot, elements, stream } of denseArrays) {
        if (stream.length !== elements) throw failure('internal', { detail: `${slot} got ${stream.length} of ${elements} numbers` });
      }
      for (const axis of ['obs', 'var']) {
        const frame = frames.get(axis);
        if (frame === undefined) throw failure('internal', { detail: `${axis} was never written to ${path}` });
        frame.check();
      }
      return file.close();
    },
    abandon: file.abandon,
  };
}
