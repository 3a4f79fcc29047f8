import { describe, expect, test } from 'vitest';
import { goldenAbout, goldenArrays, goldenNames, relativeGap } from '../../fixtures/golden.ts';
import { parseWhere } from '../../protocol/where.ts';
import type { ColumnRef } from '../columns/file.ts';
import { cpuKernels } from '../kernels/cpu/index.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import { createWasmKernelsSync } from '../kernels/wasm/index.ts';
import { writeArray } from '../results/array.ts';
import { scratchFolder } from '../results/testing/python.ts';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { goldenTile, runOver, someCuts, type Golden } from './golden.cases.ts';
import { openMoments } from './moments.ts';
import { openScan, type ScanSpec } from './scan.ts';

const wasm = createWasmKernelsSync();
const sets: readonly (readonly [string, KernelSet])[] = [['cpu', cpuKernels], ...(wasm ? [['wasm', wasm] as const] : [])];
const folder = scratchFolder();

function specFor(name: string, fused: ScanSpec['fused'] = null): ScanSpec {
  const { genes, tops } = goldenAbout(name) as { genes: string[]; tops: number[] };
  return { geneFlags: [Uint8Array.from(genes, (gene) => Number(gene.startsWith('MT-')))], tops: tops.filter((n) => n <= genes.length), fused, slots: ['X'] };
}

describe.each(sets)('%s kernels', (_, kernels) => {
  test.each(goldenNames('qc'))('golden/%s, however its rows come in blocks', (name) => {
    const golden = goldenTile(name);
    const qc = goldenArrays(name, 'qc');
    const spec = specFor(name);
    const results = someCuts.map((cuts) => runOver(openScan(spec, [golden.plate], kernels), golden, cuts, kernels));
    for (const result of results) expect(result).toEqual(results[0]);
    const { rows, geneCells, geneSums, moments } = results[0]!;
    expect([...rows.total]).toEqual([...qc.numbers('obs/total_counts')]);
    expect([...rows.detected]).toEqual([...qc.integers('obs/n_genes_by_counts')]);
    expect([...rows.flagged]).toEqual([...qc.numbers('obs/total_counts_mt')]);
    expect(relativeGap(rows.pctFlagged, qc.numbers('obs/pct_counts_mt'))).toBeLessThan(1e-6);
    spec.tops.forEach((n, t) => {
      const share = rows.pctTop.filter((_value, at) => at % spec.tops.length === t);
      expect(relativeGap(share, qc.numbers(`obs/pct_counts_in_top_${n}_genes`)), `top ${n}`).toBeLessThan(1e-6);
    });
    expect([...geneCells]).toEqual([...qc.numbers('var/n_cells_by_counts')]);
    expect([...geneSums]).toEqual([...qc.numbers('var/total_counts')]);
    expect(moments).toBeNull();
  });

  test.each(goldenNames('qc'))('golden/%s: sums made on the way equal those of a pass of their own, bit for bit', (name) => {
    const golden = goldenTile(name);
    const flags = Float64Array.from({ length: golden.matrix.cells }, (_value, cell) => (cell % 5 === 2 ? NaN : cell % 3));
    const path = join(folder, `${name}.column`);
    writeFileSync(path, new Uint8Array(flags.buffer));
    const ref: ColumnRef = { kind: 'number', path, rows: flags.length, single: false };
    const filter = { level: null, where: parseWhere('batch > 0 and pct_counts_in_top_5_genes < 95 and log1p_total_counts > 1'), limits: { min_genes: 3 } };
    const spec = specFor(name, { filter, columns: [{ batch: ref }] });
    const results = someCuts.map((cuts) => runOver(openScan(spec, [golden.plate], kernels), golden, cuts, kernels));
    for (const result of results) expect(result.moments).toEqual(results[0]!.moments);
    const { rows, moments } = results[0]!;
    const tops = spec.tops.length;
    const keep = Uint8Array.from(rows.total, (total, cell) => Number(
      flags[cell]! > 0 && rows.pctTop[cell * tops]! < 95 && Math.fround(Math.log1p(total)) > 1 && rows.detected[cell]! >= 3));
    expect(keep).toContain(0);
    expect(moments!.kept).toBe(keep.reduce((n, flag) => n + flag, 0));
    expect(moments!.kept).toBeGreaterThan(5);
    writeArray(join(folder, `${name}-keep`), keep);
    writeArray(join(folder, `${name}-totals`), rows.total);
    const own = openMoments({ keep: join(folder, `${name}-keep`), values: { kind: 'relative', totals: join(folder, `${name}-totals`), targets: [100] } }, [golden.plate], kernels);
    expect(runOver(own, golden, [9, 30], kernels)).toEqual({ kept: moments!.kept, sum: moments!.sum, sumSq: moments!.sumSq });
  });

  test('a bad value is refused, with its cell', () => {
    const bad = (value: number): Golden => {
      const golden = goldenTile('ties');
      const values = golden.matrix.values.slice();
      values[golden.matrix.indptr[20]!] = value;
      return { ...golden, matrix: { ...golden.matrix, values } };
    };
    const scan = (value: number) => () => runOver(openScan(specFor('ties'), [goldenTile('ties').plate], kernels), bad(value), [10, 15], kernels);
    for (const [value, problem] of [[NaN, 'nan'], [Infinity, 'infinite'], [-3, 'negative']] as const) {
      expect(scan(value)).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'bad-values', facts: expect.objectContaining({ problem, row: 20, slot: 'X' }) }) }));
    }
    expect(scan(2.5)).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'not-counts', facts: expect.objectContaining({ example: 2.5, row: 20 }) }) }));
  });
});
