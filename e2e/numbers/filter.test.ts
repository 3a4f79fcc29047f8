/** Filters on a real run: which cells go, which rule is named for them, and what gene filters do to everything after. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenAbout, goldenArrays, goldenMatrix, relativeGap } from '../../fixtures/golden.ts';
import { hvgSeurat } from '../../compute/statistics/index.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { denseOf, writePlateFile } from '../support/plate-file.ts';
import { createTrial, type Trial } from '../support/truckee.ts';

const matrix = goldenMatrix('sparse');
const { genes } = goldenAbout('sparse') as { genes: string[] };
const dense = denseOf(matrix);
const qc = goldenArrays('sparse', 'qc');
const total = qc.numbers('obs/total_counts');
const detected = qc.numbers('obs/n_genes_by_counts');
const pctMt = qc.numbers('obs/pct_counts_mt');
const group = Array.from({ length: matrix.cells }, (_, cell) => (cell % 7 === 3 ? null : 'abc'[cell % 3]!));
const level = Array.from({ length: matrix.cells }, (_, cell) => (cell % 5 === 0 ? 'minimal' : 'full'));

let trial: Trial;
beforeAll(async () => {
  trial = createTrial();
  const labels = ['a', 'b', 'c'];
  await trial.add(await writePlateFile(join(trial.folder, 'sparse.h5ad'), matrix, {
    genes,
    obs: {
      group: { kind: 'categorical', categories: labels, codes: Int32Array.from(group, (label) => (label === null ? -1 : labels.indexOf(label))), ordered: false },
      pass_filter: { kind: 'string', values: level },
      dose: { kind: 'number', values: Float64Array.from(level, (_, cell) => (cell % 4 === 0 ? NaN : cell / 10)), integer: false },
    },
  }));
});

describe('cells', () => {
  test('every rule at once: the kept cells, and each removed cell under the first rule that removes it', async () => {
    const run = await trial.run({ qc: {}, filter: { level: 'full', where: "group != 'b' and not (dose < 3)", min_counts: 12, max_counts: 45, min_genes: 13, max_genes: 22, max_pct_mt: 15 } });
    const rules: readonly (readonly [string, (cell: number) => boolean])[] = [
      ['level', (cell) => level[cell] === 'full'],
      // A missing group is not 'b', a missing dose is not below 3.
      ['where', (cell) => group[cell] !== 'b' && !(cell % 4 !== 0 && cell / 10 < 3)],
      ['min_counts', (cell) => total[cell]! >= 12], ['max_counts', (cell) => total[cell]! <= 45],
      ['min_genes', (cell) => detected[cell]! >= 13], ['max_genes', (cell) => detected[cell]! <= 22],
      ['max_pct_mt', (cell) => pctMt[cell]! <= 15],
    ];
    const first = Array.from(total, (_, cell) => rules.find(([, passes]) => !passes(cell))?.[0] ?? null);
    const removed: Record<string, number> = {};
    for (const rule of first) if (rule !== null) removed[rule] = (removed[rule] ?? 0) + 1;
    expect(Object.keys(removed).length, 'every rule has something to do').toBe(rules.length);
    expect([...run.integers('rows/keep')]).toEqual(first.map((rule) => Number(rule === null)));
    expect(run.provenance('filter').outcome).toMatchObject({ cells_before: 150, cells_after: first.filter((rule) => rule === null).length, removed_by: removed });
  });

  test('a limit that lies on a stored share keeps the cell', async () => {
    // 100 * 3 / 17 has no exact single-precision form: the limit as typed must still meet it.
    const share = pctMt.find((value, cell) => value > 0 && value < 100 && Math.fround(value) > value && total[cell]! > 0)!;
    const run = await trial.run({ qc: {}, filter: { max_pct_mt: share } });
    expect([...run.integers('rows/keep')]).toEqual([...pctMt].map((value) => Number(value <= share)));
  });

  test('nothing left is an error that says what each rule removed', async () => {
    const error = await trial.fails({ qc: {}, filter: { level: 'full', min_counts: 1_000_000 } });
    expect(error.kind).toBe('nothing-left');
    expect(error.facts).toMatchObject({ before: 150, axis: 'cells', detail: 'level: 30, min_counts: 120' });
  });
});

describe('genes', () => {
  const minCells = 14;
  const kept = (cell: number): boolean => total[cell]! >= 10;
  const seenIn = Array.from(genes, (_, gene) => Array.from(total, (_total, cell) => cell).filter((cell) => kept(cell) && dense[cell * matrix.genes + gene] !== 0).length);
  const keptGenes = seenIn.map((n) => n >= minCells);
  const keptTotals = Float64Array.from(total, (_, cell) => dense.subarray(cell * matrix.genes, (cell + 1) * matrix.genes).reduce((sum, x, gene) => sum + (keptGenes[gene] ? x : 0), 0));
  const positive = [...keptTotals].filter((value, cell) => kept(cell) && value > 0).sort((a, b) => a - b);
  const target = (positive[(positive.length - 1) >> 1]! + positive[positive.length >> 1]!) / 2;

  const hvg = { hvg: { n_top_genes: 15 } } as const;
  const gentle = { filter: { min_counts: 10, min_cells: minCells } } as const;

  function expectGeneFilter(run: FinishedRun): void {
    expect([...run.integers('var/keep')].map(Boolean)).toEqual(keptGenes);
    expect([...run.numbers('obs/normalize_total')]).toEqual([...keptTotals]);
    expect(run.facts<{ targets: number[] }>('normalize').targets).toEqual([target]);
    const chosen = [...keptGenes.keys()].filter((gene) => keptGenes[gene]);
    const sum = new Float64Array(chosen.length);
    const sumSq = new Float64Array(chosen.length);
    keptTotals.forEach((cellTotal, cell) => {
      if (!kept(cell) || cellTotal === 0) return;
      chosen.forEach((gene, i) => {
        const share = dense[cell * matrix.genes + gene]! / cellTotal;
        sum[i]! += share;
        sumSq[i]! += share * share;
      });
    });
    const expected = hvgSeurat({ n: [...total].filter((_, cell) => kept(cell)).length, sum, sumSq, target });
    const spread = (values: Float64Array) => Float64Array.from(genes, (_, gene) => (keptGenes[gene] ? values[chosen.indexOf(gene)]! : NaN));
    expect(relativeGap(run.numbers('var/means'), spread(expected.means))).toBeLessThan(1e-6);
    expect(relativeGap(run.numbers('var/dispersions_norm'), spread(expected.dispersionsNorm))).toBeLessThan(1e-6);
  }

  test('rare genes go, and totals, target and dispersions are those of the genes that stay', async () => {
    expect(keptGenes.filter(Boolean).length).toBeGreaterThan(30);
    expect(keptGenes.filter(Boolean).length).toBeLessThan(100);
    const run = await trial.run({ qc: {}, ...gentle, normalize: {}, log1p: {}, ...hvg, pca: { n_comps: 4 } });
    expectGeneFilter(run);
    const loadings = run.numbers('varm/PCs');
    expect(keptGenes.every((is, gene) => is || loadings.subarray(gene * 4, gene * 4 + 4).every((x) => x === 0))).toBe(true);
  });

  test('a gene filter before qc counts just the same', async () => {
    const path = await writePlateFile(join(trial.folder, 'again.h5ad'), matrix, { genes });
    const rest = { normalize: {}, log1p: {}, ...hvg };
    const [before, after] = await Promise.all([{ filter: { min_cells: minCells }, qc: {}, ...rest }, { qc: {}, filter: { min_cells: minCells }, ...rest }].map(async (steps) => {
      const other = createTrial();
      await other.add(path);
      return other.run(steps);
    }));
    expect(before!.integers('var/keep')).toContain(0);
    const numbers = (run: FinishedRun) => Object.entries(run.digests()).filter(([file]) => /^(filter|normalize|hvg)\//.test(file));
    expect(numbers(before!)).toEqual(numbers(after!));
  });

  test('a cell that holds nothing but excluded genes keeps its counts as they are', async () => {
    // One cell has only gene 0, which then dominates it: its new total is 0, and dividing by it would lose the cell.
    const lonely = { ...matrix, indptr: matrix.indptr.map((end, row) => (row === 0 ? 0 : end + 1)), indices: Int32Array.of(0, ...matrix.indices), values: Float32Array.of(9, ...matrix.values) };
    const cells = lonely.cells + 1;
    const indptr = Int32Array.of(0, 1, ...matrix.indptr.subarray(1).map((end) => end + 1));
    const other = createTrial();
    await other.add(await writePlateFile(join(other.folder, 'lonely.h5ad'), { ...lonely, cells, indptr }, { genes }));
    const run = await other.run({ qc: {}, normalize: { exclude_highly_expressed: true, max_fraction: 0.95 }, log1p: {}, hvg: { n_top_genes: 15, min_plates: 0 } });
    const targets = run.facts<{ targets: number[] }>('normalize').targets;
    expect(run.numbers('obs/normalize_total')[0]).toBe(0);
    // e = 9 in one of 151 cells, 0 elsewhere (gene 0 has no other counts).
    expect(targets[0]).toBeGreaterThan(0);
    expect(run.numbers('var/means')[0]).toBeCloseTo(Math.log1p(9 / cells), 10);
  });
});
