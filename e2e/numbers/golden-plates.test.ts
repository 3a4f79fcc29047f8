/** Gene selection over plates against the golden votes: the plate rule, other gene orders, missing genes, both flavours. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenArrays, goldenMatrix, relativeGap, type GoldenMatrix } from '../../fixtures/golden.ts';
import { platesTrial } from '../support/golden-trial.ts';
import { denseOf, writePlateFile } from '../support/plate-file.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { createTrial, type Trial } from '../support/truckee.ts';

const upTo = { qc: {}, normalize: {}, log1p: {} } as const;

describe('four plates, one in another gene order, one without four genes', () => {
  const golden = goldenArrays('plates', 'hvg_over_plates');
  let trial: Trial;
  let names: string[][];
  let nTop: number;
  /** The genes all plates share, in the order of plate 0. */
  let shared: string[];
  /** With the defaults: more than two plates must agree. */
  let usual: FinishedRun;
  beforeAll(async () => {
    ({ trial, names, nTop } = await platesTrial(4));
    shared = names[0]!.filter((gene) => names.every((plate) => plate.includes(gene)));
    usual = await trial.run({ ...upTo, hvg: { n_top_genes: nTop } }, { genes: 'inner' });
  });

  test.each([0, 1, 3])('genes chosen in more than %i plates', async (least) => {
    const run = await trial.run({ ...upTo, hvg: { n_top_genes: nTop, min_plates: least } }, { genes: 'inner' });
    const chosen = shared.filter((_, i) => run.integers('var/highly_variable')[i] === 1);
    expect(chosen).toEqual([...golden.integers(`kept_more_than_${least}`)].map((gene) => names[0]![gene]!));
    const votes = golden.integers('votes');
    expect([...run.integers('var/hvg_count')]).toEqual(shared.map((gene) => votes[names[0]!.indexOf(gene)]!));
  });

  test('by default more than two plates must agree: a gene of exactly two is out, one of three is in', () => {
    const votes = usual.integers('var/hvg_count');
    const mask = usual.integers('var/highly_variable');
    expect(votes).toContain(2);
    expect(votes).toContain(3);
    expect([...mask]).toEqual([...votes].map((n) => Number(n >= 3)));
    expect(shared.filter((_, i) => mask[i] === 1)).toEqual([...golden.integers('kept_more_than_2')].map((gene) => names[0]![gene]!));
  });

  test('which plates chose a gene is stored as bits', () => {
    const bits = usual.numbers('var/hvg_plates');
    for (let plate = 0; plate < 4; plate++) {
      const mask = golden.integers(`mask${plate}`);
      const expected = shared.map((gene) => mask[names[plate]!.indexOf(gene)]!);
      expect([...bits].map((word) => (word >> plate) & 1), `plate ${plate}`).toEqual(expected);
    }
  });

  test('a plate judges all genes of its own, and only then are shared ones asked for', async () => {
    // Plate 3 lacks its most abundant gene: the others still bin by it and, as it is mitochondrial here, still count it so.
    const { matrix: last, kept } = withoutTopGene(goldenMatrix('plates', 'plate3/'));
    const top = names[3]!.find((_, gene) => !kept.includes(gene))!;
    const renamed = names.map((genes) => genes.map((gene) => (gene === top ? `MT-${gene}` : gene)));
    const own = createTrial();
    const matrices = [0, 1, 2].map((plate) => goldenMatrix('plates', `plate${plate}/`)).concat(last);
    const genesOf = (plate: number): string[] => (plate === 3 ? kept.map((gene) => renamed[3]![gene]!) : renamed[plate]!);
    await own.add(...await Promise.all(matrices.map((matrix, plate) =>
      writePlateFile(join(own.folder, `plate${plate}.h5ad`), matrix, { genes: genesOf(plate), cells: `p${plate}` }))));
    const run = await own.run({ ...upTo, hvg: { n_top_genes: nTop } }, { genes: 'inner' });
    const here = shared.filter((gene) => gene !== top);
    const bits = run.numbers('var/hvg_plates');
    expect(bits.length).toBe(here.length);
    for (let plate = 0; plate < 3; plate++) {
      const mask = golden.integers(`mask${plate}`);
      expect([...bits].map((word) => (word >> plate) & 1), `plate ${plate}`).toEqual(here.map((gene) => mask[names[plate]!.indexOf(gene)]!));
    }
    const mito = matrices.flatMap((matrix, plate) => cellSums(matrix, genesOf(plate).map((gene) => gene.startsWith('MT-'))));
    expect([...run.numbers('obs/total_counts_mt')]).toEqual(mito);
  });

  test('other genes are refused unless the shared ones are asked for', async () => {
    const error = await trial.fails(upTo);
    expect(error.kind).toBe('gene-mismatch');
    expect(error.facts).toMatchObject({ shared: 116, firstOnly: 4, otherOnly: 0 });
  });

  test('totals count all genes of a plate, and mitochondrial genes by name wherever they stand', () => {
    const total = names.flatMap((genes, plate) => cellSums(goldenMatrix('plates', `plate${plate}/`), genes.map(() => true)));
    const mito = names.flatMap((genes, plate) => cellSums(goldenMatrix('plates', `plate${plate}/`), genes.map((gene) => gene.startsWith('MT-'))));
    expect([...usual.numbers('obs/total_counts')]).toEqual(total);
    expect([...usual.numbers('obs/total_counts_mt')]).toEqual(mito);
    expect(relativeGap(usual.numbers('obs/pct_counts_mt'), mito.map((x, i) => (x / total[i]!) * 100))).toBeLessThan(1e-6);
  });

  test('one median per plate, or one for all', async () => {
    const totals = usual.numbers('obs/total_counts');
    const medians = [0, 1, 2, 3].map((plate) => median(totals.subarray(plate * 60, (plate + 1) * 60)));
    expect(new Set(medians).size).toBe(4);
    expect(usual.facts<{ targets: number[] }>('normalize').targets).toEqual(medians);
    const global = await trial.run({ qc: {}, normalize: { global_target: true } }, { genes: 'inner' });
    expect(global.facts<{ targets: number[] }>('normalize').targets).toEqual(Array(4).fill(median(totals)));
  });
});

