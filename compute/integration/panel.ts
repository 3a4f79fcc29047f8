/** Quality of one embedding of a sample of cells, and the comparison before and after with its verdict in words. */
import type { Knn } from '../graph/knn.ts';
import { lisi, meanOf } from './lisi.ts';
import { batchEntropy, fullyMixedShare, mean, sameShare } from './measures.ts';

export const panelNeighbors = 89;
const evalNeighbors = 30;

export interface PanelGroups {
  readonly batches: Int32Array;
  readonly batchCount: number;
  /** Null where the data have no labels; -1 for cells without one. */
  readonly labels: Int32Array | null;
  readonly labelCount: number;
}

export interface Panel {
  readonly mix: number;
  readonly same_batch: number;
  readonly iLISI: number;
  readonly same_label: number | null;
  readonly cLISI: number | null;
}

export function measurePanel(lists: Knn, { batches, batchCount, labels, labelCount }: PanelGroups): Panel {
  return {
    mix: mean(batchEntropy(lists, batches, batchCount, evalNeighbors)),
    same_batch: sameShare(lists, batches, evalNeighbors),
    iLISI: meanOf(lisi(lists, batches, batchCount)),
    same_label: labels ? sameShare(lists, labels, evalNeighbors) : null,
    cLISI: labels ? meanOf(lisi(lists, labels, labelCount)) : null,
  };
}

/** Same-batch share of wholly mixed cells, inside each label where there are labels. */
export function mixedShare({ batches, labels }: PanelGroups): number {
  return fullyMixedShare(batches, labels);
}

export type Verdict = 'improved' | 'no-improvement' | 'labels-lost' | 'unchanged' | 'skipped';

export interface Judgement {
  readonly verdict: Verdict;
  readonly words: string;
  /** Whether the new embedding should be what neighbours are searched in. */
  readonly use: boolean;
  /** Share of the way from no integration to full mixing in same-batch share. */
  readonly way: number;
}

/** Less than this change of mixing entropy or of shares is noise. */
const leastGain = 0.01;
const mostLabelLoss = 0.02;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What to say of an integration and whether to use it. */
export function judge(before: Panel, after: Panel, full: number, ceiling: number, unchanged: boolean): Judgement {
  const gap = before.same_batch - full;
  const way = gap > 0 ? (before.same_batch - after.same_batch) / gap : 0;
  const mixing = `mix ${before.mix.toFixed(3)} -> ${after.mix.toFixed(3)} of at most ${ceiling.toFixed(3)}, neighbours of the own batch ${percent(before.same_batch)} -> ${percent(after.same_batch)} (${percent(full)} when fully mixed)`;
  if (unchanged) {
    const why = gap < leastGain ? 'the batches are mixed already' : 'no turn was worth more than it cost in kept neighbours and stretched edges';
    return { verdict: 'unchanged', words: `No improvement: ${why}, so the embedding is kept as it was (${mixing}).`, use: false, way };
  }
  const lost = before.same_label !== null && after.same_label !== null ? before.same_label - after.same_label : 0;
  if (after.mix <= before.mix + leastGain && after.same_batch >= before.same_batch - leastGain) {
    return { verdict: 'no-improvement', words: `No improvement: batches are not better mixed than before (${mixing}). The old embedding stays the default.`, use: false, way };
  }
  if (lost > mostLabelLoss) {
    return {
      verdict: 'labels-lost', use: false, way,
      words: `Batches mix better (${mixing}), but cells of different labels were brought together as well: neighbours of the own label ${percent(before.same_label!)} -> ${percent(after.same_label!)}. The old embedding stays the default.`,
    };
  }
  const kept = before.same_label === null ? 'there are no labels to tell whether groups stayed apart' : `neighbours of the own label ${percent(before.same_label)} -> ${percent(after.same_label!)}`;
  return { verdict: 'improved', words: `Improved: ${mixing}; ${kept}. ${percent(way)} of the way to full mixing.`, use: true, way };
}
