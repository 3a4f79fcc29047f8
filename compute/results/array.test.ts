import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createArray, openStored, readFloat32, readFloat64, writeArray, type StoredDtype, type StoredValues } from './array.ts';
import { anndataPython, runScript, scratchFolder } from './testing/python.ts';

const folder = scratchFolder();
let arrays = 0;
const freshPath = (): string => join(folder, `array-${++arrays}`);
const corrupt = expect.objectContaining({ data: expect.objectContaining({ kind: 'corrupt-result' }) });

const makers: Readonly<Record<StoredDtype, (values: readonly number[]) => StoredValues>> = {
  float32: (v) => Float32Array.from(v), float64: (v) => Float64Array.from(v), int32: (v) => Int32Array.from(v), uint8: (v) => Uint8Array.from(v), uint32: (v) => Uint32Array.from(v),
};
const dtypes = Object.keys(makers) as StoredDtype[];

describe('result arrays', () => {
  test('what is appended in any portions is read back in any ranges', () => {
    const portions = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 });
    fc.assert(fc.property(fc.constantFrom(...dtypes), fc.option(fc.integer({ min: 1, max: 4 })), portions, fc.nat(), fc.nat(), (dtype, columns, sizes, a, b) => {
      const rows = sizes.reduce((sum, size) => sum + size, 0);
      const width = columns ?? 1;
      const all = makers[dtype](Array.from({ length: rows * width }, (_, i) => (i * 37) % 251));
      const writer = createArray(freshPath(), { dtype, shape: columns === null ? [rows] : [rows, columns], attributes: { made: 'here' } });
      let at = 0;
      for (const size of sizes) {
        writer.append(all.slice(at * width, (at + size) * width));
        at += size;
        expect(writer.rowsWritten).toBe(at);
      }
      writer.close();
      const stored = openStored(writer.path);
      expect(stored).toMatchObject({ dtype, shape: columns === null ? [rows] : [rows, columns], attributes: { made: 'here' } });
      expect(stored.read()).toEqual(all);
      const [start, end] = [Math.min(a % (rows + 1), b % (rows + 1)), Math.max(a % (rows + 1), b % (rows + 1))];
      expect(stored.read(start, end)).toEqual(all.slice(start * width, end * width));
    }), { numRuns: 60 });
  });

  test('rows beyond 100,000 go on in further chunk files, all of one size', () => {
    const values = Int32Array.from({ length: 250_001 }, (_, i) => i * 3);
    const path = freshPath();
    writeArray(path, values);
    expect(readdirSync(path).filter((name) => !name.startsWith('.')).sort()).toEqual(['0', '1', '2']);
    expect(new Set([0, 1, 2].map((chunk) => readFileSync(join(path, `${chunk}`)).length))).toEqual(new Set([400_000]));
    expect(openStored(path).read(99_998, 200_003)).toEqual(values.slice(99_998, 200_003));
  });

  test('NaN, infinities and minus zero keep their bits', () => {
    const values = Float64Array.of(NaN, -0, Infinity, -Infinity, 5e-324);
    const path = freshPath();
    writeArray(path, values);
    expect(readFloat64(openStored(path))).toEqual(values);
    expect(Object.is(readFloat64(openStored(path))[1], -0)).toBe(true);
    expect(readFloat32(openStored(path), 2, 4)).toEqual(Float32Array.of(Infinity, -Infinity));
  });

  test('an interrupted array goes on where it was: the same bytes as in one go', () => {
    const values = Float32Array.from({ length: 210_000 * 2 }, (_, i) => Math.sin(i));
    const options = { dtype: 'float32', shape: [210_000, 2] } as const;
    const whole = createArray(freshPath(), options);
    whole.append(values);
    whole.close();
    for (const safe of [0, 1, 99_999, 100_000, 150_000, 210_000]) {
      const path = freshPath();
      const first = createArray(path, options);
      // More was written than the checkpoint knows of; what comes after it is not to be trusted.
      first.append(values.slice(0, safe * 2));
      first.append(new Float32Array(Math.min(60_000, 210_000 - safe) * 2).fill(-1));
      first.sync();
      const second = createArray(path, options, safe);
      expect(second.rowsWritten).toBe(safe);
      second.append(values.slice(safe * 2));
      second.close();
      for (const chunk of ['0.0', '1.0', '2.0', '.zarray', '.zattrs']) {
        expect(readFileSync(join(path, chunk)).equals(readFileSync(join(whole.path, chunk))), `${chunk} after going on at ${safe}`).toBe(true);
      }
    }
  });

  test('going on after rows that are not there is refused', () => {
    const path = freshPath();
    const first = createArray(path, { dtype: 'uint8', shape: [150_000] });
    first.append(new Uint8Array(70_000));
    first.sync();
    expect(() => createArray(path, { dtype: 'uint8', shape: [150_000] }, 70_001)).toThrow(corrupt);
  });

  test('too few rows, too many, parts of rows and values of another kind are refused', () => {
    const options = { dtype: 'float32', shape: [4, 2] } as const;
    const writer = createArray(freshPath(), options);
    expect(() => writer.append(new Float32Array(3))).toThrow('do not fit');
    expect(() => writer.append(new Float32Array(10))).toThrow('do not fit');
    expect(() => writer.append(new Float64Array(4))).toThrow('float64 values do not fit');
    writer.append(new Float32Array(6));
    expect(() => writer.close()).toThrow('3 of 4 rows');
  });
});

