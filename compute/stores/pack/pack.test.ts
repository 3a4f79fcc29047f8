import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generatePlate } from '../../generator/plate.ts';
import { createRandom } from '../../random/random.ts';
import { openPlate } from '../open-plate.ts';
import { plainArena } from '../../kernels/block.ts';
import type { MatrixSpec, ReadSpec } from '../contract.ts';
import { openMatrix } from '../open-matrix.ts';
import { openRowStore, rowStoreSpec } from '../rows/open.ts';
import { buildPack, deletePack, type BuildOptions } from './build.ts';
import { ownMark } from '../../../io/owner-mark.ts';
import { encodeRange } from './encode.ts';
import { packPath, readDescription, sourceOf } from './format.ts';
import { checkPackOf, packBeside, packInPlaceOf, packStore, verifyPack } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-pack-'));
const file = join(folder, 'plate.h5ad');
let options: BuildOptions;
let matrix: MatrixSpec;
let packed: Buffer;
const view = { columns: null, width: 300, targetSum: null, log1p: false } as const;

beforeAll(async () => {
  await generatePlate({ plate: 1, cells: 9000, genes: 300, seed: 3 }, { plateChunks: true }, { path: file });
  const plate = await openPlate(file);
  matrix = plate.counts()!;
  options = { matrix, geneNames: plate.geneNames(), source: sourceOf(file, 'plate'), flushBytes: 1 };
  plate.close();
  await buildPack(packPath(file), options);
  packed = readFileSync(packPath(file));
});
afterAll(() => rmSync(folder, { recursive: true }));

const damaged = { data: { kind: 'corrupt-file' } };

test('every row equals the file, read in any order; the file is larger than its pack', async () => {
  const own = await openRowStore(await rowStoreSpec(matrix, false), view);
  const spec = packBeside(file)!.pack!;
  const pack = packStore(spec, view);
  const random = createRandom(1, 1);
  for (let round = 0; round < 20; round++) {
    const ids = Uint32Array.from(new Set(Array.from({ length: 200 }, () => random.below(9000)))).sort();
    await own.load(ids);
    await pack.load(ids);
    for (let k = 0; k < ids.length; k++) {
      const [a, b] = [new Float32Array(300), new Float32Array(300)];
      own.dense(k, a, 0);
      pack.dense(k, b, 0);
      if (Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) !== 0) throw new Error(`row ${ids[k]} differs`);
      expect(spec.totals[ids[k]!]).toBe(a.reduce((sum, value) => sum + value, 0));
    }
  }
  own.close();
  pack.close();
});

test('read in order it gives the blocks that the file gives, however they are cut', async () => {
  const read = async (spec: ReadSpec, maxRows: number, maxStored: number): Promise<string[]> => {
    const reader = openMatrix(spec, plainArena);
    const rows: string[] = [];
    for await (const { rows: count, rowStart, indptr, indices, values } of reader.blocks({ rowStart: 500, rowEnd: 1700, maxRows, maxStored })) {
      expect(rowStart).toBe(500 + rows.length);
      expect(count).toBeLessThanOrEqual(maxRows);
      for (let row = 0; row < count; row++) rows.push(`${indices.subarray(indptr[row], indptr[row + 1])};${values.subarray(indptr[row], indptr[row + 1])}`);
    }
    reader.close();
    return rows;
  };
  const { path } = packInPlaceOf(file, matrix.facts)!;
  const own = await read(matrix, 4096, 1 << 22);
  for (const [maxRows, maxStored] of [[4096, 1 << 22], [100, 1 << 22], [4096, 777], [1, 1]] as const) expect(await read({ kind: 'pack', facts: matrix.facts, path: path! }, maxRows, maxStored)).toEqual(own);
  expect(packInPlaceOf(file, { ...matrix.facts, slot: 'layers/other' })!.reason).toMatch(/not all of/);
});

