/** Gene selection over plates against the golden votes: the plate rule, other gene orders, missing genes, both flavours. */
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenArrays, goldenMatrix, relativeGap } from '../../fixtures/golden.ts';
import { platesTrial } from '../support/golden-trial.ts';
import { denseOf } from '../support/plate-file.ts';
import type { Trial } from '../support/truckee.ts';

const upTo = { qc: {}, normalize: {}, log1p: {} } as const;

describe('four plates, one in another gene order, one without four genes', () => {
  const golden = goldenArrays('plates', 'hvg_over_plates');
  let trial: Trial;
  let names: string[][];
  let nTop: number;
  /** The genes all plates share, in the order of plate 0. */
  let shared: string[];
  beforeAll(async () => {
    ({ trial, names, nTop } = await platesTrial(4));
    shared = names[0]!.filter((gene) => names.every((plate) => plate.includes(gene)));
  });

  test.each([0, 1, 2, 3])('genes chosen in more than %i plates', async (least) => {
    const run = await trial.run({ ...upTo, hvg: { n_top_genes: nTop, min_plates: least } }, { genes: 'inner' });
    const chosen = shared.filter((_, i) => run.integers('var/highly_variable')[i] === 1);
    expect(chosen).toEqual([...golden.integers(`kept_more_than_${least}`)].map((gene) => names[0]![gene]!));
    const votes = golden.integers('votes');
    expect([...run.integers('var/hvg_count')]).toEqual(shared.map((gene) => votes[names[0]!.indexOf(gene)]!));
  });

  test('by default more than two plates must agree: a gene of exactly two is out, one of three is in', async () => {
    const run = await trial.run({ ...upTo, hvg: { n_top_genes: nTop } }, { genes: 'inner' });
    const votes = run.integers('var/hvg_count');
    const mask = run.integers('var/highly_variable');
    expect(votes).toContain(2);
    expect(votes).toContain(3);
    expect([...mask]).toEqual([...votes].map((n) => Number(n >= 3)));
  });

  test('which plates chose a gene is stored as bits', async () => {
    const run = await trial.run({ ...upTo, hvg: { n_top_genes: nTop } }, { genes: 'inner' });
    const bits = run.numbers('var/hvg_plates');
    for (let plate = 0; plate < 4; plate++) {
      const mask = golden.integers(`mask${plate}`);
      const expected = shared.map((gene) => mask[names[plate]!.indexOf(gene)]!);
      expect([...bits].map((word) => (word >> plate) & 1), `plate ${plate}`).toEqual(expected);
    }
  });

  test('other genes are refused unless the shared ones are asked for', async () => {
    const error = await trial.fails(upTo);
    expect(error.kind).toBe('gene-mismatch');
    expect(error.facts).toMatchObject({ shared: 116, firstOnly: 4, otherOnly: 0 });
  });

  test('totals count all genes of a plate, and mitochondrial genes by name wherever they stand', async () => {
    const run = await trial.run(upTo, { genes: 'inner' });
    const total: number[] = [];
    const mito: number[] = [];
    names.forEach((genes, plate) => {
      const matrix = goldenMatrix('plates', `plate${plate}/`);
      const dense = denseOf(matrix);
      for (let cell = 0; cell < matrix.cells; cell++) {
        const row = dense.subarray(cell * matrix.genes, (cell + 1) * matrix.genes);
        total.push(row.reduce((a, b) => a + b, 0));
        mito.push(row.reduce((sum, x, gene) => sum + (genes[gene]!.startsWith('MT-') ? x : 0), 0));
      }
    });
    expect([...run.numbers('obs/total_counts')]).toEqual(total);
    expect([...run.numbers('obs/total_counts_mt')]).toEqual(mito);
    expect(relativeGap(run.numbers('obs/pct_counts_mt'), mito.map((x, i) => (x / total[i]!) * 100))).toBeLessThan(1e-6);
  });

  test('one median per plate, or one for all', async () => {
    const perPlate = await trial.run(upTo, { genes: 'inner' });
    const totals = perPlate.numbers('obs/total_counts');
    const medians = [0, 1, 2, 3].map((plate) => median(totals.subarray(plate * 60, (plate + 1) * 60)));
    expect(new Set(medians).size).toBe(4);
    expect(perPlate.facts<{ targets: number[] }>('normalize').targets).toEqual(medians);
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
