/** Files that are not HDF5, cut short, or damaged in a chunk: the error says what and where. */
import { copyFileSync, existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArray, openStructure, type DatasetSpec } from './index.ts';
import { python, runPython, scratchFolder } from './testing/python.ts';

const data = resolve(process.env['TRUCKEE_TEST_DATA'] ?? '../shared/data');
const failing = (kind: string, facts: object = {}) =>
  expect.objectContaining({ data: expect.objectContaining({ kind, facts: expect.objectContaining(facts) }) });

describe('what is not HDF5', () => {
  const folder = scratchFolder();
  afterAll(() => rmSync(folder, { recursive: true }));

  const samples: readonly [string, Uint8Array | string, string][] = [
    ['empty', '', 'an empty file'],
    ['gz.h5ad', gzipSync('x'), 'a gzip file'],
    ['zip', 'PK\x03\x04rest', 'a zip archive'],
    ['text', 'gene\tcell\nA\t1\n', 'a text file'],
    ['mtx', '%%MatrixMarket matrix coordinate', 'a Matrix Market file'],
    ['page', '\n<!DOCTYPE html><html>', 'a web page'],
    ['json', '{"a": 1}', 'a JSON file'],
    ['lfs', 'version https://git-lfs.github.com/spec/v1', 'a Git LFS pointer, not the file itself'],
    ['zeros', new Uint8Array(4096), 'a file of zeros'],
    ['noise', Uint8Array.of(1, 2, 3, 250, 251), 'something else'],
  ];
  test.each(samples)('%s is named for what it is', async (name, content, found) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    await expect(openStructure(path)).rejects.toThrowError(failing('not-hdf5', { path, found }));
  });

  test('a missing file, a folder, a Zarr folder', async () => {
    await expect(openStructure(join(folder, 'none'))).rejects.toThrowError(failing('file-not-found'));
    await expect(openStructure(folder)).rejects.toThrowError(failing('not-hdf5', { found: 'a folder' }));
    const zarr = join(folder, 'x.zarr');
    mkdirSync(zarr);
    writeFileSync(join(zarr, '.zgroup'), '{}');
    await expect(openStructure(zarr)).rejects.toThrowError(failing('not-hdf5', { found: 'a Zarr folder' }));
  });

  test.skipIf(!existsSync(data))('a real truncated file (needs the shared test data)', async () => {
    const path = join(data, 'h5ad-odd/truncated.h5');
    const whole = statSync(join(data, 'h5ad-odd/dense-uncompressed-238x187.h5ad')).size;
    await expect(openStructure(path)).rejects.toThrowError(failing('truncated-file', { expectedBytes: whole, actualBytes: whole - 2942 }));
  });
});

