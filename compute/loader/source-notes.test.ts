import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createH5ad } from '../results/h5ad/index.ts';
import { scratchFolder } from '../results/testing/python.ts';
import { openLoader } from './loader.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Three cells by two genes in X. */
async function fileOf(name: string, values: readonly number[]): Promise<string> {
  const path = join(folder, name);
  const file = createH5ad(path, { nObs: 3, nVars: 2 });
  await file.csr('X').append({ rows: 3, indptr: Int32Array.of(0, 1, 2, 3), indices: Int32Array.of(0, 1, 0), values: Float32Array.from(values) });
  const obs = file.frame('obs');
  await obs.index.append([`${name}1`, `${name}2`, `${name}3`]);
  await obs.numbers('plate', 'int64').append([1, 1, 1]);
  await file.frame('var').index.append(['A', 'B']);
  await file.close();
  return path;
}

test('values that are no counts are not normalised a second time without a word', async () => {
  const [counts, logged] = [await fileOf('counts.h5ad', [1, 5, 2]), await fileOf('logged.h5ad', [0.7, 1.6, 0.2])];
  const notesOf = async (files: string[], more: { targetSum?: number; log1p?: boolean }): Promise<readonly string[]> => {
    const loader = await openLoader({ files, strategy: { kind: 'streaming' }, workers: 0, ...more });
    await loader.close();
    return loader.notes;
  };
  expect(await notesOf([counts, logged], { targetSum: 1e4, log1p: true })).toEqual([expect.stringMatching(/logged\.h5ad has no counts: X looks normalised already, and targetSum and log1p change it once more/)]);
  expect(await notesOf([logged], { log1p: true })).toEqual([expect.stringMatching(/log1p change it once more/)]);
  expect(await notesOf([logged], {})).toEqual([]);
  expect(await notesOf([counts], { targetSum: 1e4, log1p: true })).toEqual([]);
});
