/** The inside of a file as h5py wrote it: attributes, names, links, strings, tables; and what must be refused. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArray, openStructure, type Structure } from './index.ts';
import { python, runPython, scratchFolder } from './testing/python.ts';

const kindOf = (kind: string) => expect.objectContaining({ kind });
const names = Array.from({ length: 3000 }, (_, i) => (i % 7 ? `cell-${i}` : `Zelle ${i} µ`.repeat(i % 5)));

describe.skipIf(python === null)('the inside of a file (needs Python with h5py)', () => {
  const folder = scratchFolder();
  let structure!: Structure;

  beforeAll(async () => {
    runPython('inside.py', folder);
    structure = await openStructure(join(folder, 'inside.h5'));
  });
  afterAll(() => {
    structure?.close();
    rmSync(folder, { recursive: true });
  });

  test('attributes of every kind', () => {
    const value = (key: string) => structure.attribute('/g', key);
    expect(value('text')).toBe('größe µ');
    expect(value('bytes')).toBe('plain');
    expect(value('texts')).toEqual(['a', '', 'ä'.repeat(40)]);
    expect(value('int')).toBe(2 ** 53 - 1);
    expect(value('uint8')).toBe(200);
    expect(value('big-endian')).toEqual([1, -2, 3]);
    expect(value('floats')).toEqual([0.5, -1e300, Infinity]);
    expect(value('float32')).toBe(Math.fround(0.1));
    expect(value('true')).toBe(true);
    expect(value('bools')).toEqual([true, false]);
    expect(value('none')).toBeNull();
    expect(value('shape')).toEqual([3, 4]);
    expect(value('categories')).toEqual({ reference: '/g' });
    expect(value('two-references')).toEqual([{ reference: '/g' }, { reference: '/' }]);
    expect(value('absent')).toBeUndefined();
    expect(() => value('half')).toThrowError(kindOf('unsupported-encoding'));
    expect(() => value('too-large')).toThrowError(kindOf('corrupt-file'));
    expect(structure.attributes('/g')).toContain('two-references');
  });

  test('strings of both kinds, whole and in part', () => {
    for (const group of ['/strings', '/fixed']) {
      for (const name of ['plain', 'gzip', 'lzf', 'chunked', 'shuffled']) {
        expect(structure.strings(`${group}/${name}`), name).toEqual(names);
        expect(structure.strings(`${group}/${name}`, 1234, 1300)).toEqual(names.slice(1234, 1300));
      }
    }
    expect(structure.strings('/strings/one')).toEqual(['alone']);
    expect(structure.strings('/strings/none')).toEqual([]);
    expect(structure.strings('/strings/unwritten')).toEqual(['', '', '', '', '']);
    expect(structure.strings('/fixed/padded')).toEqual(['ab', 'c d']);
    expect(() => structure.strings('/numbers/flags')).toThrowError(kindOf('unsupported-encoding'));
  });

  test('tables, one column per field', () => {
    const index = Array.from({ length: 3000 }, (_, i) => i);
    for (const name of ['plain', 'gzip', 'lzf', 'big-endian', 'only-big-endian']) {
      const columns = structure.records(`/tables/${name}`);
      expect(columns.get('index')).toEqual({ kind: 'string', values: index.map((i) => `row${i}`) });
      expect(columns.get('n')).toEqual({ kind: 'number', dtype: 'int64', values: Float64Array.from(index, (i) => i * 1e9) });
      expect(columns.get('frac')).toEqual({ kind: 'number', dtype: 'float32', values: Float64Array.from(index, (i) => i / 8) });
      if (name === 'only-big-endian') continue;
      expect(columns.get('ok')).toEqual({ kind: 'boolean', values: Uint8Array.from(index, (i) => Number(i % 3 === 0)) });
      expect(columns.get('big')).toEqual({ kind: 'number', dtype: 'uint16', values: Float64Array.from(index, (i) => i * 20) });
    }
    expect(structure.records('/tables/text').get('name')).toEqual({ kind: 'string', values: ['p', '', 'q'.repeat(30)] });
    expect(structure.records('/tables/plain', 5, 7).get('frac')).toMatchObject({ values: Float64Array.of(0.625, 0.75) });
    expect(structure.records('/tables/plain', 5, 5).get('index')).toEqual({ kind: 'string', values: [] });
  });

  test('small numbers of any shape, and what is none', () => {
    expect(structure.numbers('/numbers/scalar')).toEqual(Float64Array.of(-5));
    expect(structure.numbers('/numbers/cube')).toEqual(Float64Array.from({ length: 24 }, (_, i) => i));
    expect(structure.numbers('/numbers/flags')).toEqual(Float64Array.of(1, 0, 1));
    expect(structure.dataset('/numbers/flags')).toEqual({ shape: [3], element: { kind: 'boolean' } });
    for (const name of ['half', 'complex']) {
      expect(() => structure.numbers(`/numbers/${name}`), name).toThrowError(kindOf('unsupported-encoding'));
      expect(() => structure.describe(`/numbers/${name}`), name).toThrowError(kindOf('unsupported-encoding'));
    }
    expect(() => structure.numbers('/numbers/too-large')).toThrowError(kindOf('corrupt-file'));
    expect(() => structure.describe('/numbers/cube')).toThrowError(kindOf('unsupported-encoding'));
  });

  test('links inside the file are followed, links out of it are refused', () => {
    expect(structure.strings('/links/relative')).toEqual(['alone']);
    expect(structure.strings('/links/group/one')).toEqual(['alone']);
    expect(structure.kind('/links/hard')).toBe('dataset');
    expect(structure.kind('/links/group')).toBe('group');
    expect(structure.kind('/links/broken')).toBeNull();
    expect(structure.kind('/links/circle')).toBeNull();
    for (const act of [() => structure.kind('/links/other-file'), () => structure.kind('/links/other-file/x')]) {
      expect(act).toThrowError(kindOf('unsupported-encoding'));
    }
    for (const name of ['/outside', '/virtual']) expect(() => structure.describe(name), name).toThrowError(kindOf('unsupported-encoding'));
    expect(() => structure.numbers('/virtual')).toThrowError(kindOf('unsupported-encoding'));
    expect(structure.children('/names')).toEqual(['emoji 🧬', 'mit', 'with space']);
    expect(structure.kind('/names/emoji 🧬')).toBe('group');
    expect(structure.kind('/g/nothing')).toBeNull();
    expect(structure.kind('/strings/one/deeper')).toBeNull();
    expect(() => structure.strings('/g/nothing')).toThrowError(kindOf('corrupt-file'));
  });

  test('a heap of strings that leads in circles is an error, not a hang', async () => {
    // Lengths near 2^32 wrap around in a 32-bit library, which then walks the same heap for ever.
    const content = readFileSync(join(folder, 'inside.h5'));
    for (let at = content.indexOf('GCOL'); at >= 0; at = content.indexOf('GCOL', at + 4)) content.writeUInt32LE(0xfffffff0, at + 24);
    const path = join(folder, 'circles.h5');
    writeFileSync(path, content);
    const damaged = await openStructure(path);
    expect(() => damaged.attribute('/g', 'texts')).toThrowError(kindOf('corrupt-file'));
    expect(() => damaged.strings('/strings/plain')).toThrowError(kindOf('corrupt-file'));
    expect(damaged.attribute('/g', 'uint8')).toBe(200);
    damaged.close();
  });

  test('files above 4 GiB', async () => {
    const path = join(folder, 'large.h5');
    expect(statSync(path).size).toBeGreaterThan(2 ** 32);
    const large = await openStructure(path);
    expect(large.strings('/names')).toEqual(['first', 'last']);
    const sparse = openArray(large.describe('/sparse'));
    const length = sparse.spec.shape[0]!;
    expect(sparse.read(length - 4, length)).toEqual(Float32Array.of(0, 1, 2, 3));
    const after = openArray(large.describe('/after'));
    const ids = new Int32Array(1000);
    after.readInto(0, 1000, ids, 0);
    expect(ids).toEqual(Int32Array.from({ length: 1000 }, (_, i) => i));
    for (const open of [sparse, after, large]) open.close();
  });

  test('paths with spaces, other scripts, and symbolic links', async () => {
    const odd = join(folder, 'a b', 'größe 表');
    mkdirSync(odd, { recursive: true });
    const path = join(odd, 'plate “1”.h5ad');
    copyFileSync(join(folder, 'inside.h5'), path);
    symlinkSync(path, join(folder, 'link.h5ad'));
    for (const file of [path, join(folder, 'link.h5ad')]) {
      const opened = await openStructure(file);
      expect(opened.attribute('/g', 'uint8')).toBe(200);
      expect(openArray(opened.describe('/numbers/flags')).read(0, 3)).toEqual(Uint8Array.of(1, 0, 1));
      opened.close();
    }
  });
});
