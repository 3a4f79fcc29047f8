/** Encodings and defects that no shared file has: fixtures/make.py wrote them with h5py, the values here are its input. */
import { copyFileSync, mkdtempSync, openSync, readSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { plainArena } from '../kernels/block.ts';
import { openMatrix, openPlate, transposeToSpool, type MatrixSpec } from './index.ts';
import { labelsOf } from './tables/frame.ts';
import { allRows, fixtures, hasSharedData, sharedData } from './test-data.ts';

const dense = [[0, 3, 0, 0, 1], [2, 0, 0, 5, 0], [0, 0, 0, 0, 0], [7, 1, 4, 0, 2], [0, 0, 9, 0, 0], [1, 0, 0, 0, 8]];
const folder = mkdtempSync(join(tmpdir(), 'truckee-enc-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(spec: MatrixSpec): Promise<[gene: number, value: number][][]> {
  const { indptr, indices, values } = await allRows(spec, 4, 5);
  return Array.from({ length: indptr.length - 1 }, (_, row) =>
    Array.from({ length: indptr[row + 1]! - indptr[row]! }, (_, i): [number, number] => [indices[indptr[row]! + i]!, values[indptr[row]! + i]!]),
  );
}
const nonzero = (matrix: readonly (readonly number[])[]) =>
  matrix.map((row) => row.flatMap((value, gene): [number, number][] => (value === 0 ? [] : [[gene, value]])));

describe('a file of rare encodings', async () => {
  const plate = await openPlate(join(fixtures, 'encodings.h5ad'));
  const labels = (name: string) => labelsOf(plate.obsColumn(name));

  test('labels of every type of category are text as Python writes it; missing ones have none', () => {
    expect(labels('drug')).toEqual(['Selinexor ', 'DMSO_TF', 'α-Amanitin', 'DMSO_TF', null, 'Selinexor ']);
    expect(labels('flag')).toEqual(['False', 'True', 'True', 'False', 'False', null]);
    expect(labels('dose')).toEqual(['0.05', '0.5', '5.0', '1e-05', '1e+16', '0.05']);
    expect(plate.obsColumn('dose')).toMatchObject({ kind: 'categorical', ordered: true });
    expect(plate.obsColumn('drug')).toMatchObject({ kind: 'categorical', ordered: false });
    expect(labels('well')).toEqual(['1', '1', '20', '20', '300', '300']);
  });

  test('strings of fixed length, and missing strings beside empty ones', () => {
    expect(labels('fixed')).toEqual(['a', 'bb', '', 'dddd', 'e', 'f']);
    expect(labels('note')).toEqual(['x', '', null, 'y', 'z', null]);
  });

  test('nullable numbers and booleans; 64-bit integers to 2^53', () => {
    expect(plate.obsColumn('count')).toEqual({ kind: 'number', integer: true, values: Float64Array.of(1, NaN, 3, 4, 5, NaN) });
    expect(plate.obsColumn('kept')).toEqual({ kind: 'boolean', values: Uint8Array.of(1, 0, 1, 1, 0, 1), missing: Uint8Array.of(0, 0, 1, 0, 0, 0) });
    expect(plate.obsColumn('big')).toEqual({ kind: 'number', integer: true, values: Float64Array.of(2 ** 40, 2 ** 53 - 1, -5, 0, 1, 2) });
  });

  test('ranges of rows of each encoding', () => {
    expect(labelsOf(plate.obsColumn('note', 2, 4))).toEqual([null, 'y']);
    expect(labelsOf(plate.obsColumn('drug', 4, 6))).toEqual([null, 'Selinexor ']);
    expect(plate.obsColumn('kept', 2, 3)).toEqual({ kind: 'boolean', values: Uint8Array.of(1), missing: Uint8Array.of(1) });
    expect(plate.obsColumn('count', 1, 2)).toEqual({ kind: 'number', integer: true, values: Float64Array.of(NaN) });
    expect(plate.obsNames(5, 6)).toEqual(['c5']);
  });

  test('columns of other encodings are refused one by one, unknown ones with near names', () => {
    for (const name of ['pair', 'ragged']) expect(() => plate.obsColumn(name)).toThrowError(expect.objectContaining({ kind: 'unsupported-encoding' }));
    expect(() => plate.obsColumn('Drug')).toThrowError(expect.objectContaining({ kind: 'unknown-column', data: expect.objectContaining({ facts: expect.objectContaining({ near: ['drug'] }) }) }));
  });

  test('the description names what is wrong and goes on', async () => {
    const report = await plate.inspect({ scan: true });
    expect(report.problems.map((problem) => [problem.kind, problem.where])).toEqual([
      ['unsupported-encoding', 'layers/ragged'],
      ['unsupported-encoding', 'obsm/ragged'],
      ['trailing-space-labels', 'obs/drug'],
      ['unsupported-column', 'obs/pair'],
      ['unsupported-column', 'obs/ragged'],
      ['unsorted-indices', 'X'],
      ['explicit-zeros', 'layers/loose'],
      ['unsorted-indices', 'layers/loose'],
    ]);
    expect(report).toMatchObject({ demo: true, counts_in: 'X', encoding: '0.1.0', obsm: { X_pca: [6, 3] } });
    expect(report.obs.map((column) => column.type)).toEqual([
      'categorical', 'categorical', 'categorical', 'categorical', 'string', 'string', 'integer', 'boolean', 'unsupported', 'unsupported', 'integer',
    ]);
    expect(report.obs[0]).toEqual({ name: 'drug', type: 'categorical', levels: 3, example: 'Selinexor ' });
    expect(report.X).toEqual({ kind: 'csc_matrix', dtype: 'uint16', chunks: null, filter: null, shuffle: false, nnz: 11, sum: 43, integer: true, max: 9 });
    expect(report.layers['loose']).toMatchObject({ nnz: 4, sum: 11 });
  });

  test('rows of column order, row order, big-endian tiles and loose rows', async () => {
    const [x, ...layers] = plate.matrices();
    const spooled = await transposeToSpool(x!, join(folder, 'x.spool'), { memoryBytes: 5e6 });
    expect(await rowsOf(spooled)).toEqual(nonzero(dense));
    const bySlot = new Map(layers.map((spec) => [spec.facts.slot, spec]));
    expect(await rowsOf(bySlot.get('layers/csr')!)).toEqual(nonzero(dense));
    expect(await rowsOf(bySlot.get('layers/dense')!)).toEqual(nonzero(dense));
    expect(await rowsOf(bySlot.get('layers/loose')!)).toEqual([[], [[3, 5], [0, 2], [1, 0]], [], [[2, 1], [2, 3]], [], []]);
    expect(await rowsOf(bySlot.get('raw/X')!)).toEqual(nonzero(dense.map((row) => [...row, ...row])));
  });

  test('column order without its copy is a defect of the caller, and what is in row order stays as it is', async () => {
    const [x, csr] = plate.matrices();
    await expect(allRows(x!, 1, 1)).rejects.toMatchObject({ kind: 'internal' });
    expect(await transposeToSpool(csr!, join(folder, 'none.spool'), { memoryBytes: 1 })).toBe(csr);
  });
});

test('counts in raw bring the names and columns of their genes', async () => {
  const plate = await openPlate(join(fixtures, 'raw-counts.h5ad'));
  expect(plate.counts()?.facts).toMatchObject({ slot: 'raw/X', nVars: 5 });
  expect(plate.geneNames()).toEqual([0, 1, 2, 3, 4].map((i) => `ENSG0000000000${i}`));
  expect(labelsOf(plate.varColumn('gene_symbols'))).toEqual(['SYM0', 'SYM1', 'SYM2', 'SYM3', 'SYM4']);
  expect(plate.facts('a')).toMatchObject({ name: 'a', nObs: 6, nVars: 5, demo: false });
  const report = await plate.inspect({ scan: false });
  expect(report).toMatchObject({ n_vars: 2, counts_in: 'raw/X', first_var: ['g0', 'g1'], raw: { n_vars: 5 } });
  expect(report.X).not.toHaveProperty('nnz');
  expect(report.problems.map((problem) => problem.kind)).toEqual(['gene-ids-as-index']);
  plate.close();
});

test('without obs and var, cells and genes are counted from X and numbered', async () => {
  const plate = await openPlate(join(fixtures, 'bare.h5ad'));
  expect([plate.nObs, plate.nVars, plate.obsColumns]).toEqual([6, 5, []]);
  expect([plate.obsNames(4, 6), plate.geneNames()]).toEqual([['4', '5'], ['0', '1', '2', '3', '4']]);
  expect(await plate.inspect({ scan: true })).toMatchObject({ encoding: 'legacy', counts_in: 'X', problems: [], X: { nnz: 11, sum: 43, max: 9 } });
  plate.close();
});

describe('damage', () => {
  test.each(['pointers-fall', 'pointers-leave', 'index-wild', 'index-negative'])('%s is found while reading', async (name) => {
    const plate = await openPlate(join(fixtures, `damaged-${name}.h5ad`));
    const spec = plate.matrices()[0]!;
    for (const maxRows of [1, 2, 6]) await expect(allRows(spec, maxRows, 100)).rejects.toMatchObject({ kind: 'corrupt-file' });
    plate.close();
  });

  test.each(['rows-missing', 'indices-missing', 'obs-short'])('%s is found on opening', async (name) => {
    await expect(openPlate(join(fixtures, `damaged-${name}.h5ad`))).rejects.toMatchObject({ kind: 'corrupt-file' });
  });

  test('a code without a category names its row', async () => {
    const plate = await openPlate(join(fixtures, 'damaged-code.h5ad'));
    expect(() => plate.obsColumn('drug')).toThrowError(/row 1 has the code 3 of 2/);
    expect(labelsOf(plate.obsColumn('drug', 0, 1))).toEqual(['a']);
    plate.close();
  });

  test.skipIf(!hasSharedData)('a damaged chunk names the cells that are in it', async () => {
    const path = join(folder, 'chunk.h5ad');
    copyFileSync(join(sharedData, 'jurkat-crispr/jurkat_crispr_7500.h5ad'), path);
    const plate = await openPlate(path);
    const spec = plate.matrices()[0]!;
    if (spec.kind !== 'csr' || spec.indices.layout.kind !== 'chunked') throw new Error('not the file this test was written for');
    const chunk = 3;
    const elements = spec.indices.layout.chunkShape[0]!;
    flipByte(path, spec.indices.layout.index.offset[chunk]! + 200);
    // The rows that hold entries [3, 4) x chunk, from the pointers of the undamaged file.
    const whole = await openPlate(join(sharedData, 'jurkat-crispr/jurkat_crispr_7500.h5ad'));
    const { indptr } = await allRows(whole.matrices()[0]!, 4096, 1e6);
    whole.close();
    const rowStart = indptr.findLastIndex((start) => start <= chunk * elements);
    const rowEnd = indptr.findIndex((start) => start >= (chunk + 1) * elements);
    await expect(allRows(spec, 4096, 1e6)).rejects.toMatchObject({ kind: 'corrupt-chunk', data: { facts: { dataset: '/X/indices', chunk, rowStart, rowEnd } } });
    plate.close();
  });
});

function flipByte(path: string, at: number): void {
  const fd = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  byte[0]! ^= 0xff;
  writeSync(fd, byte, 0, 1, at);
  closeSync(fd);
}

test('reading stops at a signal, and a range outside the matrix is refused', async () => {
  const plate = await openPlate(join(fixtures, 'bare.h5ad'));
  const reader = openMatrix(plate.matrices()[0]!, plainArena);
  const blocks = reader.blocks({ rowStart: 0, rowEnd: 6, maxRows: 1, maxStored: 10, signal: AbortSignal.abort() });
  await expect(blocks.next()).rejects.toMatchObject({ kind: 'cancelled' });
  await expect(reader.blocks({ rowStart: 0, rowEnd: 7, maxRows: 1, maxStored: 10 }).next()).rejects.toMatchObject({ kind: 'internal' });
  reader.close();
  await expect(plate.inspect({ scan: true, signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
  plate.close();
});
