/** Parts of an integration for worker threads: clusters, transport between prototypes, and cells carried by the field. */
import { clusterRows, type ClusterTask, type TransportTask } from '../integration/crew.ts';
import { carry, type Field } from '../integration/field.ts';
import type { KMeansFit } from '../integration/kmeans.ts';
import { harmony, type HarmonyOptions } from '../integration/harmony.ts';
import { partition, searchLists, type RowLists } from '../integration/lists.ts';
import { mutualNeighbors, type MnnMerge, type MnnOptions } from '../integration/mnn.ts';
import { rowRange, type Nearest, type Rows } from '../integration/search.ts';
import { barycentricMap } from '../integration/transport.ts';
import { openStored, readFloat32 } from '../results/array.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export type ClusterCall = ClusterTask & { readonly reported?: boolean };
export type ClusterAnswer = KMeansFit;

export function runCluster(call: ClusterCall, context: CallContext): ClusterAnswer {
  const signal = cancelSignal(context);
  let last = performance.now();
  return clusterRows(call, context.kernels, (done, total) => {
    if (performance.now() - last < 200) return;
    last = performance.now();
    signal.throwIfAborted();
    if (call.reported) context.report(done, total, 'k-means steps at most');
  });
}

export type TransportCall = TransportTask;
export type TransportAnswer = Float32Array;

export function runTransport({ from, to, options }: TransportCall): TransportAnswer {
  return barycentricMap(from, to, options);
}

export interface CarryCall {
  /** Stored array of all cells, and the rows of it to carry. */
  readonly path: string;
  readonly dims: number;
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Batch of each of these rows; null where any centroid may carry them. */
  readonly batches: Uint16Array | null;
  readonly field: Field;
}

export type CarryAnswer = Float32Array;

export function runCarry(call: CarryCall, context: CallContext): CarryAnswer {
  const { path, dims, rowStart, rowEnd, batches, field } = call;
  const signal = cancelSignal(context);
  const values = readFloat32(openStored(path), rowStart, rowEnd);
  return carry({ values, n: rowEnd - rowStart, dims }, batches, field, context.kernels, () => signal.throwIfAborted());
}

export interface WholeCall {
  readonly method: 'harmony' | 'mnn';
  readonly rows: Rows;
  readonly codes: Uint16Array;
  readonly batches: number;
  readonly harmony: Omit<HarmonyOptions, 'pulse'>;
  readonly mnn: Omit<MnnOptions, 'pulse'>;
}

export interface WholeAnswer {
  readonly values: Float32Array;
  /** What the method says of itself. */
  readonly iterations: number | null;
  readonly merges: readonly MnnMerge[] | null;
}

/** A method that needs all cells at once. */
export function runWholeCorrection({ method, rows, codes, batches, ...options }: WholeCall, context: CallContext): WholeAnswer {
  const signal = cancelSignal(context);
  const pulse = (done: number, total: number): void => {
    signal.throwIfAborted();
    context.report(done, total, method === 'harmony' ? 'iterations at most' : 'merges');
  };
  if (method === 'harmony') return { ...harmony(rows, codes, batches, context.kernels, { ...options.harmony, pulse }), merges: null };
  return { ...mutualNeighbors(rows, codes, batches, context.kernels, { ...options.mnn, pulse }), iterations: null };
}

/** List of each row. */
export interface PartitionCall {
  readonly rows: Rows;
  readonly seed: number;
}

export type PartitionAnswer = Int32Array;

export function runPartition({ rows, seed }: PartitionCall, context: CallContext): PartitionAnswer {
  return partition(rows, context.kernels, seed);
}

/** Neighbours, among all rows of the lists, of those at places [start, end) of their sorted order. */
export interface ListedCall {
  readonly lists: RowLists;
  readonly start: number;
  readonly end: number;
  readonly k: number;
}

export type ListedAnswer = Nearest;

export function runListed({ lists, start, end, k }: ListedCall, context: CallContext): ListedAnswer {
  const signal = cancelSignal(context);
  const self = Int32Array.from({ length: end - start }, (_, i) => start + i);
  return searchLists(lists, rowRange(lists.rows, start, end - start), { k, self, probes: null, pulse: () => signal.throwIfAborted() }, context.kernels);
}
