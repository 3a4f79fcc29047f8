/**
 * Draws cells. A row depends on the design and its own number only, so any range of rows, in any worker, gives the same
 * cells. Head genes are negative binomial one by one; all rare genes together are a Poisson number of alias draws.
 */
import { aliasDraw } from './alias.ts';
import { createTally } from './counts.ts';
import { geneRole } from './genes.ts';
import { barcodeNumber, groupOfRow, wellsPerPlate } from './layout.ts';
import type { PlateModel } from './model.ts';
import { createRandom, invertPoisson, poisson, streams, type Random } from './random.ts';

/** Rows [rowStart, rowStart + rows) with their obs values, one entry per row; indptr as in a CsrBlock. */
export interface CellBlock {
  readonly rowStart: number;
  readonly rows: number;
  readonly indptr: Int32Array;
  /** Positions in the file, ascending within a row; at least indptr[rows] of them. */
  readonly indices: Int32Array;
  readonly values: Float32Array;
  readonly well: Uint8Array;
  readonly line: Uint8Array;
  readonly sublibrary: Uint16Array;
  /** Second and third barcode part as one number (`barcodeText`). */
  readonly barcode: Int32Array;
  readonly transcripts: Int32Array;
  readonly reads: Int32Array;
  /** Share of mitochondrial transcripts, 0 to 1. */
  readonly mito: Float64Array;
  readonly sScore: Float64Array;
  readonly g2mScore: Float64Array;
}

/** Factors on the mean of the genes of each role, by cycle phase (G1, S, G2M) of the drawn cell. */
const cycleFactors: Readonly<Record<'s' | 'g2m', readonly number[]>> = { s: [0.55, 2.6, 1], g2m: [0.45, 0.8, 3] };
const cycleShares = [0.55, 0.8] as const;
const damagedShare = 0.025;
const librarySigma = 0.45;
/** Reads beyond the first per transcript. */
const duplicateRate = 0.18;

/** Means of the state that a cell is in, drawn before its counts. */
function drawState(random: Random, roleFactor: Float64Array): number {
  const damaged = random.uniform() < damagedShare;
  const place = random.uniform();
  const phase = place < cycleShares[0] ? 0 : place < cycleShares[1] ? 1 : 2;
  roleFactor[geneRole.none] = 1;
  roleFactor[geneRole.reference] = 1;
  roleFactor[geneRole.mito] = Math.exp(0.35 * random.normal() - 0.06) * (damaged ? 4 : 1);
  roleFactor[geneRole.s] = cycleFactors.s[phase]!;
  roleFactor[geneRole.g2m] = cycleFactors.g2m[phase]!;
  return Math.exp(librarySigma * random.normal() - librarySigma ** 2 / 2) * (damaged ? 0.35 : 1);
}

/** Mean over `ranks` of ln(1 + transcripts per 10,000). */
function meanLog(counts: Int32Array, ranks: Int32Array, positionOfRank: Int32Array, perTenThousand: number): number {
  let sum = 0;
  for (let i = 0; i < ranks.length; i++) {
    const count = counts[positionOfRank[ranks[i]!]!]!;
    if (count > 0) sum += Math.log1p(count * perTenThousand);
  }
  return sum / ranks.length;
}

/** A drawer keeps its tables and buffers: use one per worker, for any number of ranges. */
export function createDrawer(model: PlateModel): (rowStart: number, rowEnd: number) => CellBlock {
  const { genes, layout, programs, tail, noise, noiseStart, design } = model;
  const { head, positionOfRank, role } = genes;
  const random = createRandom();
  const tally = createTally(design.genes);
  const roleFactor = new Float64Array(5);
  let indices = new Int32Array(1 << 16);
  let values = new Float32Array(1 << 16);

  const drawHead = (transcripts: number, profile: Float32Array): number => {
    let total = 0;
    for (let rank = 0; rank < head; rank++) {
      const bits = random.bits();
      const mean = transcripts * profile[rank]! * roleFactor[role[rank]!]! * noise[noiseStart[rank]! + (bits & 1023)]!;
      const u = (bits >>> 10) / 2 ** 22;
      // exp(-mean) is at least 1 - mean: most genes of most cells end here, without an exponential.
      if (u < 1 - mean) continue;
      const count = mean < 200 ? invertPoisson(u, mean) : poisson(random, mean);
      if (count === 0) continue;
      tally.add(positionOfRank[rank]!, count);
      total += count;
    }
    return total;
  };
  const drawTail = (mean: number): number => {
    if (tail === null) return 0;
    const count = poisson(random, mean);
    for (let i = 0; i < count; i++) tally.add(positionOfRank[head + aliasDraw(tail, random.bits())]!, 1);
    return count;
  };
  const score = (ranks: Int32Array, reference: Int32Array, perTenThousand: number): number =>
    meanLog(tally.counts, ranks, positionOfRank, perTenThousand) - meanLog(tally.counts, reference, positionOfRank, perTenThousand);

  return (rowStart, rowEnd) => {
    const rows = rowEnd - rowStart;
    const indptr = new Int32Array(rows + 1);
    const well = new Uint8Array(rows);
    const line = new Uint8Array(rows);
    const sublibrary = new Uint16Array(rows);
    const barcode = new Int32Array(rows);
    const transcripts = new Int32Array(rows);
    const reads = new Int32Array(rows);
    const mito = new Float64Array(rows);
    const sScore = new Float64Array(rows);
    const g2mScore = new Float64Array(rows);
    let at = 0;
    for (let i = 0; i < rows; i++) {
      const row = rowStart + i;
      random.reseed(design.seed, streams.rows + design.plate, row);
      const group = groupOfRow(layout, row);
      const groupRow = layout.groupStart[group]!;
      const w = group % wellsPerPlate;
      const { depth, lineEnds } = layout.wells[w]!;
      barcode[i] = barcodeNumber(row - groupRow, layout.groupStart[group + 1]! - groupRow, random.uniform());
      const place = random.uniform();
      let l = 0;
      while (l < lineEnds.length - 1 && place >= lineEnds[l]!) l++;
      well[i] = w;
      line[i] = l;
      sublibrary[i] = Math.floor(group / wellsPerPlate);

      const library = drawState(random, roleFactor) * model.meanTranscripts * depth * programs.lines[l]!.size;
      const profile = model.profile(l, w);
      const total = drawHead(library, profile) + drawTail(library * profile[head]!);
      transcripts[i] = total;
      reads[i] = total + poisson(random, total * duplicateRate);
      if (total > 0) {
        let mitochondrial = 0;
        for (const rank of genes.mitoRanks) mitochondrial += tally.counts[positionOfRank[rank]!]!;
        mito[i] = mitochondrial / total;
        sScore[i] = score(genes.sRanks, genes.sReferenceRanks, 1e4 / total);
        g2mScore[i] = score(genes.g2mRanks, genes.g2mReferenceRanks, 1e4 / total);
      }
      // A row has at most one entry per transcript and per gene.
      const room = at + Math.min(total, design.genes);
      if (room > indices.length) {
        const larger = new Int32Array(room * 2);
        larger.set(indices);
        const largerValues = new Float32Array(room * 2);
        largerValues.set(values);
        indices = larger;
        values = largerValues;
      }
      at = tally.drain(indices, values, at);
      indptr[i + 1] = at;
    }
    return { rowStart, rows, indptr, indices, values, well, line, sublibrary, barcode, transcripts, reads, mito, sScore, g2mScore };
  };
}
