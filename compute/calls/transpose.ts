/** Makes the row-order copy of a matrix that is stored gene by gene. */
import { transposeToSpool } from '../stores/index.ts';
import type { MatrixSpec } from '../stores/contract.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export interface TransposeCall {
  readonly spec: MatrixSpec;
  readonly path: string;
  readonly memoryBytes: number;
}

export type TransposeAnswer = MatrixSpec;

export async function runTranspose(call: TransposeCall, context: CallContext): Promise<TransposeAnswer> {
  return transposeToSpool(call.spec, call.path, {
    memoryBytes: call.memoryBytes, signal: cancelSignal(context), report: ({ phase, done, total }) => context.report(done, total, `entries ${phase}`),
  });
}
