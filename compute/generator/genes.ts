/**
 * The gene set of generated plates: symbols, how popular each gene is, and which genes have a role. It depends on the
 * number of genes only, so that plates of any seed can be joined. Ranks go from the most to the least popular gene.
 */
import { abundantGenes, codingFamilies, g2mPhaseGenes, mitoGenes, rareFamilies, sPhaseGenes } from './genes.table.ts';
import { createRandom, streams, type Random } from './random.ts';

/** What a head gene reacts to besides line, drug and plate. */
export const geneRole = { none: 0, mito: 1, s: 2, g2m: 3, reference: 4 } as const;

export interface GeneModel {
  /** Symbols by position in the file (var index). */
  readonly names: readonly string[];
  /** Position in the file of each rank. */
  readonly positionOfRank: Int32Array;
  /** Expected share of a cell's transcripts by rank; they sum to 1. */
  readonly share: Float64Array;
  /** Role of each of the head ranks (`geneRole`). */
  readonly role: Uint8Array;
  /** Ranks below this are modelled one by one (lines, drugs, plates, overdispersion); the rest are drawn together. */
  readonly head: number;
  /** Ranks of the roles; reference ranks neighbour the cell-cycle ones, so that their difference is a score. */
  readonly mitoRanks: Int32Array;
  readonly sRanks: Int32Array;
  readonly g2mRanks: Int32Array;
  readonly sReferenceRanks: Int32Array;
  readonly g2mReferenceRanks: Int32Array;
}

const wholeTranscriptome = 62_710;
const mostHead = 1200;
const mitoShare = 0.062;
/** Of the genes of a whole transcriptome a third has no symbol but its accession. */
const unnamedShare = 0.33;

/** Popularity falls as a power of the rank and, beyond some 9,000 genes, exponentially: few common, many rare genes. */
function popularity(rank: number, genes: number): number {
  const r = rank * (wholeTranscriptome / genes) ** 0.7;
  return (r + 30) ** -0.82 * Math.exp(-r / 11_000);
}

/** Spreads `count` ranks evenly over [from, to), stepping over taken ones. */
function spread(count: number, from: number, to: number, taken: Set<number>): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    let rank = Math.floor(from + ((to - from) * (i + 0.5)) / count);
    while (taken.has(rank)) rank = rank + 1 < to ? rank + 1 : from;
    taken.add(rank);
    return rank;
  });
}

function madeUpNames(names: (string | undefined)[], random: Random): string[] {
  const used = new Set(names);
  const counters = new Map<string, number>();
  let accession = 160_000;
  const symbol = (prefix: string, suffix: string): string => {
    for (;;) {
      const number = (counters.get(prefix + suffix) ?? 0) + 1;
      counters.set(prefix + suffix, number);
      const name = `${prefix}${number}${suffix}`;
      if (!used.has(name)) return name;
    }
  };
  const genes = names.length;
  return names.map((known, rank) => {
    if (known !== undefined) return known;
    const rarity = rank / genes;
    // None among the most popular eighth, so that the overall share comes out right.
    const unnamed = rarity > 0.125 && random.uniform() < unnamedShare / 0.875;
    const coding = random.uniform() < Math.max(0.05, 1.05 - 2.2 * rarity);
    const rare = rareFamilies[random.below(rareFamilies.length)]!;
    const family = codingFamilies[random.below(codingFamilies.length)]!;
    if (unnamed) accession += 1 + random.below(3);
    const name = unnamed ? `ENSG${String(accession).padStart(11, '0')}` : coding ? symbol(family, '') : symbol(rare[0], rare[1]);
    used.add(name);
    return name;
  });
}

/** `genes` from 50 up. Small gene sets keep a few genes of every role. */
export function geneModel(genes: number): GeneModel {
  const random = createRandom(0, streams.genes, genes);
  const head = Math.min(genes, mostHead);
  const taken = new Set<number>();
  const byRank: (string | undefined)[] = Array.from({ length: genes });
  const give = (table: readonly string[], most: number, from: number, to: number): Int32Array => {
    const ranks = spread(Math.min(table.length, most), from, to, taken);
    ranks.forEach((rank, i) => (byRank[rank] = table[i]));
    return ranks;
  };
  const part = (share: number): number => Math.max(2, Math.floor(genes * share));
  const mitoRanks = give(mitoGenes, part(0.04), Math.floor(head * 0.02), head);
  const cycleFrom = Math.floor(head * 0.1);
  const sRanks = give(sPhaseGenes, part(0.03), cycleFrom, head);
  const g2mRanks = give(g2mPhaseGenes, part(0.03), cycleFrom, head);
  const sReferenceRanks = spread(sRanks.length, cycleFrom, head, taken);
  const g2mReferenceRanks = spread(g2mRanks.length, cycleFrom, head, taken);
  const abundant = abundantGenes.slice(0, part(0.1));
  for (let rank = 0, next = 0; next < abundant.length; rank++) if (!taken.has(rank)) byRank[rank] = abundant[next++];

  const share = Float64Array.from({ length: genes }, (_, rank) => popularity(rank, genes));
  const role = new Uint8Array(head);
  const mark = (ranks: Int32Array, value: number): void => ranks.forEach((rank) => (role[rank] = value));
  mark(mitoRanks, geneRole.mito);
  mark(sRanks, geneRole.s);
  mark(g2mRanks, geneRole.g2m);
  mark(sReferenceRanks, geneRole.reference);
  mark(g2mReferenceRanks, geneRole.reference);
  // The first fifteen mitochondrial genes carry nearly all of the mitochondrial share.
  const mitoWeight = mitoRanks.map((_, i) => (i < 15 ? 1000 - 60 * i : 1));
  const mitoTotal = mitoWeight.reduce((sum, weight) => sum + weight, 0);
  mitoRanks.forEach((rank) => (share[rank] = 0));
  const rest = share.reduce((sum, weight) => sum + weight, 0);
  for (let rank = 0; rank < genes; rank++) share[rank] = (share[rank]! / rest) * (1 - mitoShare);
  mitoRanks.forEach((rank, i) => (share[rank] = (mitoWeight[i]! / mitoTotal) * mitoShare));

  const positionOfRank = Int32Array.from({ length: genes }, (_, i) => i);
  for (let i = genes - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [positionOfRank[i], positionOfRank[other]] = [positionOfRank[other]!, positionOfRank[i]!];
  }
  const names: string[] = Array.from({ length: genes });
  madeUpNames(byRank, random).forEach((name, rank) => (names[positionOfRank[rank]!] = name));
  return { names, positionOfRank, share, role, head, mitoRanks, sRanks, g2mRanks, sReferenceRanks, g2mReferenceRanks };
}
