/** Row pointers beyond 2^31: every real plate has them. The file is mostly chunks that were never written, so it is small. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { plainArena } from '../kernels/block.ts';
import { pythonWith } from '../kernels/testing/python.ts';
import { openMatrix, openPlate } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-huge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = `
import sys, h5py, numpy as np
path, before = sys.argv[1], 5_000_000_000
with h5py.File(path, 'w') as f:
    f.attrs['encoding-type'] = 'anndata'; f.attrs['encoding-version'] = '0.1.0'
    x = f.create_group('X')
    x.attrs['encoding-type'] = 'csr_matrix'; x.attrs['encoding-version'] = '0.1.0'; x.attrs['shape'] = np.array([4, 10])
    x['indptr'] = np.array([0, before, before + 3, before + 3, before + 5], dtype='int64')
    data = x.create_dataset('data', shape=(before + 5,), dtype='f4', chunks=(4_000_000,), compression='gzip')
    indices = x.create_dataset('indices', shape=(before + 5,), dtype='i8', chunks=(4_000_000,), compression='gzip')
    data[before:] = [1, 2, 3, 4, 5]; indices[before:] = [0, 4, 9, 3, 7]
    for name, n in (('obs', 4), ('var', 10)):
        g = f.create_group(name)
        g.attrs['encoding-type'] = 'dataframe'; g.attrs['encoding-version'] = '0.2.0'; g.attrs['_index'] = '_index'
        g.attrs.create('column-order', np.array([], dtype='S1'))
        d = g.create_dataset('_index', data=[f'{name}{i}' for i in range(n)], dtype=h5py.string_dtype())
        d.attrs['encoding-type'] = 'string-array'; d.attrs['encoding-version'] = '0.2.0'
`;

const python = pythonWith('h5py', 'numpy');

test.skipIf(python === null)('rows that begin after five thousand million entries are read like any others', async () => {
  const path = join(folder, 'huge.h5ad');
  execFileSync(python!, ['-c', script, path]);
  const plate = await openPlate(path);
  const spec = plate.matrices()[0]!;
  expect(spec.facts.stored).toBe(5_000_000_005);
  const reader = openMatrix(spec, plainArena);
  const rows: { indices: number[]; values: number[] }[] = [];
  for await (const block of reader.blocks({ rowStart: 1, rowEnd: 4, maxRows: 2, maxStored: 1000 })) {
    for (let row = 0; row < block.rows; row++) {
      const [from, to] = [block.indptr[row]!, block.indptr[row + 1]!];
      rows.push({ indices: [...block.indices.subarray(from, to)], values: [...block.values.subarray(from, to)] });
    }
  }
  expect(rows).toEqual([
    { indices: [0, 4, 9], values: [1, 2, 3] },
    { indices: [], values: [] },
    { indices: [3, 7], values: [4, 5] },
  ]);
  reader.close();
  plate.close();
});
