/** Who does the heavy parts of an integration: worker threads in a run, the thread at hand in tests. */
import { exactNeighbors } from '../graph/exact.ts';
import type { Knn } from '../graph/knn.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import { densityWeights, type DensityMode } from './density.ts';
import { miniBatchKMeans, type KMeansFit } from './kmeans.ts';
import { rowRange, type Rows } from './search.ts';
import { barycentricMap, type TransportOptions } from './transport.ts';

export interface ClusterTask {
  readonly rows: Rows;
  /** Only rows [start, start + count) are clustered. */
  readonly start: number;
  readonly count: number;
  readonly clusters: number;
  readonly seed: number;
  readonly density: DensityMode;
}

export interface TransportTask {
  readonly from: Rows;
  readonly to: Rows;
  readonly options: TransportOptions;
}

export interface Crew {
  /** The k nearest others of every row. */
  neighbors(rows: Rows, k: number): Promise<Knn>;
  cluster(task: ClusterTask): Promise<KMeansFit>;
  transport(task: TransportTask): Promise<Float32Array>;
  /** Kernels of this thread, for small searches. */
  readonly kernels: KernelSet;
  /** Throws when the user has stopped the run; gives other messages their turn. */
  breathe(): Promise<void>;
}

export function clusterRows(task: ClusterTask, kernels: KernelSet, pulse?: (done: number, total: number) => void): KMeansFit {
  const rows = rowRange(task.rows, task.start, task.count);
  const weights = task.density === 'off' || task.count <= task.clusters ? null : densityWeights(rows, task.density, task.seed, kernels, () => pulse?.(0, 1));
  return miniBatchKMeans(rows, kernels, { clusters: task.clusters, seed: task.seed, weights, ...(pulse ? { pulse } : {}) });
}

export function localCrew(kernels: KernelSet): Crew {
  return {
    kernels,
    neighbors: ({ values, n, dims }, k) => exactNeighbors(values, n, dims, k, { metric: 'euclidean', kernels }),
    cluster: async (task) => clusterRows(task, kernels),
    transport: async ({ from, to, options }) => barycentricMap(from, to, options),
    breathe: async () => undefined,
  };
}
