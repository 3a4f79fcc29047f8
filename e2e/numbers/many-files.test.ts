/** A collection of many files, public and in-house ones that list other genes, read as one set: nothing is copied, every cell comes once. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openLoader } from '../../compute/loader/index.ts';
import { writePlateFile } from '../support/plate-file.ts';
import { scratch } from '../support/truckee.ts';

const [shards, cells] = [138, 7];
const folder = scratch();
const files = Array.from({ length: shards }, (_, shard) => join(folder, `shard${shard}.h5ad`));
/** Every fifth shard is in-house: two genes of its own, the shared ones backwards. */
const genesOf = (shard: number): string[] => (shard % 5 === 4 ? ['H0', ...Array.from({ length: 9 }, (_, i) => `G${8 - i}`), 'H1'] : Array.from({ length: 12 }, (_, i) => `G${i}`));
/** The count of a gene says which cell and gene it belongs to. */
const countOf = (shard: number, cell: number, gene: string): number => 1 + shard * 1000 + cell * 100 + (gene.startsWith('H') ? 50 : 0) + Number(gene.slice(1));

beforeAll(async () => {
  for (const [shard, path] of files.entries()) {
    const genes = genesOf(shard);
    const matrix = {
      cells, genes: genes.length, indptr: Int32Array.from({ length: cells + 1 }, (_, cell) => cell * genes.length), indices: Int32Array.from({ length: cells * genes.length }, (_, at) => at % genes.length),
      values: Float32Array.from({ length: cells * genes.length }, (_, at) => countOf(shard, Math.floor(at / genes.length), genes[at % genes.length]!)),
    };
    await writePlateFile(path, matrix, { genes, cells: `shard${shard}`, obs: { batch: { kind: 'string', values: Array.from({ length: cells }, () => `b${shard % 3}`) } } });
  }
});

test.each([['inner', 9], ['outer', 14]] as const)('138 shards are one set without a copy, genes joined as asked: %s', async (join, width) => {
  const before = readdirSync(folder);
  const common = { strategy: { kind: 'blocks', block: 2 }, batch: 32, fetchFactor: 4, workers: 0 } as const;
  await expect(openLoader({ ...common, files: files.slice(3, 5) })).rejects.toMatchObject({ data: { kind: 'gene-mismatch' } });
  const loader = await openLoader({ ...common, files, join, labels: ['batch'] });
  expect([loader.cells, loader.plates.length, loader.genes.length]).toEqual([shards * cells, shards, width]);
  const rows: number[] = [];
  for await (const { x, rows: ids, obs } of loader.epoch(0)) {
    if (x.kind !== 'csr') throw new Error('csr was asked for');
    ids.forEach((row, i) => {
      const plate = loader.plates.findLast(({ rowOffset }) => rowOffset <= row)!;
      const shard = Number(plate.name.slice('shard'.length));
      const found = Array.from(x.indices.subarray(x.indptr[i]!, x.indptr[i + 1]!), (gene, k) => [loader.genes[gene]!, x.values[x.indptr[i]! + k]!] as const);
      const expected = genesOf(shard).filter((gene) => loader.genes.includes(gene)).map((gene) => [gene, countOf(shard, row - plate.rowOffset, gene)] as const);
      expect(new Map(found)).toEqual(new Map(expected));
      expect(loader.labels['batch']!.categories[obs['batch']![i]!]).toBe(`b${shard % 3}`);
    });
    rows.push(...ids);
  }
  expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: shards * cells }, (_, row) => row));
  await loader.close();
  expect(readdirSync(folder)).toEqual(before);
});
