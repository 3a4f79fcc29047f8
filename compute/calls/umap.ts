/** The UMAP layout on one worker thread. */
import type { CsrGraph } from '../graph/csr.ts';
import { umapLayout } from '../graph/umap.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export interface UmapCall {
  readonly connectivities: CsrGraph;
  readonly n: number;
  readonly minDist: number;
  readonly spread: number;
  readonly epochs: number;
  readonly negativeSampleRate: number;
  readonly seed: number;
  /** The embedding behind the graph: places unconnected parts relative to one another. */
  readonly points: { readonly values: Float32Array; readonly dims: number };
}

/** x, y per cell. */
export type UmapAnswer = Float32Array;

export async function runUmapLayout(call: UmapCall, context: CallContext): Promise<UmapAnswer> {
  const { connectivities, n, minDist, spread, epochs, negativeSampleRate, seed, points } = call;
  return umapLayout(connectivities, n, {
    minDist, spread, nEpochs: epochs, negativeSampleRate, seed, points,
    report: (done, total) => context.report(Math.floor(done / n), Math.floor(total / n), 'epochs'), signal: cancelSignal(context),
  });
}
