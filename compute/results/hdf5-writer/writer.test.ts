import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openArray, openStructure } from '../../hdf5/index.ts';
import type { Dtype } from '../../../protocol/matrix.ts';
import { isKind } from '../../../protocol/errors.ts';
import { anndataPython, runScript, scratchFolder } from '../testing/python.ts';
import { createHdf5, type Hdf5Writer } from './writer.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const scripts = join(import.meta.dirname, '..', 'testing');

interface Found {
  kind: string; dtype: string; shape: number[]; chunks: number[] | null; gzip: number | null; shuffle: boolean;
  values: unknown[]; digest: string; attributes: Record<string, unknown>; attributeTypes: Record<string, string>;
}
const h5py = (path: string): Record<string, Found> => runScript(join(scripts, 'read_hdf5.py'), path) as Record<string, Found>;
const digest = (bytes: ArrayBufferView | string): string =>
  createHash('sha256').update(typeof bytes === 'string' ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)).digest('hex');

const plain = { gzip: 0, shuffle: false };
const many = 70_000 * 4 + 3;

/** More chunks than one level, two levels of nodes hold (64 and 4,096), and more than 16 bits count. */
async function writeManyChunks(file: Hdf5Writer): Promise<void> {
  const stream = file.stream('many', 'int32', { chunkRows: 4, ...plain });
  await stream.append(Int32Array.from({ length: many }, (_, i) => i));
}