describe('building', () => {
  test('whoever packs the ranges, the file is the same', async () => {
    const path = join(folder, 'parallel.pack');
    await buildPack(path, { ...options, parallel: 3, encode: async (request) => {
      await new Promise((resolve) => setTimeout(resolve, request.rowStart === 0 ? 30 : 0));
      return encodeRange(request);
    } });
    expect(readFileSync(path).equals(packed)).toBe(true);
  });

  test('stopped after any range, or cut off anywhere, it goes on and ends with the same bytes', async () => {
    for (const [stopAt, cut] of [[4096, 0], [8192, 0], [8192, 1000], [8192, 200_000]] as const) {
      const path = join(folder, `stopped-${stopAt}-${cut}.pack`);
      const abort = new AbortController();
      await expect(buildPack(path, { ...options, signal: abort.signal, onRows: (done) => done >= stopAt && abort.abort() })).rejects.toMatchObject({ data: { kind: 'cancelled' } });
      expect(existsSync(path)).toBe(false);
      const part = `${path}.part`;
      if (cut > 0) truncateSync(part, readFileSync(part).length - cut);
      else writeFileSync(part, Buffer.concat([readFileSync(part), Buffer.alloc(777, 7)]));
      const { resumedAt } = await buildPack(path, options);
      expect(resumedAt).toBe(cut > 0 ? 4096 * Math.max(0, stopAt / 4096 - 1) : stopAt);
      expect(readFileSync(path).equals(packed)).toBe(true);
      expect(existsSync(part) || existsSync(`${part}.rows`) || existsSync(`${part}.json`)).toBe(false);
    }
  });

  test('one build of a pack at a time: another is told who is at work, and nothing may be deleted under it', async () => {
    const path = join(folder, 'twice.pack');
    const busy = { data: { kind: 'busy', message: expect.stringContaining(path) } };
    let met = 0;
    await buildPack(path, { ...options, encode: async (request) => {
      await expect(buildPack(path, options)).rejects.toMatchObject(busy);
      expect(() => deletePack(path)).toThrow(expect.objectContaining({ data: expect.objectContaining(busy.data) }));
      met++;
      return encodeRange(request);
    } });
    expect(met).toBe(3);
    expect(readFileSync(path).equals(packed)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('twice.pack'))).toEqual(['twice.pack']);
  });

  test('a build in another process is seen by its mark; the mark of one that has gone is taken away', async () => {
    const path = join(folder, 'elsewhere.pack');
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const gone = new Promise((resolve) => other.once('exit', resolve));
    const mark = `${path}.part.by-${ownMark().replace(/-\d+(_\d*)?$/, `-${other.pid}`)}`;
    writeFileSync(mark, '');
    await expect(buildPack(path, options)).rejects.toMatchObject({ data: { kind: 'busy', message: expect.stringContaining(`process ${other.pid}`) } });
    other.kill('SIGKILL');
    await gone;
    await buildPack(path, options);
    expect(existsSync(mark)).toBe(false);
    expect(readFileSync(path).equals(packed)).toBe(true);
  });

  test('deleted, nothing is left', async () => {
    const path = join(folder, 'gone.pack');
    await buildPack(path, options);
    expect(deletePack(path)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(deletePack(path)).toBe(false);
  });
});

