/** Blocks of any size against the whole matrix, for each way a matrix is stored. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { plainArena, type Arena } from '../kernels/block.ts';
import { openMatrix, openPlate, transposeToSpool, type MatrixSpec } from './index.ts';
import { allRows, digestRows, hasSharedData, sharedData } from './test-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-rows-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function specOf(name: string, slot: string): Promise<MatrixSpec> {
  const plate = await openPlate(join(sharedData, name));
  const spec = plate.matrices().find((candidate) => candidate.facts.slot === slot)!;
  plate.close();
  return transposeToSpool(spec, join(folder, `${name.replaceAll('/', '-')}-${slot.replaceAll('/', '-')}.spool`), { memoryBytes: 6e6 });
}

const stored: readonly (readonly [file: string, slot: string])[] = [
  ['jurkat-crispr/jurkat_crispr_7500.h5ad', 'X'],
  ['h5ad-encodings/anndataR-example.h5ad', 'layers/csc_counts'],
  ['h5ad-encodings/cellxgene-nan-compound.h5ad', 'X'],
  ['h5ad-encodings/tiledbsoma-pbmc-multiome-100x100.h5ad', 'X'],
  ['tenx/cellranger3-mtx', 'X'],
];

describe.skipIf(!hasSharedData)('blocks', () => {
  test.each(stored)('of %s %s are the same rows whatever their size', async (file, slot) => {
    const spec = await specOf(file, slot);
    const whole = digestRows(await allRows(spec, spec.facts.nObs, 1e9));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 20_000 }), async (maxRows, maxStored) => {
        expect(digestRows(await allRows(spec, maxRows, maxStored))).toBe(whole);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  test.each(stored)('of %s %s in any range are a piece of the whole', async (file, slot) => {
    const spec = await specOf(file, slot);
    const { indptr, indices, values } = await allRows(spec, 1000, 1e6);
    const reader = openMatrix(spec, plainArena);
    const row = fc.integer({ min: 0, max: spec.facts.nObs });
    await fc.assert(
      fc.asyncProperty(row, row, fc.integer({ min: 1, max: 500 }), async (a, b, maxRows) => {
        const [rowStart, rowEnd] = [Math.min(a, b), Math.max(a, b)];
        let next = rowStart;
        for await (const block of reader.blocks({ rowStart, rowEnd, maxRows, maxStored: 3000 })) {
          expect(block.rowStart).toBe(next);
          const count = block.indptr[block.rows]!;
          const [from, to] = [indptr[next]!, indptr[next + block.rows]!];
          expect(count).toBe(to - from);
          expect(block.indices.subarray(0, count)).toEqual(indices.subarray(from, to));
          expect(block.values.subarray(0, count)).toEqual(values.subarray(from, to));
          next += block.rows;
        }
        expect(next).toBe(rowEnd);
      }),
      { numRuns: 25, seed: 6 },
    );
    reader.close();
  });

  test('of the same matrix in row order, column order and dense agree', async () => {
    const name = 'h5ad-encodings/anndataR-example.h5ad';
    const [rows, columns, dense] = await Promise.all(
      ['layers/counts', 'layers/csc_counts', 'layers/dense_counts'].map(async (slot) => digestRows(await allRows(await specOf(name, slot), 7, 500))),
    );
    expect(columns).toBe(rows);
    expect(dense).toBe(rows);
  });

  test('take and give back the arena fairly, also when reading stops early', async () => {
    for (const [file, slot] of stored) {
      const held = new Set<object>();
      const take = <T extends object>(array: T): T => (held.add(array), array);
      const arena: Arena = {
        int32: (length) => take(plainArena.int32(length)),
        float32: (length) => take(plainArena.float32(length)),
        float64: (length) => take(plainArena.float64(length)),
        uint8: (length) => take(plainArena.uint8(length)),
        release: (array) => expect(held.delete(array)).toBe(true),
        heldBytes: () => 0,
      };
      const spec = await specOf(file, slot);
      const reader = openMatrix(spec, arena);
      for (const maxStored of [50, 5000]) {
        for await (const block of reader.blocks({ rowStart: 0, rowEnd: spec.facts.nObs, maxRows: 64, maxStored })) {
          expect(held.has(block.indices) && held.has(block.values) && held.has(block.indptr)).toBe(true);
          if (block.rowStart > 64) break;
        }
      }
      reader.close();
      expect(held.size).toBe(0);
    }
  });
});