describe.skipIf(python === null)('damaged files (needs Python with h5py)', () => {
  const folder = scratchFolder();
  const original = join(folder, 'earliest.h5');
  const path = join(folder, 'damaged.h5');
  let names: readonly string[] = [];
  beforeAll(() => {
    const listing: { readonly file: string; readonly name: string }[] = JSON.parse(runPython('grid.py', folder));
    names = listing.filter((entry) => entry.file === original).map((entry) => entry.name);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const describeIn = async (file: string, name: string): Promise<DatasetSpec> => {
    const structure = await openStructure(file);
    const spec = structure.describe(name);
    structure.close();
    return spec;
  };
  /** A copy of the file with `bytes` put over a chunk's stored bytes, `from` bytes into it. */
  const overwrite = (spec: DatasetSpec, chunk: number, from: number, bytes: Uint8Array): void => {
    if (spec.layout.kind !== 'chunked') throw new Error('the sample is not chunked');
    copyFileSync(original, path);
    const file = openSync(path, 'r+');
    writeSync(file, bytes, 0, bytes.length, spec.layout.index.offset[chunk]! + from);
    closeSync(file);
  };

  test.each(['gzip', 'shuffle-gzip', 'sum', 'all'])('a flipped bit in a chunk with %s is noticed, and its elements are named', async (filter) => {
    const name = `/int64/one/${filter}`;
    const spec = await describeIn(original, name);
    if (spec.layout.kind !== 'chunked') throw new Error('the sample is not chunked');
    const chunk = 10;
    const [offset, stored] = [spec.layout.index.offset[chunk]!, spec.layout.index.storedBytes[chunk]!];
    const before = readFileSync(original).subarray(offset, offset + stored);
    const whole = new Float64Array(700);
    const sound = openArray(spec);
    sound.readInto(0, 700, whole, 0);
    sound.close();
    let harmless = 0;
    for (let at = 0; at < stored; at += 3) {
      overwrite(spec, chunk, at, Uint8Array.of(before[at]! ^ 0x10));
      const reader = openArray({ ...spec, file: path });
      const out = new Float64Array(700);
      try {
        reader.readInto(0, 700, out, 0);
        // Unused bits of the stream (padding, window size) may change without any effect, never with one.
        expect(out, `byte ${at}`).toEqual(whole);
        harmless++;
      } catch (thrown) {
        expect(thrown, `byte ${at}`).toEqual(failing('corrupt-chunk', { path, dataset: name, chunk, rowStart: 640, rowEnd: 700 }));
      }
      reader.readInto(0, 640, out, 0);
      expect(out.subarray(0, 640)).toEqual(whole.subarray(0, 640));
      reader.close();
    }
    expect(harmless).toBeLessThanOrEqual(2);
  });

  test('rows are named for matrices', async () => {
    for (const [layout, chunk, rowStart, rowEnd] of [['tiles', 5, 8, 16], ['wide', 7, 35, 37]] as const) {
      const spec = await describeIn(original, `/float32/${layout}/gzip`);
      overwrite(spec, chunk, 4, Uint8Array.of(0xff, 0xff, 0xff));
      const reader = openArray({ ...spec, file: path });
      const out = new Float32Array(37 * spec.shape[1]!);
      expect(() => reader.readRows(0, 37, out)).toThrowError(failing('corrupt-chunk', { chunk, rowStart, rowEnd }));
      reader.close();
    }
  });

  test('a chunk that claims far more than its bytes can hold is refused before memory is taken', async () => {
    const spec = await describeIn(original, '/float32/one/gzip');
    if (spec.layout.kind !== 'chunked') throw new Error('the sample is not chunked');
    const reader = openArray({ ...spec, shape: [2 ** 29], layout: { ...spec.layout, chunkShape: [2 ** 29] } });
    const before = process.memoryUsage().arrayBuffers;
    expect(() => reader.readInto(0, 10, new Float32Array(10), 0)).toThrowError(failing('corrupt-chunk'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
    reader.close();
  });

  test('every truncation of the file is refused at once', async () => {
    const whole = statSync(original).size;
    for (let cut = 0; cut < 40; cut++) {
      const size = Math.floor((whole * cut) / 40);
      copyFileSync(original, path);
      truncateSync(path, size);
      const kind = size === 0 ? 'not-hdf5' : 'truncated-file';
      await expect(openStructure(path), `${size} bytes`).rejects.toThrowError(failing(kind));
    }
  });

  test('a file cut while it is being read', async () => {
    const spec = await describeIn(original, '/float64/contiguous');
    copyFileSync(original, path);
    const reader = openArray({ ...spec, file: path });
    truncateSync(path, 4000);
    expect(() => reader.read(0, 321)).toThrowError(failing('truncated-file', { path }));
    reader.close();
  });

  test('ranges outside the dataset are a programming error', async () => {
    const reader = openArray(await describeIn(original, names.find((name) => name === '/int8/one/plain')!));
    for (const [start, end] of [[-1, 3], [5, 4], [0, 701], [Number.NaN, 2]] as const) expect(() => reader.read(start, end)).toThrow(RangeError);
    expect(() => reader.readInto(0, 10, new Int32Array(9), 0)).toThrow(RangeError);
    expect(() => reader.readRows(0, 1, new Float32Array(9))).toThrow(RangeError);
    reader.close();
  });
});
