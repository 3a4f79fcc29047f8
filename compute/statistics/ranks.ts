/** Choosing genes by rank of their standardised variance, over one batch or many (flavours seurat_v3). */

/** Rank of each value when sorted from large to small: 0 is the largest. Equal values keep their order; NaN comes last. */
export function ranksDescending(values: Float64Array): Int32Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => compareDescending(values[a]!, values[b]!) || a - b);
  const ranks = new Int32Array(values.length);
  order.forEach((gene, rank) => {
    ranks[gene] = rank;
  });
  return ranks;
}

function compareDescending(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  // not b - a: two infinities are equal, too
  return a > b ? -1 : Number(a < b);
}

export interface RankedGenes {
  /** Median rank over the batches that ranked the gene below nTop; NaN where none did. */
  readonly rank: Float64Array;
  /** Number of those batches. */
  readonly batches: Int32Array;
  /** 1 for the nTop chosen genes (all genes when there are fewer). */
  readonly mask: Uint8Array;
}

/**
 * Combines the standardised variances of several batches (each one entry per gene, same genes). seurat_v3 orders by
 * median rank, then by number of batches; seurat_v3_paper the other way round. Remaining ties keep the order of genes.
 */
export function rankOverBatches(variances: readonly Float64Array[], nTop: number, flavor: 'seurat_v3' | 'seurat_v3_paper'): RankedGenes {
  const genes = variances[0]?.length ?? 0;
  const ranks = variances.map(ranksDescending);
  const rank = new Float64Array(genes);
  const batches = new Int32Array(genes);
  for (let gene = 0; gene < genes; gene++) {
    const high = ranks.map((batch) => batch[gene]!).filter((r) => r < nTop);
    batches[gene] = high.length;
    rank[gene] = middle(high);
  }
  // a missing rank comes last: below every real one
  const byRank = (a: number, b: number): number => (Number.isNaN(rank[a]!) ? genes : rank[a]!) - (Number.isNaN(rank[b]!) ? genes : rank[b]!);
  const byBatches = (a: number, b: number): number => batches[b]! - batches[a]!;
  const [first, second] = flavor === 'seurat_v3' ? [byRank, byBatches] : [byBatches, byRank];
  const order = Uint32Array.from(rank.keys()).sort((a, b) => first(a, b) || second(a, b) || a - b);
  const mask = new Uint8Array(genes);
  for (const gene of order.subarray(0, nTop)) mask[gene] = 1;
  return { rank, batches, mask };
}

function middle(values: number[]): number {
  if (values.length === 0) return NaN;
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2;
}