describe('damage', () => {
  test('verification names what is damaged: any flipped bit, any cut', async () => {
    const path = join(folder, 'damaged.pack');
    await verifyPack(packPath(file));
    const random = createRandom(2, 2);
    const description = readDescription(packPath(file));
    const used = (at: number): boolean => {
      const { rowBytes } = description.tables;
      if (at < rowBytes.offset) return at < 64 || at < 64 + payload;
      return Object.values(description.tables).some(({ offset, bytes }) => at >= offset && at < offset + bytes) || at >= jsonAt;
    };
    const jsonAt = packed.readDoubleLE(16);
    const payload = new Uint32Array(Uint8Array.from(packed.subarray(description.tables.rowBytes.offset, description.tables.rowBytes.offset + 4 * 9000)).buffer).reduce((a, b) => a + b, 0);
    for (let trial = 0; trial < 40; trial++) {
      const at = trial < 5 ? random.below(64) : random.below(packed.length);
      if (!used(at) || (at >= 28 && at < 60)) continue;
      const bytes = Buffer.from(packed);
      bytes[at]! ^= 1 << random.below(8);
      writeFileSync(path, bytes);
      await expect(verifyPack(path), `byte ${at}`).rejects.toThrow();
    }
    for (const length of [0, 10, 64, 5000, packed.length - 1]) {
      writeFileSync(path, packed.subarray(0, length));
      await expect(verifyPack(path)).rejects.toMatchObject(damaged);
    }
  });

  test('a damaged row is an error when it is read, its neighbours are not', async () => {
    const path = join(folder, 'row.h5ad');
    copyFileSync(file, path);
    const spec = packBeside(file)!.pack!;
    const bytes = Buffer.from(packed);
    bytes[spec.pointers.starts[0]! + spec.pointers.lengths[0]! + 40]! ^= 16;
    writeFileSync(packPath(path), bytes);
    const store = packStore({ ...spec, path: packPath(path) }, view);
    await store.load(Uint32Array.of(0, 1, 2));
    const out = new Float32Array(300);
    store.dense(0, out, 0);
    store.dense(2, out, 0);
    expect(() => store.dense(1, out, 0)).toThrow(/row 1/);
    store.close();
  });

  test('a pack of a file that has changed since is left alone', () => {
    const path = join(folder, 'changed.h5ad');
    copyFileSync(file, path);
    copyFileSync(packPath(file), packPath(path));
    utimesSync(path, new Date(), new Date(Date.now() - 86_400_000));
    expect(packBeside(path)).toMatchObject({ pack: null, reason: 'it was made from another file (plate)' });
    copyFileSync(file, join(folder, 'plate'));
    copyFileSync(packPath(file), packPath(join(folder, 'plate')));
    utimesSync(join(folder, 'plate'), new Date(), new Date(Date.now() - 86_400_000));
    expect(packBeside(join(folder, 'plate'))).toMatchObject({ pack: null, reason: 'the file has changed since it was made' });
  });

  test('a pack of another file, of another version, and a folder of its name are left alone with the reason', async () => {
    const path = join(folder, 'other.h5ad');
    copyFileSync(file, path);
    copyFileSync(packPath(file), packPath(path));
    utimesSync(path, new Date(), new Date(Date.now() - 86_400_000));
    const unfit = (reason: RegExp) => expect.objectContaining({ data: expect.objectContaining({ kind: 'pack-unfit', message: expect.stringMatching(reason), remedy: expect.stringContaining(`truckee pack build ${path}`) }) });
    expect(packBeside(path)).toMatchObject({ pack: null, reason: expect.stringMatching(/another file \(plate\)/) });
    expect(() => checkPackOf(path, packPath(path))).toThrow(unfit(/is sound in itself, but does not belong to .*other\.h5ad: it was made from another file/));
    expect(() => checkPackOf(file, packPath(file))).not.toThrow();
    const older = Buffer.from(packed);
    older.writeUInt32LE(2, 8);
    older.writeUInt32LE(crc32(older.subarray(0, 60)), 60);
    writeFileSync(packPath(path), older);
    expect(packBeside(path)).toMatchObject({ pack: null, reason: 'it was made by another version of Truckee' });
    await expect(verifyPack(packPath(path))).rejects.toMatchObject({ data: { kind: 'unsupported-encoding', remedy: expect.stringContaining(`truckee pack build ${path}`) } });
    rmSync(packPath(path));
    mkdirSync(packPath(path));
    expect(packBeside(path)).toMatchObject({ pack: null, reason: 'it is a folder' });
    for (const act of [verifyPack(packPath(path)), buildPack(packPath(path), options)]) await expect(act).rejects.toEqual(unfit(/is a folder/));
    expect(() => deletePack(packPath(path))).toThrow(unfit(/other\.h5ad\.pack/));
  });
});
