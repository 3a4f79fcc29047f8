/** Real files of every AnnData age, checked against the data folder's manifest (made with anndata 0.8 and h5py 3.7). */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArray, openStructure, type DatasetSpec } from './index.ts';

const folder = resolve(process.env['TRUCKEE_TEST_DATA'] ?? '../shared/data');
const manifestPath = join(folder, 'manifest.json');

interface Entry {
  readonly n_obs: number;
  readonly n_vars: number;
  readonly X: {
    readonly kind: string;
    readonly dtype: string;
    readonly chunks: readonly number[] | null;
    readonly filter: string | null;
    readonly shuffle: boolean;
    readonly nnz: number;
    readonly sum: number;
    readonly max: number;
  } | null;
}

function allValues(spec: DatasetSpec): Float64Array {
  const reader = openArray(spec);
  const [rows, cols] = [spec.shape[0]!, spec.shape[1] ?? 1];
  const out = new Float64Array(rows * cols);
  if (spec.shape.length === 1) reader.readInto(0, rows, out, 0);
  else reader.readRows(0, rows, out);
  reader.close();
  return out;
}

const filterNames: Readonly<Record<string, string>> = { deflate: 'gzip', lzf: 'lzf' };

describe.skipIf(!existsSync(manifestPath))('real files (needs the shared test data)', () => {
  const manifest: Readonly<Record<string, Entry>> = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : {};
  const entries = Object.entries(manifest).filter(([name, entry]) => name.endsWith('.h5ad') && entry.X);

  test('the manifest lists them', () => expect(entries.length).toBeGreaterThan(20));

  test.each(entries)('%s', async (name, { X, n_obs, n_vars }) => {
    const structure = await openStructure(join(folder, name));
    const isSparse = structure.kind('/X') === 'group';
    const spec = structure.describe(isSparse ? '/X/data' : '/X');
    const values = allValues(spec);
    expect(spec.dtype).toBe(X!.dtype);
    expect(spec.layout.kind === 'chunked' ? spec.layout.chunkShape : null).toEqual(X!.chunks);
    expect(spec.filters.map((f) => filterNames[f.id]).find((f) => f !== undefined) ?? null).toBe(X!.filter);
    expect(spec.filters.some((f) => f.id === 'shuffle')).toBe(X!.shuffle);
    const sound = values.filter((value) => !Number.isNaN(value));
    const sum = sound.reduce((total, value) => total + value, 0);
    // The manifest was summed in another order.
    if (Number.isFinite(X!.sum)) expect(Math.abs(sum - X!.sum)).toBeLessThanOrEqual(1e-6 * sound.reduce((total, value) => total + Math.abs(value), 1));
    if (Number.isFinite(X!.max)) expect(sound.reduce((most, value) => Math.max(most, value), -Infinity)).toBeCloseTo(X!.max, 4);
    if (isSparse) {
      const ids = allValues(structure.describe('/X/indices'));
      const indptr = allValues(structure.describe('/X/indptr'));
      const isRowOrder = X!.kind === 'csr_matrix';
      expect(ids.length).toBe(values.length);
      expect(indptr.length).toBe((isRowOrder ? n_obs : n_vars) + 1);
      expect(indptr.at(-1)).toBe(values.length);
      expect(ids.every((id) => id >= 0 && id < (isRowOrder ? n_vars : n_obs))).toBe(true);
    } else expect(spec.shape).toEqual([n_obs, n_vars]);
    structure.close();
  });

  test('categories of AnnData 0.7 are found by reference', async () => {
    const structure = await openStructure(join(folder, 'h5ad-encodings/anndata-v0.7.0.h5ad'));
    expect(structure.attribute('/obs/obs_cat', 'categories')).toEqual({ reference: '/obs/__categories/obs_cat' });
    expect(structure.strings('/obs/_index').slice(0, 2)).toEqual(['cell0', 'cell1']);
    structure.close();
  });
});
