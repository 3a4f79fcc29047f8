/** Leiden clustering on one worker thread. */
import type { CsrGraph } from '../graph/csr.ts';
import { leidenClusters, type LeidenClusters } from '../graph/leiden.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export interface LeidenCall {
  readonly connectivities: CsrGraph;
  readonly n: number;
  readonly resolution: number;
  readonly iterations: number;
  readonly seed: number;
}

export type LeidenAnswer = LeidenClusters;

export async function runLeidenClusters(call: LeidenCall, context: CallContext): Promise<LeidenAnswer> {
  const { connectivities, n, resolution, iterations, seed } = call;
  return leidenClusters(connectivities, n, {
    resolution, nIterations: iterations, seed,
    report: (done, total) => context.report(done, total, 'rounds'), signal: cancelSignal(context),
  });
}
