/** Parts of a differential expression for worker threads: a block of genes, and the correction of some targets. */
import { runGeneBlock, type PlateComparison } from '../differential/block.ts';
import { finishTargets, type TopGenes } from '../differential/finish.ts';
import type { Stratum } from '../differential/contract.ts';
import type { Segment } from '../differential/gene-order.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export interface GeneBlockCall {
  readonly comparison: PlateComparison;
  readonly segments: readonly Segment[];
  readonly from: number;
  readonly to: number;
}

export type GeneBlockAnswer = null;

export function runGeneBlockCall({ comparison, segments, from, to }: GeneBlockCall, context: CallContext): GeneBlockAnswer {
  const signal = cancelSignal(context);
  runGeneBlock(comparison, segments, from, to, () => signal.throwIfAborted());
  collect();
  return null;
}

export interface CorrectCall {
  readonly stratum: Stratum;
  readonly from: number;
  readonly to: number;
  readonly nTop: number;
}

export type CorrectAnswer = readonly TopGenes[];

export function runCorrect({ stratum, from, to, nTop }: CorrectCall, context: CallContext): CorrectAnswer {
  const signal = cancelSignal(context);
  const found = finishTargets(stratum, from, to, nTop, () => signal.throwIfAborted());
  collect();
  return found;
}

/** Whole columns were read and are done with: they would count on top of the plan until the collector comes by itself. */
function collect(): void {
  globalThis.gc?.();
}
