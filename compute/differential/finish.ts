/** After all genes of a plate: false discovery rates of each target, and its leading genes. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';
import { readNumbers, writeNumbers } from '../results/parquet/block-table.ts';
import { falseDiscoveryRates, significanceLevel } from '../statistics/index.ts';
import type { Stratum } from './contract.ts';

export interface TopGenes {
  readonly significant: number;
  /** Tested genes by rising p (larger changes first where p is equal), only significant ones, at most as many as asked for. */
  readonly genes: Int32Array;
  readonly log2FoldChange: Float64Array;
  readonly p: Float64Array;
  readonly fdr: Float64Array;
}

/** Corrects targets [from, to) of a stratum and forces them to disk. */
export function finishTargets({ path, places, targets, onTarget }: Stratum, from: number, to: number, nTop: number, pulse: () => void): TopGenes[] {
  try {
    const fd = openSync(path, 'r+');
    try {
      const found: TopGenes[] = [];
      const own = onTarget && onTargetRates(onTarget, (target, gene) => readNumbers(fd, path, places, 'p_value', target, gene, gene + 1)[0]!, targets);
      for (let target = from; target < to; target++) {
        const p = readNumbers(fd, path, places, 'p_value', target);
        const left = readNumbers(fd, path, places, 'fdr', target);
        const fdr = own
          ? new Float64Array(p.length).fill(Number.NaN).map((none, gene) => (gene === onTarget[target] ? own[target]! : none))
          : falseDiscoveryRates(left.some((rate) => Number.isNaN(rate)) ? p.map((value, gene) => (Number.isNaN(left[gene]!) ? Number.NaN : value)) : p);
        writeNumbers(fd, places, 'fdr', target, 0, fdr);
        const folds = readNumbers(fd, path, places, 'log2_fold_change', target);
        const strength = readNumbers(fd, path, places, 'neg_log10_p', target);
        const significant = Int32Array.from(fdr.keys()).filter((gene) => fdr[gene]! < significanceLevel);
        const order = significant.sort((a, b) => strength[b]! - strength[a]! || p[a]! - p[b]! || Math.abs(folds[b]!) - Math.abs(folds[a]!) || a - b);
        const genes = order.slice(0, nTop);
        found.push({
          significant: order.length, genes, log2FoldChange: Float64Array.from(genes, (g) => folds[g]!), p: Float64Array.from(genes, (g) => p[g]!), fdr: Float64Array.from(genes, (g) => fdr[g]!),
        });
        pulse();
      }
      fsyncSync(fd);
      return found;
    } finally {
      closeSync(fd);
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
}

/** One gene of each target, corrected over all targets. */
function onTargetRates(onTarget: Int32Array, pOf: (target: number, gene: number) => number, targets: number): Float64Array {
  return falseDiscoveryRates(Float64Array.from({ length: targets }, (_, target) => (onTarget[target]! < 0 ? Number.NaN : pOf(target, onTarget[target]!))));
}
