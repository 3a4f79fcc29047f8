import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../results/testing/python.ts';
import { sliceColumn } from '../stores/tables/frame.ts';
import type { Column } from '../stores/contract.ts';
import { readColumnFile, writeColumnFile } from './file.ts';

const folder = scratchFolder();
let files = 0;

/** Writes the column slice by slice and reads rows [start, end) back. */
function roundTrip(column: Column, rows: number, start = 0, end = rows) {
  const plate = { nObs: rows, obsColumn: (_: string, from = 0, to = rows) => sliceColumn(column, from, to) };
  const ref = writeColumnFile(plate, 'x', join(folder, `${++files}.column`));
  return { ref, values: readColumnFile(ref, start, end) };
}

/** Labels as text; null where missing. */
function labels(column: Column, rows: number, start = 0, end = rows): (string | null)[] {
  const { values } = roundTrip(column, rows, start, end);
  if (values.kind !== 'codes') throw new Error('no labels');
  return Array.from(values.codes, (code) => (code < 0 ? null : values.categories[code]!));
}

describe('column files', () => {
  test('numbers keep every bit, missing ones too, and any range can be read', () => {
    const numbers = Float64Array.of(1.5, NaN, -0, 1e300, 2 ** 53);
    const { values } = roundTrip({ kind: 'number', values: numbers, integer: false }, 5, 1, 4);
    expect(values).toEqual({ kind: 'number', values: numbers.slice(1, 4) });
  });

  test('numbers of single precision come back as such', () => {
    const { values, ref } = roundTrip({ kind: 'number', values: Float64Array.from([Math.fround(0.1), 3]), integer: false, single: true }, 2);
    expect(values).toEqual({ kind: 'number', values: Float32Array.of(0.1, 3) });
    expect(structuredClone(ref)).toEqual(ref);
  });

  test('booleans are 0 and 1, missing ones NaN', () => {
    expect(roundTrip({ kind: 'boolean', values: Uint8Array.of(1, 0, 1), missing: Uint8Array.of(0, 0, 1) }, 3).values).toEqual({ kind: 'number', values: Float64Array.of(1, 0, NaN) });
    expect(roundTrip({ kind: 'boolean', values: Uint8Array.of(1, 0), missing: null }, 2).values).toEqual({ kind: 'number', values: Float64Array.of(1, 0) });
  });

  test('categories and strings become codes with their labels; missing ones stay missing', () => {
    expect(labels({ kind: 'categorical', codes: Int32Array.of(2, -1, 0, 2), categories: ['a', 'b', 'c'], ordered: false }, 4)).toEqual(['c', null, 'a', 'c']);
    expect(labels({ kind: 'string', values: ['x', '', 'x', 'y'] }, 4)).toEqual(['x', '', 'x', 'y']);
    expect(labels({ kind: 'string', values: ['x', '', 'y'], missing: Uint8Array.of(0, 1, 0) }, 3)).toEqual(['x', null, 'y']);
  });

  test('labels keep their meaning across slices, whatever comes first in each', () => {
    const rows = 1_000_003;
    const column: Column = { kind: 'string', values: Array.from({ length: rows }, (_, row) => (row < 999_999 ? 'early' : `late ${row % 3}`)) };
    expect(labels(column, rows, 999_997, rows)).toEqual(['early', 'early', 'late 0', 'late 1', 'late 2', 'late 0']);
  });

  test('a file that is too short is an error, not zeros', () => {
    const { ref } = roundTrip({ kind: 'number', values: Float64Array.of(1, 2), integer: true }, 2);
    expect(() => readColumnFile(ref, 0, 3)).toThrow('shorter');
  });
});
