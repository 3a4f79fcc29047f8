/** Heavy functions that run whole on one worker thread, so that the engine stays responsive meanwhile. */
import type { KernelSet } from '../kernels/kernels.ts';
import type { CorrectAnswer, CorrectCall, GeneBlockAnswer, GeneBlockCall } from './differential.ts';
import type { EigenAnswer, EigenCall } from './eigen.ts';
import type { GenerateAnswer, GenerateCall } from './generate.ts';
import type { CarryAnswer, CarryCall, ClusterAnswer, ClusterCall, ListedAnswer, ListedCall, PartitionAnswer, PartitionCall, TransportAnswer, TransportCall, WholeAnswer, WholeCall } from './integration.ts';
import type { LeidenAnswer, LeidenCall } from './leiden.ts';
import type { ConnectAnswer, ConnectCall, DescendAnswer, DescendCall, NearestAnswer, NearestCall } from './neighbors.ts';
import type { PackCall, PackCallAnswer } from './pack.ts';
import type { TransposeAnswer, TransposeCall } from './transpose.ts';
import type { UmapAnswer, UmapCall } from './umap.ts';

export interface CallTable {
  generate: { payload: GenerateCall; result: GenerateAnswer };
  transpose: { payload: TransposeCall; result: TransposeAnswer };
  pack: { payload: PackCall; result: PackCallAnswer };
  eigen: { payload: EigenCall; result: EigenAnswer };
  nearest: { payload: NearestCall; result: NearestAnswer };
  descend: { payload: DescendCall; result: DescendAnswer };
  connect: { payload: ConnectCall; result: ConnectAnswer };
  cluster: { payload: ClusterCall; result: ClusterAnswer };
  transport: { payload: TransportCall; result: TransportAnswer };
  partition: { payload: PartitionCall; result: PartitionAnswer };
  listed: { payload: ListedCall; result: ListedAnswer };
  wholeCorrection: { payload: WholeCall; result: WholeAnswer };
  geneBlock: { payload: GeneBlockCall; result: GeneBlockAnswer };
  correct: { payload: CorrectCall; result: CorrectAnswer };
  carry: { payload: CarryCall; result: CarryAnswer };
  umap: { payload: UmapCall; result: UmapAnswer };
  leiden: { payload: LeidenCall; result: LeidenAnswer };
}

export type CallName = keyof CallTable;

export interface CallContext {
  readonly kernels: KernelSet;
  /** Counts of work done; call it at least once a second. */
  report(done: number, total: number, unit: string): void;
  /** True once the user has cancelled. */
  stopped(): boolean;
}

export type Call<Name extends CallName> = (
  payload: CallTable[Name]['payload'], context: CallContext,
) => CallTable[Name]['result'] | Promise<CallTable[Name]['result']>;
