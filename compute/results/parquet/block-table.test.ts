import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { scratchFolder } from '../testing/python.ts';
import { createBlockTable, readNumbers, writeNumbers } from './block-table.ts';

const folder = scratchFolder();

test.each([[1, 1], [7, 3], [300, 20], [70_000, 17]])('%i rows in each of %i blocks come back from a reader of Parquet, whatever the order of writing', async (rows, blocks) => {
  const path = join(folder, `${rows}.parquet`);
  const targets = Array.from({ length: blocks }, (_, b) => `[('Größe ${b}', ${b}.5, 'uM')]`);
  const genes = Array.from({ length: rows }, (_, g) => `gene-${g}`);
  const counts = targets.map((_, b) => 10 + b * 1e9);
  const places = createBlockTable(path, [
    { name: 'target', kind: 'block-label', values: targets }, { name: 'feature', kind: 'row-label', values: genes },
    { name: 'p_value', kind: 'number', single: false }, { name: 'cells', kind: 'block-count', values: counts }, { name: 'share', kind: 'number', single: true },
  ], rows, blocks);
  expect(statSync(path).size).toBe(places.bytes);
  const value = (block: number, row: number): number => (row % 5 === 4 ? Infinity : block + row / 3);
  const fd = openSync(path, 'r+');
  for (let block = blocks - 1; block >= 0; block--) {
    for (const [start, end] of [[Math.floor(rows / 2), rows], [0, Math.floor(rows / 2)]] as const) {
      const part = Float64Array.from({ length: end - start }, (_, i) => value(block, start + i));
      writeNumbers(fd, places, 'p_value', block, start, part);
      writeNumbers(fd, places, 'share', block, start, Float32Array.from(part, (v) => v / 2));
    }
  }
  expect(readNumbers(fd, path, places, 'p_value', blocks - 1, rows - 1)[0]).toBe(value(blocks - 1, rows - 1));
  expect(readNumbers(fd, path, places, 'share', 0)[0]).toBe(Math.fround(value(0, 0) / 2));
  closeSync(fd);

  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  expect(Number(metadata.num_rows)).toBe(rows * blocks);
  // The first and the last rows: all of them would be a million objects.
  for (const rowStart of [0, Math.max(0, rows * blocks - 50)]) {
    const read = await parquetReadObjects({ file, metadata, rowStart, rowEnd: Math.min(rows * blocks, rowStart + 50) });
    read.forEach((row, i) => {
      const [block, gene] = [Math.floor((rowStart + i) / rows), (rowStart + i) % rows];
      expect(row).toEqual({ target: targets[block], feature: genes[gene], p_value: value(block, gene), cells: BigInt(counts[block]!), share: Math.fround(value(block, gene) / 2) });
    });
  }
});