describe.skipIf(anndataPython === null)('files as h5py sees them', () => {
  test('values, types, chunks, filters and attributes come back', async () => {
    const path = join(folder, 'all.h5');
    const file = createHdf5(path, { title: 'α β', flag: true, off: false, shape: { int64: [1, -2, 2 ** 40] }, list: ['x', '', 'ÿ'], none: [] });
    const types: Dtype[] = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64', 'bool'];
    for (const type of types) file.array(type, type, [1, 0, 1], [3], { unit: type });
    file.array('wide', 'int64', [-1, 2 ** 52, -(2 ** 52), 2 ** 31, -(2 ** 31), 2 ** 32 + 5], [6]);
    file.array('scalar', 'float64', [0.1], []);
    file.array('table', 'int32', [1, 2, 3, 4, 5, 6], [2, 3]);
    file.array('empty', 'float32', [], [0]);
    file.texts('text', ['Selinexor '], []);
    file.texts('texts', ['γ-Oryzanol', '', '18β', '𝒳'], [4]);
    file.group('Grüße γ', { ordered: false });
    file.group('Grüße γ/inner');
    file.array('Grüße γ/inner/wert', 'int8', [-3], []);
    const columns = file.stream('columns', 'float32', { chunkRows: 7, gzip: 9, shuffle: true, rowShape: [3] });
    await columns.append(Float32Array.from({ length: 60 }, (_, i) => i / 3));
    await columns.append(Float32Array.from({ length: 60 }, (_, i) => 20 + i / 3));
    const single = file.stream('single', 'float64', { chunkRows: 1000, gzip: 4, shuffle: false, rowShape: [1] });
    await single.append([1, 2, 3]);
    file.stream('nothing', 'int16', { chunkRows: 10, gzip: 4, shuffle: true });
    file.stream('no rows', 'float32', { chunkRows: 10, gzip: 4, shuffle: true, rowShape: [5] });
    file.textStream('no texts', { chunkRows: 10, gzip: 4, shuffle: false });
    const names = Array.from({ length: 30_000 }, (_, i) => (i % 7 === 0 ? '' : `cell ${i} ü`));
    await file.textStream('names', { chunkRows: 999, gzip: 4, shuffle: false }).append(names);
    const long = ['a'.repeat(100_000), 'é'.repeat(70_000), 'b'];
    await file.textStream('long', { chunkRows: 2, ...plain }).append(long);
    const size = await file.close();

    expect(statSync(path).size).toBe(size);
    const found = h5py(path);
    expect(found['']!.attributes).toEqual({ title: 'α β', flag: true, off: false, shape: [1, -2, 2 ** 40], list: ['x', '', 'ÿ'], none: [] });
    for (const type of types) {
      expect(found[type]).toMatchObject({ dtype: type, shape: [3], values: type === 'bool' ? [true, false, true] : [1, 0, 1], attributes: { unit: type } });
    }
    expect(found['wide']!.values).toEqual([-1, 2 ** 52, -(2 ** 52), 2 ** 31, -(2 ** 31), 2 ** 32 + 5]);
    expect(found['scalar']).toMatchObject({ shape: [], values: [0.1] });
    expect(found['table']).toMatchObject({ shape: [2, 3], values: [1, 2, 3, 4, 5, 6] });
    expect(found['empty']).toMatchObject({ dtype: 'float32', shape: [0], values: [] });
    expect(found['text']).toMatchObject({ dtype: 'text', shape: [], values: ['Selinexor '] });
    expect(found['texts']!.values).toEqual(['γ-Oryzanol', '', '18β', '𝒳']);
    expect(found['Grüße γ']).toMatchObject({ attributes: { ordered: false }, attributeTypes: { ordered: 'bool' } });
    expect(found['Grüße γ/inner/wert']!.values).toEqual([-3]);
    expect(found['columns']).toMatchObject({ shape: [40, 3], chunks: [7, 3], gzip: 9, shuffle: true });
    expect(found['columns']!.digest).toBe(digest(Float32Array.from({ length: 120 }, (_, i) => (i < 60 ? i / 3 : 20 + (i - 60) / 3))));
    expect(found['single']).toMatchObject({ shape: [3, 1], chunks: [3, 1], gzip: 4, values: [1, 2, 3] });
    expect(found['nothing']).toMatchObject({ dtype: 'int16', shape: [0], values: [] });
    expect(found['no rows']).toMatchObject({ shape: [0, 5], values: [] });
    expect(found['no texts']).toMatchObject({ dtype: 'text', shape: [0], values: [] });
    expect(found['names']).toMatchObject({ shape: [30_000], chunks: [999], digest: digest(names.join('\n')) });
    expect(found['long']!.values).toEqual(long);
  });

  test('an index of several levels, and data beyond 4 GiB', async () => {
    const path = join(folder, 'far.h5');
    const file = createHdf5(path, {}, 5 * 2 ** 30);
    await writeManyChunks(file);
    file.group('names');
    // More names than one leaf, than one node of leaves (8 and 256) hold.
    for (let i = 0; i < 700; i++) file.array(`names/n${i}`, 'int32', [i], []);
    await file.textStream('texts', { chunkRows: 16, gzip: 1, shuffle: true }).append(Array.from({ length: 500 }, (_, i) => `t${i}`));
    await file.close();
    const found = h5py(path);
    expect(found['many']).toMatchObject({ shape: [many], digest: digest(Int32Array.from({ length: many }, (_, i) => i)) });
    for (let i = 0; i < 700; i++) expect(found[`names/n${i}`]!.values).toEqual([i]);
    expect(found['texts']!.digest).toBe(digest(Array.from({ length: 500 }, (_, i) => `t${i}`).join('\n')));
  });

  test('another program can go on writing', async () => {
    const path = join(folder, 'grow.h5');
    const file = createHdf5(path);
    await file.stream('grows', 'float64', { chunkRows: 10, gzip: 1, shuffle: false }).append(Array.from({ length: 12_345 }, (_, i) => i));
    file.group('names', { kind: 'test' });
    for (let i = 0; i < 40; i++) file.array(`names/n${i}`, 'float64', [i], []);
    await file.close();
    expect(runScript(join(scripts, 'grow_hdf5.py'), path)).toEqual({
      kept: true,
      grown: true,
      names: [...Array.from({ length: 40 }, (_, i) => `n${i}`).filter((name) => name !== 'n5'), 'added'].sort(),
      values: Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 5),
    });
  });
});

