/** Neighbour search cut into pieces for several workers, and the fuzzy graph that joins the pieces. */
import type { CsrGraph } from '../graph/csr.ts';
import { runDescentTask, type DescentTask } from '../graph/descent.ts';
import type { DescentState } from '../graph/descent.state.ts';
import { exactNeighbors } from '../graph/exact.ts';
import { fuzzyGraph } from '../graph/fuzzy.ts';
import type { Knn, Metric } from '../graph/knn.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export interface NearestCall {
  /** Row-major n x dims, shared. */
  readonly points: Float32Array;
  readonly n: number;
  readonly dims: number;
  readonly k: number;
  readonly metric: Metric;
  readonly rowStart: number;
  readonly rowEnd: number;
}

export type NearestAnswer = Knn;

export async function runNearest(call: NearestCall, context: CallContext): Promise<NearestAnswer> {
  const { points, n, dims, k, metric, rowStart, rowEnd } = call;
  return exactNeighbors(points, n, dims, k, {
    metric, kernels: context.kernels, rowStart, rowEnd,
    report: (done, total) => context.report(done, total, 'cells'), signal: cancelSignal(context),
  });
}

export interface DescendCall {
  readonly state: DescentState;
  readonly tasks: readonly DescentTask[];
}

/** List entries improved. */
export type DescendAnswer = number;

export function runDescend(call: DescendCall, context: CallContext): DescendAnswer {
  const marks = new Int32Array(call.state.n);
  const signal = cancelSignal(context);
  let improved = 0;
  for (const task of call.tasks) {
    signal.throwIfAborted();
    improved += runDescentTask(call.state, task, marks);
  }
  return improved;
}

export interface ConnectCall {
  readonly knn: Knn;
  readonly n: number;
}

export interface ConnectAnswer {
  readonly connectivities: CsrGraph;
  readonly distances: CsrGraph;
}

export async function runConnect(call: ConnectCall, context: CallContext): Promise<ConnectAnswer> {
  return fuzzyGraph(call.knn, call.n, { report: (done, total) => context.report(done, total, 'cells'), signal: cancelSignal(context) });
}
