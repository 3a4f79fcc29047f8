import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isKind } from '../../../protocol/errors.ts';
import { plainArena } from '../../kernels/block.ts';
import { openMatrix, openPlate } from '../../stores/index.ts';
import { anndataPython, runScript, scratchFolder } from '../testing/python.ts';
import { createH5ad, unsTable, type H5adWriter } from './index.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface ReadMatrix { format: string; dtype: string; indexDtype: string; shape: number[]; data: number[]; indices: number[]; indptr: number[]; values: number[] }
interface ReadColumn { dtype: string; codes: string; ordered: boolean; categories: string[]; values: unknown[] }
interface ReadFrame { indexName: string | null; index: string[]; order: string[]; columns: Record<string, ReadColumn> }
interface ReadFile {
  shape: number[]; X: ReadMatrix | null; obs: ReadFrame; var: ReadFrame; uns: Record<string, unknown>;
  layers: Record<string, ReadMatrix>; obsm: Record<string, ReadMatrix>; varm: Record<string, ReadMatrix>;
  obsp: Record<string, ReadMatrix>; varp: Record<string, ReadMatrix>;
}
const read = (path: string): ReadFile => runScript(join(import.meta.dirname, '..', 'testing', 'read_h5ad.py'), path) as ReadFile;

const rows = (file: H5adWriter, slot: 'X' | 'layers/counts' | 'obsp/distances', data: number[][], layout = {}): Promise<void> => {
  const matrix = file.csr(slot, layout);
  const indptr = new Int32Array(data.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  data.forEach((row, r) => {
    row.forEach((value, c) => {
      if (value === 0) return;
      indices.push(c);
      values.push(value);
    });
    indptr[r + 1] = indices.length;
  });
  return matrix.append({ rows: data.length, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) });
};

