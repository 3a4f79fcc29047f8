/** Groups against a control and against the rest, tested as scipy does and scored as scanpy does (golden/make_modes.py). */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBlockTable, readNumbers, writeNumbers } from '../results/parquet/block-table.ts';
import { testGenes } from './block.ts';
import type { DeMethod } from './contract.ts';
import { finishTargets } from './finish.ts';
import { comparison, folder, pieces } from './testing.ts';

interface Answer {
  readonly rest: boolean;
  readonly test: DeMethod | 'scanpy' | 'scanpy_ties';
  readonly target: number;
  readonly statistic: number[];
  readonly p_value: number[];
  readonly target_mean: number[];
  readonly ref_mean: number[];
  readonly pct_expressed_ref: number[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/modes.json'), 'utf8')) as { slot: number[]; counts: number[][]; answers: Answer[] };
const genes = golden.counts[0]!.length;
const entries = golden.counts.flatMap((row, cell) => row.flatMap((count, gene) => (count > 0 ? [{ row: cell, gene, count }] : [])));
const spooled = pieces(entries, genes, golden.slot.length, 32);

test.each([...new Set(golden.answers.map((one) => `${one.test} ${one.rest ? 'rest' : 'control'}`))])('%s', (name) => {
  const answers = golden.answers.filter((one) => `${one.test} ${one.rest ? 'rest' : 'control'}` === name);
  const { test: wanted, rest } = answers[0]!;
  const scanpy = wanted === 'scanpy' || wanted === 'scanpy_ties';
  const usual = comparison(scanpy ? 'wilcoxon' : wanted, Int32Array.from(golden.slot), 4, genes);
  const setup = { ...usual, strata: usual.strata.map((one) => ({ ...one, rest })), settings: { ...usual.settings, scanpy, tieCorrect: wanted !== 'scanpy' } };
  const [found] = testGenes(setup, spooled, genes, () => undefined);
  for (const answer of answers) {
    for (const column of ['statistic', 'p_value', 'target_mean', 'ref_mean', 'pct_expressed_ref'] as const) {
      answer[column].forEach((value, gene) => {
        const ours = found![column][answer.target * genes + gene]!;
        // Logarithms are kept in single precision on both sides; means of them are added up in another order.
        expect(Math.abs(ours - value) <= (column === 'p_value' ? 1e-8 : 1e-7) * Math.abs(value) + 1e-12, `${column} of gene ${gene}, target ${answer.target}: ${ours}, scipy ${value}`).toBe(true);
      });
    }
  }
  // Only target 2 has gene 7: nothing at all may be left for the others' side.
  if (rest) expect(found!.ref_mean[genes + 7]).toBe(0);
});

test('one gene of each condition is corrected, over all conditions; the others get no rate', () => {
  const usual = comparison('wilcoxon', Int32Array.from(golden.slot), 4, genes);
  const path = join(folder, 'on-target.parquet');
  const columns = (['log2_fold_change', 'p_value', 'fdr', 'neg_log10_p'] as const).map((name) => ({ name, kind: 'number' as const, single: name === 'neg_log10_p' }));
  const places = createBlockTable(path, columns, genes, 3);
  const [numbers] = testGenes(usual, spooled, genes, () => undefined);
  const stratum = { ...usual.strata[0]!, path, places, onTarget: Int32Array.of(0, 3, -1) };
  const fd = openSync(path, 'r+');
  for (const { name, single } of columns) {
    for (let target = 0; target < 3; target++) {
      const values = numbers![name].subarray(target * genes, (target + 1) * genes);
      writeNumbers(fd, places, name, target, 0, single ? Float32Array.from(values) : values);
    }
  }
  const tops = finishTargets(stratum, 0, 3, 10, () => undefined);
  const p = [numbers!.p_value[0]!, numbers!.p_value[genes + 3]!];
  const rates = p.map((one) => Math.min(1, ...p.filter((other) => other >= one).map((other) => (other * 2) / p.filter((x) => x <= other).length)));
  const found = [0, 1, 2].map((target) => [...readNumbers(fd, path, places, 'fdr', target)]);
  closeSync(fd);
  const none = (): number[] => Array.from({ length: genes }, () => Number.NaN);
  expect(found).toEqual([none().with(0, rates[0]!), none().with(3, rates[1]!), none()]);
  expect(tops.map((top) => [...top.genes])).toEqual([rates[0]! < 0.05 ? [0] : [], rates[1]! < 0.05 ? [3] : [], []]);
});
