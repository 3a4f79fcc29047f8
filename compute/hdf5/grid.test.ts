/** Every dtype, layout, filter, byte order and file version, value by value against what h5py wrote. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Dtype } from '../../protocol/matrix.ts';
import { openArray, openStructure, prepareForeign, type NumericArray, type Structure } from './index.ts';
import { python, runPython, scratchFolder } from './testing/python.ts';
import { arrayOf, bytesOf, viewOf } from './views.ts';

interface Entry {
  readonly file: string;
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Where its values begin in values.bin. */
  readonly at: number;
  readonly kind: string;
}

describe.skipIf(python === null)('datasets written by h5py (needs Python with h5py)', () => {
  const folder = scratchFolder();
  const structures = new Map<string, Structure>();
  let entries: Entry[] = [];
  let values: Uint8Array = new Uint8Array(0);

  beforeAll(async () => {
    entries = JSON.parse(runPython('grid.py', folder));
    values = new Uint8Array(readFileSync(join(folder, 'values.bin')));
    for (const file of new Set(entries.map((e) => e.file))) structures.set(file, await openStructure(file));
  });
  afterAll(() => {
    for (const structure of structures.values()) structure.close();
    rmSync(folder, { recursive: true });
  });

  const expected = (entry: Entry): NumericArray => {
    const count = entry.shape.reduce((a, b) => a * b, 1);
    const bytes = values.slice(entry.at, entry.at + count * arrayOf(entry.dtype, 0).BYTES_PER_ELEMENT);
    return viewOf(entry.dtype, bytes, count);
  };
  const described = (entry: Entry) => structures.get(entry.file)!.describe(entry.name);
  const each = async (axes: number, check: (entry: Entry, want: NumericArray) => void | Promise<void>): Promise<number> => {
    const chosen = entries.filter((entry) => entry.shape.length === axes);
    for (const entry of chosen) await check(entry, expected(entry));
    return chosen.length;
  };

  test('are described as what they are', () => {
    for (const entry of entries) {
      const spec = described(entry);
      const got = [entry.file, entry.name, spec.dtype, spec.shape, spec.layout.kind];
      expect(got).toEqual([entry.file, entry.name, entry.dtype, entry.shape, entry.kind]);
    }
    expect(entries.length).toBeGreaterThan(1500);
  });

  test('read back byte for byte in their stored type', async () => {
    const count = await each(1, (entry, want) => {
      const reader = openArray(described(entry));
      const got = reader.read(0, entry.shape[0]!);
      reader.close();
      expect(got.constructor, entry.name).toBe(want.constructor);
      expect(Buffer.compare(bytesOf(got), bytesOf(want)), `${entry.file} ${entry.name}`).toBe(0);
    });
    expect(count).toBeGreaterThan(800);
  });

  test('read piecewise into float64, pieces of any length in any order', async () => {
    let seed = 1;
    const below = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    await each(1, (entry, want) => {
      const length = entry.shape[0]!;
      const reader = openArray(described(entry));
      const out = new Float64Array(length + 5);
      for (let round = 0; round < 8; round++) {
        const [a, b] = [below(length + 1), below(length + 1)].sort((x, y) => x - y) as [number, number];
        out.fill(-1);
        reader.readInto(a, b, out, 3);
        expect([...out.subarray(3, 3 + b - a)], `${entry.file} ${entry.name} ${a} to ${b}`).toEqual([...want.subarray(a, b)].map(Number));
        expect(out.subarray(3 + b - a).every((value) => value === -1)).toBe(true);
      }
      reader.close();
    });
  });

  test('read into int32 and float32 where the values allow', async () => {
    await each(1, (entry, want) => {
      const reader = openArray(described(entry));
      const numbers = [...want].map(Number);
      const floats = new Float32Array(numbers.length);
      reader.readInto(0, numbers.length, floats, 0);
      expect([...floats], entry.name).toEqual(numbers.map(Math.fround));
      const ints = new Int32Array(numbers.length);
      const read = (): void => reader.readInto(0, numbers.length, ints, 0);
      if (numbers.every((value) => Object.is(value | 0, value))) {
        read();
        expect([...ints], entry.name).toEqual(numbers);
      } else {
        expect(read, entry.name).toThrowError(expect.objectContaining({ kind: 'corrupt-file' }));
      }
      reader.close();
    });
  });

  test('give rows of matrices, whole and a few at a time', async () => {
    const count = await each(2, async (entry, want) => {
      const [rows, cols] = [entry.shape[0]!, entry.shape[1]!];
      const spec = described(entry);
      await prepareForeign([spec]);
      const reader = openArray(spec);
      const whole = new Float64Array(rows * cols);
      reader.readRows(0, rows, whole);
      const numbers = [...want].map(Number);
      expect([...whole], `${entry.file} ${entry.name}`).toEqual(numbers);
      const few = new Float32Array(5 * cols);
      for (let row = 0; row < rows; row += 5) {
        const end = Math.min(rows, row + 5);
        reader.readRows(row, end, few);
        expect([...few.subarray(0, (end - row) * cols)]).toEqual(numbers.slice(row * cols, end * cols).map(Math.fround));
      }
      reader.close();
    });
    expect(count).toBeGreaterThan(800);
  });

  test('several foreign arrays at once, and none without preparing', async () => {
    const specs = entries.filter((entry) => entry.kind === 'foreign').map(described);
    expect(specs.length).toBeGreaterThan(2);
    await prepareForeign(specs);
    const readers = specs.map((spec) => openArray(spec));
    expect(() => openArray(specs[0]!)).toThrowError(expect.objectContaining({ kind: 'internal' }));
    for (const reader of readers) {
      const [rows, cols] = reader.spec.shape as [number, number];
      const wanted = [...expected(entries.find((e) => e.file === reader.spec.file && e.name === reader.spec.name)!)].map(Number);
      const out = new Float64Array(3 * cols);
      reader.readRows(rows - 3, rows, out);
      expect([...out]).toEqual(wanted.slice(-3 * cols));
      reader.close();
    }
  });

  test('scattered ranges with only the start of chunks inflated', async () => {
    let seed = 5;
    const below = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
    await each(1, (entry, want) => {
      const length = entry.shape[0]!;
      const reader = openArray(described(entry), { prefixes: true });
      const out = new Float64Array(8);
      for (let round = 0; round < 12 && length > 8; round++) {
        const start = below(length - 8);
        reader.readInto(start, start + 8, out, 0);
        expect([...out], `${entry.name} from ${start}`).toEqual([...want.subarray(start, start + 8)].map(Number));
      }
      reader.close();
    });
  });

  test('the own reader and the HDF5 library agree on small arrays', () => {
    for (const entry of entries.filter((e) => e.name.includes('/gzip') || e.kind === 'foreign')) {
      const got = structures.get(entry.file)!.numbers(entry.name);
      expect([...got], entry.name).toEqual([...expected(entry)].map(Number));
    }
  });
});
