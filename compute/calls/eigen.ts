/** The leading eigenpairs of the covariance that the gram pass has summed up. */
import { topEigen } from '../kernels/eigen.ts';
import type { CallContext } from './contract.ts';

export interface EigenCall {
  /** Row-major genes x genes covariance, full storage, over shared memory: not copied. */
  readonly covariance: Float64Array;
  readonly genes: number;
  readonly components: number;
  readonly seed: number;
}

export interface EigenAnswer {
  /** Descending. */
  readonly values: Float64Array;
  /** Components x genes, unit length, largest entry positive. */
  readonly vectors: Float64Array;
}

export function runEigen(call: EigenCall, context: CallContext): EigenAnswer {
  return topEigen(call.covariance, call.genes, call.components, {
    symv: context.kernels.symv, arena: context.kernels.arena, seed: call.seed, report: (done: number, total: number) => context.report(done, total, 'components'),
  });
}
