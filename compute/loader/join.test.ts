import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasSharedData, sharedData } from '../stores/test-data.ts';
import { joinGenes } from './genes.ts';
import { openLoader } from './loader.ts';
import { denseOf } from './testing/plates.cases.ts';

const files = [{ name: 'a', genes: ['G1', 'G2', 'G3'] }, { name: 'b', genes: ['G3', 'G4', 'G1'] }];

describe('genes of files that differ', () => {
  test('same refuses, inner keeps what is shared, outer keeps all', () => {
    expect(() => joinGenes(files, 'same', undefined)).toThrow(/do not list the same genes/);
    expect(joinGenes(files, 'inner', undefined)).toEqual({ names: ['G1', 'G3'], columns: [Int32Array.of(0, -1, 1), Int32Array.of(1, -1, 0)] });
    expect(joinGenes(files, 'outer', undefined)).toEqual({ names: ['G1', 'G2', 'G3', 'G4'], columns: [Int32Array.of(0, 1, 2), Int32Array.of(2, 3, 0)] });
  });

  test('chosen genes take the columns they are named for; one that a file lacks needs outer', () => {
    expect(joinGenes(files, 'outer', ['G4', 'G1'])).toEqual({ names: ['G4', 'G1'], columns: [Int32Array.of(1, -1, -1), Int32Array.of(-1, 0, 1)] });
    expect(() => joinGenes(files, 'inner', ['G4'])).toThrow(/no gene/);
    expect(() => joinGenes(files, 'inner', ['G1', 'G1'])).toThrow(/more than once/);
  });
});

describe.skipIf(!hasSharedData)('real files (needs the shared data)', () => {
  test('two runs with other gene lists in other orders, dense and LZF, as one', async () => {
    const paths = ['pbmc_5k_protein_v3.h5ad', 'pbmc_10k_protein_v3.h5ad'].map((name) => join(sharedData, 'pbmc-cite', name));
    const sums: number[] = [];
    for (const mode of ['inner', 'outer'] as const) {
      const loader = await openLoader({ files: paths, strategy: { kind: 'blocks', block: 1 }, batch: 50, fetchFactor: 2, workers: 0, join: mode });
      let sum = 0;
      let cells = 0;
      for await (const batch of loader.epoch(0)) {
        sum += denseOf(batch, loader.genes.length).reduce((a, b) => a + b, 0);
        cells += batch.cells;
      }
      expect(cells).toBe(400);
      sums.push(sum);
      await loader.close();
    }
    // Outer loses nothing, inner what only one run measured.
    expect(sums[0]!).toBeLessThan(sums[1]!);
    await expect(openLoader({ files: paths, strategy: { kind: 'streaming' } })).rejects.toMatchObject({ data: { kind: 'gene-mismatch' } });
  });
});

test('a TileDB-SOMA store is refused with the way to convert it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-soma-'));
  mkdirSync(join(folder, '__tiledb_group_ops'));
  writeFileSync(join(folder, '__tiledb_group.tdb'), '');
  await expect(openLoader({ files: [folder], strategy: { kind: 'streaming' } })).rejects.toMatchObject({ data: { kind: 'unsupported-format', facts: { format: 'TileDB-SOMA' }, remedy: expect.stringContaining('to_h5ad') } });
  rmSync(folder, { recursive: true });
});