describe('damage', () => {
  const stored = (): string => {
    const path = freshPath();
    writeArray(path, Float64Array.of(1, 2, 3, 4));
    return path;
  };

  test.each([
    ['a missing chunk', (path: string) => rmSync(join(path, '0'))],
    ['a chunk that is too short', (path: string) => truncateSync(join(path, '0'), 17)],
    ['no metadata', (path: string) => rmSync(join(path, '.zarray'))],
    ['metadata that is not JSON', (path: string) => writeFileSync(join(path, '.zarray'), '{"shape": [4')],
    ['metadata of something else', (path: string) => writeFileSync(join(path, '.zarray'), '{}')],
    ['an unknown type', (path: string) => writeFileSync(join(path, '.zarray'), readFileSync(join(path, '.zarray'), 'utf8').replace('<f8', '>f8'))],
    ['a negative length', (path: string) => writeFileSync(join(path, '.zarray'), readFileSync(join(path, '.zarray'), 'utf8').replace('"shape":[4]', '"shape":[-4]'))],
    ['a chunk length of zero', (path: string) => writeFileSync(join(path, '.zarray'), readFileSync(join(path, '.zarray'), 'utf8').replace('"chunks":[4]', '"chunks":[0]'))],
  ])('%s is a corrupt result, never numbers', (_, damage) => {
    const path = stored();
    damage(path);
    expect(() => openStored(path).read()).toThrow(corrupt);
  });
});

test.skipIf(!anndataPython)('Python reads every kind and shape through zarr (needs Python)', () => {
  const kinds = dtypes.flatMap((dtype) => [[dtype, undefined], [dtype, 3]] as const);
  const paths = kinds.map(([dtype, columns]) => {
    const path = freshPath();
    writeArray(path, makers[dtype](Array.from({ length: 12 }, (_, i) => i * 7)), columns);
    return path;
  });
  const long = freshPath();
  writeArray(long, Float64Array.from({ length: 200_001 }, (_, i) => i / 2));
  const found = runScript(join(import.meta.dirname, 'testing', 'read_zarr.py'), ...paths, long) as { dtype: string; values: unknown; sum: number }[];
  kinds.forEach(([dtype, columns], i) => {
    const flat = Array.from({ length: 12 }, (_, n) => n * 7);
    const expected = columns ? [0, 3, 6, 9].map((row) => flat.slice(row, row + 3)) : flat;
    expect(found[i]).toMatchObject({ dtype, values: expected });
  });
  expect(found.at(-1)!.sum).toBe((200_000 * 200_001) / 4);
});