describe('files as our own readers and h5wasm see them', () => {
  test('any portions, chunk sizes and filters give the array that was appended', async () => {
    const path = join(folder, 'property.h5');
    const type = fc.constantFrom<Dtype>('int8', 'int16', 'int32', 'int64', 'uint8', 'float32', 'float64');
    const portions = fc.array(fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 40 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(type, portions, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 9 }), fc.boolean(), async (dtype, parts, chunkRows, gzip, shuffle) => {
        const file = createHdf5(path);
        const stream = file.stream('x', dtype, { chunkRows, gzip, shuffle });
        for (const part of parts) await stream.append(part);
        await file.close();
        const expected = parts.flat().map((value) => (dtype === 'uint8' ? value & 255 : value));
        const structure = await openStructure(path);
        expect([...structure.numbers('/x')]).toEqual(expected);
        const reader = openArray(structure.describe('/x'));
        const own = new Float64Array(expected.length);
        reader.readInto(0, expected.length, own, 0);
        expect([...own]).toEqual(expected);
        reader.close();
        structure.close();
      }),
      { numRuns: 60, seed: 20 },
    );
  });

  test('an index of several levels, texts and attributes', async () => {
    const path = join(folder, 'h5wasm.h5');
    const file = createHdf5(path, { ordered: true, names: ['a', 'γ'] });
    await writeManyChunks(file);
    await file.textStream('texts', { chunkRows: 3, ...plain }).append(['x', '', '18β-acid', 'Selinexor ']);
    await file.close();
    const structure = await openStructure(path);
    expect(structure.strings('/texts')).toEqual(['x', '', '18β-acid', 'Selinexor ']);
    expect(structure.attribute('/', 'names')).toEqual(['a', 'γ']);
    expect(structure.attribute('/', 'ordered')).toBe(true);
    const expected = Float64Array.from({ length: many }, (_, i) => i);
    expect(structure.numbers('/many')).toEqual(expected);
    const reader = openArray(structure.describe('/many'));
    const own = new Float64Array(many);
    reader.readInto(0, many, own, 0);
    expect(own).toEqual(expected);
    reader.close();
    structure.close();
  });

  test('equal input gives an equal file', async () => {
    const write = async (name: string): Promise<Buffer> => {
      const file = createHdf5(join(folder, name));
      const streams = [0, 1, 2].map((i) => file.stream(`s${i}`, 'float32', { chunkRows: 100 * (i + 1), gzip: 6, shuffle: i === 1 }));
      for (let part = 0; part < 50; part++) for (const stream of streams) await stream.append(Float32Array.from({ length: 333 }, (_, i) => Math.sin(i * part)));
      await file.close();
      return readFileSync(join(folder, name));
    };
    expect((await write('one.h5')).equals(await write('two.h5'))).toBe(true);
  });
});

describe('what cannot be written', () => {
  const kindOf = async (act: () => unknown): Promise<unknown> => {
    try {
      await act();
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  };

  test.skipIf(process.platform !== 'linux')('a full disk is a typed error that names the file', async () => {
    const file = createHdf5('/dev/full');
    const stream = file.stream('x', 'float64', { chunkRows: 100_000, ...plain });
    const thrown = await kindOf(async () => {
      for (let i = 0; i < 20; i++) await stream.append(new Float64Array(100_000));
      await file.close();
    });
    expect(isKind(thrown, 'disk-full')).toBe(true);
    expect(isKind(thrown, 'disk-full') && thrown.data.facts['path']).toBe('/dev/full');
    file.abandon();
  });

  test('a folder that is not there', async () => {
    expect(isKind(await kindOf(() => createHdf5(join(folder, 'missing', 'x.h5'))), 'file-not-found')).toBe(true);
  });

  test('names twice, names without a group, attributes beyond HDF5', async () => {
    const file = createHdf5(join(folder, 'bad.h5'));
    file.array('x', 'int8', [1], []);
    expect(isKind(await kindOf(() => file.array('x', 'int8', [1], [])), 'internal')).toBe(true);
    expect(isKind(await kindOf(() => file.group('y/z')), 'internal')).toBe(true);
    expect(isKind(await kindOf(() => file.group('')), 'internal')).toBe(true);
    file.group('wide', { columns: Array.from({ length: 5000 }, (_, i) => `c${i}`) });
    expect(isKind(await kindOf(() => file.close()), 'internal')).toBe(true);
    file.abandon();
  });

  test('an unfinished file is no HDF5 file', async () => {
    const path = join(folder, 'unfinished.h5');
    const file = createHdf5(path);
    await file.stream('x', 'int8', { chunkRows: 2, gzip: 1, shuffle: false }).append([1, 2, 3]);
    file.abandon();
    expect(isKind(await kindOf(() => openStructure(path)), 'not-hdf5')).toBe(true);
  });
});
