/** The UMAP picture of a fuzzy neighbour graph: where to start, how long to run, and the run itself. */
import type { CsrGraph } from './csr.ts';
import { fitCurve } from './curve.ts';
import { makeForces } from './forces.ts';
import { advanceRows, makeOptimiser } from './optimise.ts';
import { makePace } from './pace.ts';
import type { LongRun } from './pace.ts';
import { spectralBytes } from './spectral.ts';
import { startPositions } from './start.ts';

export interface UmapOptions extends LongRun {
  /** How close neighbours may stand, in units of the picture; default 0.5. */
  readonly minDist?: number;
  /** Scale of the picture; default 1. */
  readonly spread?: number;
  /** Null (default): 500 up to 10,000 cells, 200 above. */
  readonly nEpochs?: number | null;
  /** Random cells pushed away per pulled edge; default 5. */
  readonly negativeSampleRate?: number;
  readonly seed: number;
  /**
   * 'spectral' (default): smoothest coordinates of the graph, component by component; 'random'; or x, y per cell, for
   * example the first two principal components.
   */
  readonly init?: 'spectral' | 'random' | Float32Array;
  /** The embedding that the graph was made from; places unconnected components relative to one another. */
  readonly points?: { readonly values: Float32Array; readonly dims: number };
}

const rowsPerCheck = 8192;

/** Number of epochs that umap chooses for n cells. */
export function defaultEpochs(n: number): number {
  return n <= 10_000 ? 500 : 200;
}

/** x, y per cell (float32, n x 2 row-major) from symmetric memberships. Deterministic for a seed; one thread. */
export async function umapLayout(connectivities: CsrGraph, n: number, options: UmapOptions): Promise<Float32Array> {
  const { minDist = 0.5, spread = 1, negativeSampleRate = 5, seed, init = 'spectral' } = options;
  const epochs = options.nEpochs ?? defaultEpochs(n);
  const pace = makePace(options, epochs * n);
  const embedding = await startPositions(connectivities, n, { init, seed, pace, ...(options.points && { points: options.points }) });
  const forces = makeForces(fitCurve(spread, minDist));
  const optimiser = makeOptimiser(connectivities, forces, embedding, { epochs, negativeSampleRate, learningRate: 1, seed });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let row = 0; row < n; row += rowsPerCheck) {
      advanceRows(optimiser, epoch, row, Math.min(n, row + rowsPerCheck));
      const wait = pace.at(epoch * n + row);
      if (wait) await wait;
    }
  }
  pace.end();
  return embedding;
}

/** Bytes held beside the graph and the points: the positions, and the schedule of the edges or the spectral start. */
export function umapBytes(n: number, k: number): number {
  // No pair of neighbours is mutual at most: then the graph has two entries per neighbour.
  const entries = 2 * n * k;
  return 8 * n + Math.max(12 * entries + 4 * n, spectralBytes(n) + 8 * entries + 28 * n);
}
