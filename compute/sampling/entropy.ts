/** How well minibatches are mixed: the entropy of their labels in bits, measured, by formula, or by simulation. */
import type { Codes } from './contract.ts';
import { batchesIn, fetchCount, type FetchLayout } from './fetches.ts';
import { createRandom } from '../random/random.ts';

/** -sum p log2 p over how often each code occurs; codes may be -1 (missing), which counts as a label of its own. */
export function entropyOfCounts(counts: Iterable<number>): number {
  let total = 0;
  let sum = 0;
  for (const count of counts) {
    total += count;
    if (count > 0) sum += count * Math.log2(count);
  }
  return total > 0 ? Math.max(0, Math.log2(total) - sum / total) : 0;
}

export interface EntropyTally {
  /** The labels of one minibatch; one of a single cell is left out. */
  add(codes: ArrayLike<number>, length?: number): void;
  /** Mean and population standard deviation over minibatches; NaN while there is none. */
  result(): { readonly mean: number; readonly std: number; readonly batches: number };
}

export function entropyTally(): EntropyTally {
  const counts = new Map<number, number>();
  let batches = 0;
  let sum = 0;
  let squares = 0;
  return {
    add(codes, length = codes.length) {
      if (length < 2) return;
      counts.clear();
      for (let i = 0; i < length; i++) counts.set(codes[i]!, (counts.get(codes[i]!) ?? 0) + 1);
      const entropy = entropyOfCounts(counts.values());
      batches++;
      sum += entropy;
      squares += entropy * entropy;
    },
    result: () => ({ mean: sum / batches, std: Math.sqrt(Math.max(0, squares / batches - (sum / batches) ** 2)), batches }),
  };
}

/**
 * Expected entropy of a minibatch by formula, for labels constant over long runs (plates): the Miller-Madow bias times a
 * design effect for sharing a block inside the fetch. Within 0.08 bit where the result is above 2.6; for live hints.
 */
export function entropyHint(sizes: readonly number[], batch: number, block: number, fetchFactor: number): number {
  const pool = fetchFactor * batch;
  const effect = pool > 1 ? 1 + ((batch - 1) * (block - 1)) / (pool - 1) : 1;
  const bias = ((sizes.filter((size) => size > 0).length - 1) / (2 * batch * Math.LN2)) * effect;
  return Math.max(0, entropyOfCounts(sizes) - bias);
}

/** Expected entropy of truly random minibatches: what any sampling can be compared with. */
export function randomEntropy(sizes: readonly number[], batch: number, draws = 1500, seed = 1): number {
  const random = createRandom(seed, 0, 77);
  const ends: number[] = [];
  for (const size of sizes) ends.push((ends.at(-1) ?? 0) + size);
  const total = ends.at(-1) ?? 0;
  if (total === 0) return 0;
  const tally = entropyTally();
  const codes = new Int32Array(Math.min(batch, total));
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < codes.length; i++) {
      const at = random.below(total);
      codes[i] = ends.findIndex((end) => at < end);
    }
    tally.add(codes);
  }
  return tally.result().mean;
}

export interface SimulationRequest {
  readonly layout: FetchLayout;
  /** Row ids of a fetch, as fetchEntries gives them. */
  entriesOf(fetch: number): Uint32Array;
  /** Label of every row, one array per column. */
  readonly labels: Readonly<Record<string, Codes | Float32Array>>;
  /** Minibatches to draw; default 1,500. */
  readonly batches?: number;
}

/** Entropy of every label, predicted by drawing minibatches as the loader would: nothing is read but the labels. */
export function simulateEntropy(request: SimulationRequest): Record<string, { readonly mean: number; readonly std: number; readonly batches: number }> {
  const { layout, labels } = request;
  const fetches = fetchCount(layout);
  const tallies = new Map(Object.keys(labels).map((name) => [name, entropyTally()]));
  // Spread over the epoch: in a short run of fetches plates may come in unlike shares.
  const wanted = Math.min(fetches, Math.max(8, Math.ceil((request.batches ?? 1500) / layout.fetchFactor)));
  const codes = new Int32Array(layout.batch);
  for (let i = 0; i < wanted; i++) {
    const fetch = Math.floor(((i + 0.5) * fetches) / wanted);
    const entries = request.entriesOf(fetch);
    for (let batch = 0; batch < batchesIn(layout, fetch); batch++) {
      const rows = entries.subarray(batch * layout.batch, (batch + 1) * layout.batch);
      for (const [name, tally] of tallies) {
        for (let k = 0; k < rows.length; k++) codes[k] = labels[name]![rows[k]!]!;
        tally.add(codes, rows.length);
      }
    }
  }
  return Object.fromEntries([...tallies].map(([name, tally]) => [name, tally.result()]));
}