describe.skipIf(anndataPython === null)('anndata opens what is written', () => {
  test('every slot, every kind of column, nested uns', async () => {
    const path = join(folder, 'all.h5ad');
    const file = createH5ad(path, { nObs: 4, nVars: 3 });
    await rows(file, 'X', [[0, 1.5, 0], [0, 0, 0], [2, 0, 3], [0, 0, 4]]);
    await rows(file, 'layers/counts', [[7, 0, 0], [0, 8, 0], [0, 0, 9], [1, 2, 3]], { valueType: 'int32', indexType: 'int64' });
    await rows(file, 'obsp/distances', [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 2], [0, 0, 2, 0]], { valueType: 'float64' });
    await file.dense('obsm/X_pca', 2).append(Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]));
    await file.dense('obsm/X_one', 1, 'float64').append([1, 2, 3, 4]);
    await file.dense('varm/PCs', 2, 'float64').append([1, 2, 3, 4, 5, 6.5]);
    const obs = file.frame('obs', 'BARCODE_SUB_LIB_ID');
    await obs.index.append(['a', 'b']);
    await obs.index.append(['c', 'ü']);
    await obs.categorical('cell line', ['SHP-77', 'Panc 03.27'], true).append([0, -1, 1, 0]);
    await obs.categorical('never', []).append([-1, -1, -1, -1]);
    await obs.numbers('gene_count', 'int64').append([1, 0, 2, 1]);
    await obs.numbers('score', 'float32').append([0.5, Number.NaN, -1, 0]);
    await obs.numbers('doublet', 'bool').append([0, 1, 0, 0]);
    await obs.texts('BARCODE').append(['01_001', '', 'γ', 'd ']);
    await obs.column('whole', { kind: 'number', values: Float64Array.from([1, 2, 3, 2 ** 40]), integer: true });
    await obs.column('gaps', { kind: 'number', values: Float64Array.from([1, Number.NaN, 3, 4]), integer: true });
    await obs.column('maybe', { kind: 'boolean', values: Uint8Array.of(1, 0, 1, 0), missing: Uint8Array.of(0, 0, 0, 1) });
    await obs.column('sure', { kind: 'boolean', values: Uint8Array.of(1, 0, 1, 0), missing: null });
    await obs.column('notes', { kind: 'string', values: ['z', '', 'a', 'a'], missing: Uint8Array.of(0, 1, 0, 0) });
    await obs.column('leiden', { kind: 'categorical', codes: Int32Array.of(1, 0, 0, -1), categories: ['0', '1'], ordered: false });
    await file.frame('var', 'gene_name').index.append(['MT-CO1', 'ENSG00000286173', 'HOXA1']);
    file.uns({
      pca: { params: { zero_center: true, use_highly_variable: false, n: 2 }, variance: Float64Array.from([2.5, 1]), skipped: null },
      title: 'plate γ',
      version: 1,
      share: 0.25,
      labels: ['a', 'b '],
      none: [],
      plain: [1, 2, 3],
      fractions: [1, 2.5],
      codes: Int32Array.from([3, -1]),
      table: unsTable(Int32Array.from([1, 2, 3, 4, 5, 6]), 3),
    });
    await file.close();

    const found = read(path);
    expect(found.shape).toEqual([4, 3]);
    expect(found.X).toEqual({ format: 'csr', dtype: 'float32', indexDtype: 'int32', shape: [4, 3], data: [1.5, 2, 3, 4], indices: [1, 0, 2, 2], indptr: [0, 1, 1, 3, 4] });
    expect(found.layers['counts']).toMatchObject({ dtype: 'int32', shape: [4, 3], data: [7, 8, 9, 1, 2, 3], indices: [0, 1, 2, 0, 1, 2], indptr: [0, 1, 2, 3, 6] });
    expect(found.obsp['distances']).toMatchObject({ dtype: 'float64', shape: [4, 4], data: [1, 1, 2, 2], indices: [1, 0, 3, 2] });
    expect(found.obsm['X_pca']).toEqual({ format: 'dense', dtype: 'float32', shape: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] });
    expect(found.obsm['X_one']).toMatchObject({ dtype: 'float64', shape: [4, 1] });
    expect(found.varm['PCs']).toMatchObject({ dtype: 'float64', shape: [3, 2], values: [1, 2, 3, 4, 5, 6.5] });
    expect(found.obs.indexName).toBe('BARCODE_SUB_LIB_ID');
    expect(found.obs.index).toEqual(['a', 'b', 'c', 'ü']);
    const order = ['cell line', 'never', 'gene_count', 'score', 'doublet', 'BARCODE', 'whole', 'gaps', 'maybe', 'sure', 'notes', 'leiden'];
    expect(found.obs.order).toEqual(order);
    expect(found.obs.columns).toEqual({
      'cell line': { dtype: 'category', codes: 'int8', ordered: true, categories: ['SHP-77', 'Panc 03.27'], values: ['SHP-77', null, 'Panc 03.27', 'SHP-77'] },
      never: { dtype: 'category', codes: 'int8', ordered: false, categories: [], values: [null, null, null, null] },
      gene_count: { dtype: 'int64', values: [1, 0, 2, 1] },
      score: { dtype: 'float32', values: [0.5, null, -1, 0] },
      doublet: { dtype: 'bool', values: [false, true, false, false] },
      BARCODE: { dtype: 'object', values: ['01_001', '', 'γ', 'd '] },
      whole: { dtype: 'int64', values: [1, 2, 3, 2 ** 40] },
      gaps: { dtype: 'float64', values: [1, null, 3, 4] },
      maybe: { dtype: 'boolean', values: [true, false, true, null] },
      sure: { dtype: 'bool', values: [true, false, true, false] },
      notes: { dtype: 'category', codes: 'int8', ordered: false, categories: ['a', 'z'], values: ['z', null, 'a', 'a'] },
      leiden: { dtype: 'category', codes: 'int8', ordered: false, categories: ['0', '1'], values: ['1', '0', '0', null] },
    });
    expect(found.var.indexName).toBe('gene_name');
    expect(found.var.index).toEqual(['MT-CO1', 'ENSG00000286173', 'HOXA1']);
    expect(found.uns).toEqual({
      pca: { params: { zero_center: true, use_highly_variable: false, n: 2 }, variance: { dtype: 'float64', shape: [2], values: [2.5, 1] } },
      title: 'plate γ',
      version: 1,
      share: 0.25,
      labels: { dtype: 'object', shape: [2], values: ['a', 'b '] },
      none: { dtype: 'int64', shape: [0], values: [] },
      plain: { dtype: 'int64', shape: [3], values: [1, 2, 3] },
      fractions: { dtype: 'float64', shape: [2], values: [1, 2.5] },
      codes: { dtype: 'int32', shape: [2], values: [3, -1] },
      table: { dtype: 'int32', shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
    });
  });

  test('more labels than int8 and int16 hold, and 60 columns', async () => {
    const path = join(folder, 'labels.h5ad');
    const file = createH5ad(path, { nObs: 2, nVars: 0 });
    await rows(file, 'X', [[], []]);
    const obs = file.frame('obs');
    await obs.index.append(['a', 'b']);
    const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => `label ${i}`);
    for (const count of [127, 128, 32_767, 32_768]) await obs.categorical(`c${count}`, labels(count)).append([0, count - 1]);
    for (let i = 0; i < 60; i++) await obs.numbers(`n${i}`, 'float64').append([i, -i]);
    file.frame('var');
    await file.close();
    const { columns, indexName } = read(path).obs;
    expect(indexName).toBe(null);
    expect(['c127', 'c128', 'c32767', 'c32768'].map((name) => [columns[name]!.codes, columns[name]!.values[1]])).toEqual([
      ['int8', 'label 126'],
      ['int16', 'label 127'],
      ['int16', 'label 32766'],
      ['int32', 'label 32767'],
    ]);
    for (let i = 0; i < 60; i++) expect(columns[`n${i}`]!.values).toEqual([i, -i]);
  });

  test('no cells, no X', async () => {
    for (const withX of [true, false]) {
      const path = join(folder, 'empty.h5ad');
      const file = createH5ad(path, { nObs: 0, nVars: 2 });
      if (withX) file.csr('X');
      file.dense('obsm/X_pca', 3);
      file.frame('obs').categorical('line', ['a']);
      await file.frame('var').index.append(['g', 'h']);
      await file.close();
      const found = read(path);
      expect(found.shape).toEqual([0, 2]);
      expect(found.X?.indptr).toEqual(withX ? [0] : undefined);
      expect(found.obsm['X_pca']!.shape).toEqual([0, 3]);
    }
  });
});

