/** Facts and specs of matrices from described datasets; lengths that contradict each other are damage. */
import { failure } from '../../protocol/errors.ts';
import type { MatrixFacts, MatrixSlot } from '../../protocol/matrix.ts';
import type { DatasetSpec } from '../hdf5/index.ts';
import type { MatrixSpec } from './contract.ts';

export interface SparseParts {
  readonly data: DatasetSpec;
  readonly indices: DatasetSpec;
  readonly indptr: DatasetSpec;
}

export interface Shape {
  readonly nObs: number;
  readonly nVars: number;
}

/** A sparse matrix in row order ('csr') or column order ('csc'), rows being cells. Errors: corrupt-file. */
export function sparseSpec(slot: MatrixSlot, order: 'csr' | 'csc', parts: SparseParts, shape: Shape): MatrixSpec {
  const { data, indices, indptr } = parts;
  const damaged = (reason: string): never => {
    throw failure('corrupt-file', { path: data.file, element: data.name.replace(/\/data$/, ''), reason });
  };
  const major = order === 'csr' ? shape.nObs : shape.nVars;
  if (indptr.shape[0] !== major + 1) damaged(`it has ${indptr.shape[0]} pointers for ${major} ${order === 'csr' ? 'rows' : 'columns'}`);
  if (data.shape[0] !== indices.shape[0]) damaged(`it has ${data.shape[0]} values and ${indices.shape[0]} indices`);
  const facts: MatrixFacts = {
    slot,
    kind: order === 'csr' ? 'csr_matrix' : 'csc_matrix',
    ...storageOf(data),
    ...shape,
    stored: data.shape[0]!,
    storedBytes: storedBytesOf(data) + storedBytesOf(indices) + storedBytesOf(indptr),
  };
  const minor = order === 'csr' ? shape.nVars : shape.nObs;
  // One row or column alone: all its indices are 0, which Zarr need not write.
  const whole = { data: wholeOnly(data), indices: minor > 1 ? wholeOnly(indices) : indices, indptr };
  if (order === 'csr') return { kind: 'csr', facts, ...whole };
  return { kind: 'columns', facts, source: { kind: 'csc', ...whole }, spool: null };
}

/** Entries lie in every chunk: one whose file is not there was lost, never left out as all zeros. */
function wholeOnly(spec: DatasetSpec): DatasetSpec {
  const { layout } = spec;
  return layout.kind === 'chunked' && layout.files ? { ...spec, layout: { ...layout, whole: true } } : spec;
}

export function denseSpec(slot: MatrixSlot, values: DatasetSpec): MatrixSpec {
  const [nObs, nVars] = [values.shape[0]!, values.shape[1]!];
  const facts: MatrixFacts = {
    slot, kind: 'dense', ...storageOf(values), nObs, nVars, stored: nObs * nVars, storedBytes: storedBytesOf(values),
  };
  return { kind: 'dense', facts, values };
}

/** Storage of a matrix is told by its values. */
function storageOf(spec: DatasetSpec): Pick<MatrixFacts, 'dtype' | 'chunks' | 'filter' | 'shuffle'> {
  const names: Readonly<Record<string, string>> = { deflate: 'gzip', gzip: 'gzip', lzf: 'lzf', zstd: 'zstd', blosc: 'blosc', lz4: 'lz4' };
  const compression = spec.filters.map((filter) => names[filter.id]).find((name) => name !== undefined);
  return {
    dtype: spec.dtype,
    chunks: spec.layout.kind === 'chunked' ? spec.layout.chunkShape : null,
    filter: compression ?? null,
    shuffle: spec.filters.some((filter) => filter.id === 'shuffle'),
  };
}

/** Bytes on disk; for a layout that is not known here, what the numbers take unpacked. */
function storedBytesOf(spec: DatasetSpec): number {
  switch (spec.layout.kind) {
    case 'chunked':
      return spec.layout.index.storedBytes.reduce((total, bytes) => total + bytes, 0);
    case 'contiguous':
      return spec.layout.storedBytes;
    case 'compact':
      return spec.layout.bytes.length;
    case 'foreign':
      return spec.shape.reduce((product, length) => product * length, bytesPerElement(spec));
  }
}

function bytesPerElement(spec: DatasetSpec): number {
  if (spec.dtype === 'bool') return 1;
  return Number(/\d+$/.exec(spec.dtype)?.[0] ?? 8) / 8;
}
