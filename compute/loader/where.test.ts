import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rangedRows } from '../sampling/index.ts';
import type { LoaderOptions } from './contract.ts';
import { openLoader } from './loader.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const small = (more: Partial<LoaderOptions>): LoaderOptions => ({ files: plates.files, strategy: { kind: 'blocks', block: 4 }, batch: 32, fetchFactor: 4, workers: 0, ...more });
const rowsOf = async (more: Partial<LoaderOptions>): Promise<number[]> => {
  const loader = await openLoader(small(more));
  const rows: number[] = [];
  for await (const batch of loader.epoch(0)) rows.push(...batch.rows);
  await loader.close();
  return rows.sort((a, b) => a - b);
};

test('only cells that meet the expression come, each once, whatever the strategy and the workers', async () => {
  const loader = await openLoader(small({ labels: ['plate', 'cell_line', 'pcnt_mito'] }));
  const { plate, cell_line: line, pcnt_mito: mito } = loader.labels;
  const nameOf = (label: typeof line, row: number): string => label!.categories[label!.values[row]!]!;
  const wanted = nameOf(line, 5);
  const expected = Array.from({ length: 1200 }, (_, row) => row).filter((row) => nameOf(line, row) === wanted && (mito!.values[row]! < 0.05 || nameOf(plate, row) === 'plate2'));
  await loader.close();
  expect(expected.length).toBeGreaterThan(5);
  expect(expected.length).toBeLessThan(1000);
  const where = `cell_line == "${wanted}" and (pcnt_mito < 0.05 or plate == "plate2")`;
  expect(await rowsOf({ where })).toEqual(expected);
  expect(await rowsOf({ where, strategy: { kind: 'chunks' }, workers: 2 })).toEqual(expected);
  // Of a subset, those in it.
  expect(await rowsOf({ where, subset: rangedRows([[100, 500], [900, 1200]]) })).toEqual(expected.filter((row) => (row >= 100 && row < 500) || row >= 900));
});

test('what cannot be asked is refused by its name', async () => {
  await expect(openLoader(small({ where: 'cell_lin == "a"' }))).rejects.toMatchObject({ data: { kind: 'unknown-column', message: expect.stringContaining('cell_lin') as string } });
  await expect(openLoader(small({ where: 'pcnt_mito < -1' }))).rejects.toMatchObject({ data: { kind: 'invalid-parameter', message: expect.stringContaining('no cell meets it') as string } });
  await expect(openLoader(small({ where: 'pcnt_mito <' }))).rejects.toMatchObject({ data: { kind: 'bad-expression' } });
});