test('the store reads back any matrix, however it was cut into blocks', async () => {
  const path = join(folder, 'property.h5ad');
  const cell = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 5 }), { minLength: 1, maxLength: 6 }), fc.boolean(), fc.integer({ min: 1, max: 9 }), async (blocks, wide, chunk) => {
      const all = blocks.flat();
      fc.pre(all.length > 0);
      const file = createH5ad(path, { nObs: all.length, nVars: 6 });
      const x = file.csr('X', { indexType: wide ? 'int64' : 'int32', valueChunk: chunk, indexChunk: chunk * 2, gzip: 1, shuffle: wide });
      for (const block of blocks) {
        const entries = block.flatMap((row) => row.flatMap((value, gene) => (value === 0 ? [] : [{ value, gene }])));
        let at = 0;
        const indptr = Int32Array.from([0, ...block.map((row) => (at += row.filter((value) => value !== 0).length))]);
        await x.append({ rows: block.length, indptr, indices: Int32Array.from(entries, (e) => e.gene), values: Float32Array.from(entries, (e) => e.value) });
      }
      await file.frame('obs').index.append(all.map((_, i) => `cell${i}`));
      await file.frame('var').index.append(['a', 'b', 'c', 'd', 'e', 'f']);
      await file.close();
      const plate = await openPlate(path);
      const reader = openMatrix(plate.matrices()[0]!, plainArena);
      const dense: number[][] = [];
      for await (const block of reader.blocks({ rowStart: 0, rowEnd: all.length, maxRows: 4, maxStored: 1000 })) {
        for (let r = 0; r < block.rows; r++) {
          const row = [0, 0, 0, 0, 0, 0];
          for (let e = block.indptr[r]!; e < block.indptr[r + 1]!; e++) row[block.indices[e]!]! += block.values[e]!;
          dense.push(row);
        }
      }
      expect(dense).toEqual(all);
      expect(plate.obsNames(0, all.length)).toEqual(all.map((_, i) => `cell${i}`));
      reader.close();
      plate.close();
    }),
    { numRuns: 40, seed: 4 },
  );
});

describe('what cannot be written', () => {
  const refused = async (name: string, act: (file: H5adWriter) => unknown): Promise<string> => {
    const file = createH5ad(join(folder, name), { nObs: 2, nVars: 1 });
    try {
      await act(file);
    } catch (thrown) {
      file.abandon();
      return isKind(thrown, 'internal') ? thrown.message : 'another error';
    }
    return 'accepted';
  };

  test('lengths that do not fit the axes', async () => {
    const frames = async (file: H5adWriter): Promise<void> => {
      await file.frame('obs').index.append(['a', 'b']);
      await file.frame('var').index.append(['g']);
    };
    expect(await refused('rows.h5ad', async (file) => { await frames(file); await rows(file, 'X', [[1]]); await file.close(); })).toContain('X got 1 of 2 rows');
    expect(await refused('dense.h5ad', async (file) => { await frames(file); await file.dense('obsm/X', 2).append([1, 2]); await file.close(); })).toContain('obsm/X got 2 of 4');
    expect(await refused('obs.h5ad', async (file) => { await file.frame('obs').index.append(['a']); await file.frame('var').index.append(['g']); await file.close(); })).toContain('got 1 of 2');
    expect(await refused('no-var.h5ad', async (file) => { await file.frame('obs').index.append(['a', 'b']); await file.close(); })).toContain('var was never written');
  });

  test('names and labels that anndata could not read', async () => {
    expect(await refused('slash.h5ad', (file) => file.frame('obs').numbers('a/b', 'int8'))).toContain("'a/b'");
    expect(await refused('uns.h5ad', (file) => file.uns({ 'a/b': 1 }))).toContain("'a/b'");
    expect(await refused('twice.h5ad', (file) => file.frame('obs').categorical('line', ['a', 'a']))).toContain('repeat');
  });
});
