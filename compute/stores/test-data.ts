/** For tests: the shared data (env TRUCKEE_TEST_DATA, or beside the repository) and digests comparable with Python's. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { plainArena } from '../kernels/block.ts';
import type { Column, MatrixSpec } from './contract.ts';
import { openMatrix } from './open-matrix.ts';
import { labelsOf } from './tables/frame.ts';

export const sharedData = process.env['TRUCKEE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
export const hasSharedData = existsSync(join(sharedData, 'manifest.json'));
export const fixtures = join(import.meta.dirname, 'fixtures');

export interface Rows {
  readonly indptr: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** All blocks of a matrix, one after the other; also checks that they keep to their limits. */
export async function allRows(spec: MatrixSpec, maxRows: number, maxStored: number): Promise<Rows> {
  const { nObs } = spec.facts;
  const reader = openMatrix(spec, plainArena);
  const indptr = new Float64Array(nObs + 1);
  const indices: number[] = [];
  const values: number[] = [];
  let next = 0;
  try {
    for await (const block of reader.blocks({ rowStart: 0, rowEnd: nObs, maxRows, maxStored })) {
      const stored = block.indptr[block.rows]!;
      if (block.rowStart !== next || block.rows < 1 || block.rows > maxRows) throw new Error(`block of ${block.rows} rows at ${block.rowStart}`);
      if (block.rows > 1 && stored > maxStored) throw new Error(`block of ${block.rows} rows holds ${stored} entries`);
      for (let row = 0; row < block.rows; row++) indptr[next + row + 1] = indptr[next]! + block.indptr[row + 1]!;
      for (let i = 0; i < stored; i++) {
        indices.push(block.indices[i]!);
        values.push(block.values[i]!);
      }
      next += block.rows;
    }
  } finally {
    reader.close();
  }
  if (next !== nObs) throw new Error(`blocks end at row ${next} of ${nObs}`);
  return { indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) };
}

/** 16 hexadecimal digits of a SHA-256, as expect.py takes them. */
export function digest(...parts: readonly (NodeJS.TypedArray | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

export function digestRows({ indptr, indices, values }: Rows): string {
  return digest(indptr, indices, values);
}

export function digestLabels(labels: readonly (string | null)[]): string {
  return digest(labels.map((label) => label ?? '\0').join('\x1f'));
}

export function digestColumn(column: Column): [kind: string, digest: string] {
  switch (column.kind) {
    case 'number':
      return [column.integer ? 'integer' : 'float', digest(column.values.map((value) => (Number.isNaN(value) ? NaN : value)))];
    case 'boolean':
      return ['boolean', digest(column.values.map((value, i) => (column.missing?.[i] ? 2 : value)))];
    case 'categorical':
    case 'string':
      return [column.kind, digestLabels(labelsOf(column))];
  }
}
