import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLoader } from '../../loader/index.ts';
import { denseOf, testPlates, type TestPlates } from '../../loader/testing/plates.cases.ts';
import { storageFormats } from '../../../protocol/storage.ts';
import { compareStorage, spreadOf } from './bench.ts';
import { writeCopy } from './copies.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates(800);
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

test('formats are compared on the disk of the folder: bytes, ascending and random cells apart, median and spread over five epochs', async () => {
  const folder = join(plates.folder, 'disk');
  mkdirSync(folder);
  // Of a comparison that was killed.
  mkdirSync(join(folder, `.truckee-storage-${hostname()}-${spawnSync(process.execPath, ['-e', '']).pid}_1`));
  const ticks: number[] = [];
  const answer = await compareStorage({ files: plates.files, cells: 450, folder, epochs: 5, cold: false }, { onEpoch: (done, total) => void ticks.push(total - done) });
  expect(answer).toMatchObject({ cells: 450, genes: 800, cache: 'warm' });
  expect(answer.formats.map(({ format }) => format)).toEqual([...storageFormats]);
  for (const { bytes, bytes_per_cell: perCell, sequential, random } of answer.formats) {
    expect(bytes / 450).toBeCloseTo(perCell, 9);
    for (const rates of [sequential, random]) {
      expect(rates.n).toBe(5);
      const order = [rates.least, rates.q25, rates.median, rates.q75, rates.most];
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(rates.least).toBeGreaterThan(0);
    }
  }
  const bytesOf = (name: string): number => answer.formats.find(({ format }) => format === name)!.bytes;
  expect(bytesOf('pack')).toBeLessThan(bytesOf('HDF5, gzip'));
  expect(bytesOf('HDF5, gzip')).toBeLessThan(bytesOf('HDF5, uncompressed'));
  expect(answer.words.join(' ')).toMatch(/gzip HDF5 gives [\d.]+x the cells of Parquet/);
  expect(ticks.at(-1)).toBe(0);
  // Nothing is left behind.
  expect(readdirSync(folder)).toEqual([]);
  await expect(compareStorage({ files: plates.files, cells: 10, folder, epochs: 4, cold: false })).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
});

test('every copy holds the cells it was made from', async () => {
  const source = await openLoader({ files: [plates.files[0]!], strategy: { kind: 'streaming' }, batch: 400, workers: 0 });
  const whole = await source.rows(Array.from({ length: 400 }, (_, row) => row));
  if (whole.x.kind !== 'csr') throw new Error('csr was asked for');
  const dense = denseOf(whole, 800);
  const sample = { cells: 400, genes: source.genes, entries: whole.x.values.length, blocks: [{ rows: 400, indptr: whole.x.indptr, indices: whole.x.indices, values: whole.x.values }] };
  for (const format of storageFormats) {
    const copy = await writeCopy(format, join(plates.folder, 'copies'), sample);
    const loader = await openLoader({ files: [copy.path], strategy: { kind: 'streaming' }, workers: 0, backend: copy.backend });
    expect(loader.genes).toEqual(source.genes);
    expect(denseOf(await loader.rows(Array.from({ length: 400 }, (_, row) => row)), 800)).toEqual(dense);
    await loader.close();
  }
  await source.close();
});

test('quantiles are those of numpy', () => {
  // numpy.quantile([1, 2, 4, 8, 16, 32], [0, .25, .5, .75, 1])
  expect(spreadOf([32, 1, 4, 2, 16, 8])).toEqual({ n: 6, least: 1, q25: 2.5, median: 6, q75: 14, most: 32 });
});