describe('seurat_v3 over three plates', () => {
  const golden = goldenArrays('plates', 'hvg_seurat_v3');

  test.each([['seurat_v3', 'plain'], ['seurat_v3_paper', 'paper']])('%s ranks as scanpy does over batches', async (flavor, label) => {
    const { trial, nTop } = await platesTrial(3);
    const run = await trial.run({ hvg: { flavor, n_top_genes: nTop, min_plates: 0 } });
    const norms = golden.numbers('norms');
    const mean = Array.from({ length: 120 }, (_, gene) => (norms[gene]! + norms[120 + gene]! + norms[240 + gene]!) / 3);
    expect(relativeGap(run.numbers('var/variances_norm'), mean)).toBeLessThan(1e-6);
    expect([...run.integers('var/hvg_count')]).toEqual([...golden.integers(`${label}/votes`)]);
    expect([...run.integers('var/highly_variable')]).toEqual([...golden.integers(`${label}/mask`)]);
    expect([...run.numbers('var/highly_variable_rank')]).toEqual([...golden.numbers(`${label}/rank`)]);
  });
});

function median(values: Float64Array): number {
  const sorted = values.filter((value) => value > 0).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Counts of each cell in the genes that are flagged. */
function cellSums(matrix: GoldenMatrix, counted: readonly boolean[]): number[] {
  const dense = denseOf(matrix);
  return Array.from({ length: matrix.cells }, (_, cell) => counted.reduce((sum, is, gene) => sum + (is ? dense[cell * matrix.genes + gene]! : 0), 0));
}

/** The matrix without the gene that has the largest sum. */
function withoutTopGene(matrix: GoldenMatrix): { matrix: GoldenMatrix; kept: number[] } {
  const sums = new Float64Array(matrix.genes);
  matrix.indices.forEach((gene, p) => (sums[gene]! += matrix.values[p]!));
  const top = sums.indexOf(Math.max(...sums));
  const kept = [...sums.keys()].filter((gene) => gene !== top);
  const place = new Map(kept.map((gene, i) => [gene, i]));
  const indptr = new Int32Array(matrix.cells + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let cell = 0; cell < matrix.cells; cell++) {
    for (let p = matrix.indptr[cell]!; p < matrix.indptr[cell + 1]!; p++) {
      const gene = place.get(matrix.indices[p]!);
      if (gene === undefined) continue;
      indices.push(gene);
      values.push(matrix.values[p]!);
    }
    indptr[cell + 1] = indices.length;
  }
  return { kept, matrix: { cells: matrix.cells, genes: kept.length, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) } };
}
