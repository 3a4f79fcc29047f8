/** The coordinates that neighbours are searched in: some columns of an obsm slot, for the sampled cells only. */
import { openStored } from '../results/array.ts';
import type { StepContext } from './contract.ts';

export interface Embedding {
  /** Row-major n x dims, in shared memory. */
  readonly points: Float32Array;
  readonly n: number;
  readonly dims: number;
}

const sliceRows = 65_536;

export function readEmbedding(context: StepContext, slot: string, columns: number | null): Embedding {
  const array = context.array(slot);
  const [rows = 0, width = 1] = array.shape;
  const dims = Math.min(columns ?? width, width);
  const sample = subsetRows(context);
  const n = sample?.length ?? rows;
  const points = new Float32Array(new SharedArrayBuffer(Math.max(4, n * dims * 4)));
  let at = 0;
  for (let start = 0; start < rows && at < n; start += sliceRows) {
    const end = Math.min(rows, start + sliceRows);
    const values = array.read(start, end);
    for (let row = start; row < end && at < n; row++) {
      if (sample && sample[at] !== row) continue;
      const from = (row - start) * width;
      points.set(values.subarray(from, from + dims), at * dims);
      at += 1;
    }
  }
  return { points, n, dims };
}

/** Positions of the sampled cells among the kept ones, ascending; null when all are used. */
export function subsetRows(context: StepContext): Uint32Array | null {
  const path = context.slot('rows/subset');
  return path ? Uint32Array.from(openStored(path).read()) : null;
}
