/** How two lists of fold changes agree on the genes that either calls significant. */
import { significanceLevel } from './false-discovery.ts';

export interface Effects {
  readonly log2FoldChange: ArrayLike<number>;
  readonly fdr: ArrayLike<number>;
}

export interface Agreement {
  readonly significant: readonly [number, number];
  readonly both: number;
  /** Spearman's correlation of fold changes over genes significant in either; NaN for fewer than three. */
  readonly spearman: number;
  /** Share of them whose changes have one sign. */
  readonly sameSign: number;
  /** Shared part of the k significant genes of largest change of each; k at most what the first side has. */
  readonly overlap: number;
}

export function agreementOf(a: Effects, b: Effects, k: number): Agreement {
  const genes = Array.from({ length: a.fdr.length }, (_, gene) => gene);
  const [inA, inB] = [a, b].map(({ fdr }) => genes.filter((gene) => fdr[gene]! < significanceLevel)) as [number[], number[]];
  const either = genes.filter((gene) => a.fdr[gene]! < significanceLevel || b.fdr[gene]! < significanceLevel);
  const leading = (list: readonly number[], { log2FoldChange }: Effects): Set<number> =>
    new Set([...list].sort((x, y) => Math.abs(log2FoldChange[y]!) - Math.abs(log2FoldChange[x]!) || x - y).slice(0, Math.min(k, inA.length)));
  const [topA, topB] = [leading(inA, a), leading(inB, b)];
  const shared = [...topA].filter((gene) => topB.has(gene)).length;
  const values = (of: Effects): number[] => either.map((gene) => of.log2FoldChange[gene]!);
  const same = either.filter((gene) => Math.sign(a.log2FoldChange[gene]!) === Math.sign(b.log2FoldChange[gene]!)).length;
  return {
    significant: [inA.length, inB.length], both: inA.filter((gene) => b.fdr[gene]! < significanceLevel).length,
    spearman: either.length < 3 ? Number.NaN : spearman(values(a), values(b)), sameSign: either.length === 0 ? Number.NaN : same / either.length,
    overlap: topA.size === 0 ? Number.NaN : shared / topA.size,
  };
}

/** Pearson's correlation of midranks; NaN when one side does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [midranks(a), midranks(b)];
  const middle = (a.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - middle, y[i]! - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

function midranks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((i, j) => (values[i]! < values[j]! ? -1 : values[i]! > values[j]! ? 1 : 0));
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let j = i; j < end; j++) ranks[order[j]!] = (i + 1 + end) / 2;
    i = end;
  }
  return ranks;
}
