import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anndataPython, runScript } from '../results/testing/python.ts';
import { hasSharedData, sharedData } from '../stores/test-data.ts';
import type { LoaderOptions } from './contract.ts';
import { openLoader } from './loader.ts';
import { writeOrder } from './order-file.ts';
import { ownMinibatches, pythonMinibatches, torchPython, type Digested } from './testing/order.cases.ts';
import { denseOf, testPlates, type TestPlates } from './testing/plates.cases.ts';

const width = 2000;
let plates: TestPlates;
let groups: Record<string, readonly string[]>;
/** What scipy has in `lists`. */
let ofScipy: readonly { readonly digest: string }[];

/** Every format of the same three plates. */
beforeAll(async () => {
  plates = await testPlates();
  if (anndataPython === null) return;
  const out = join(plates.folder, 'formats');
  runScript(join(import.meta.dirname, 'testing', 'formats.py'), out, ...plates.files);
  const request = join(plates.folder, 'request.json');
  writeFileSync(request, JSON.stringify({ files: plates.files, batches: lists, genes: null, target: null }));
  ofScipy = runScript(join(import.meta.dirname, 'testing', 'reference.py'), request) as { digest: string }[];
  const names = ['plate1', 'plate2', 'plate3'];
  const genes = await writeTahoe(out, names);
  for (const folder of [...names.map((name) => join(out, name)), ...names.map((name) => join(out, 'new', name))]) {
    mkdirSync(join(folder, 'var_features'));
    writeFileSync(join(folder, 'var_features', 'dataframe_0.parquet'), Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'feature_id', data: [...genes] }] })));
  }
  groups = {
    zarr2: names.map((name) => join(out, `${name}.zarr2`)), zarr3: names.map((name) => join(out, `${name}.zarr3`)),
    scdl: names.map((name) => join(out, name)), 'scdl with header': names.map((name) => join(out, 'new', name)), parquet: names.map((name) => join(out, 'tahoe', name)),
  };
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

/** One folder per plate, two files with several row groups each; tokens from 3, some rows with a leading mark. */
async function writeTahoe(out: string, names: readonly string[]): Promise<readonly string[]> {
  const root = join(out, 'tahoe');
  let genes: readonly string[] = [];
  for (const [i, name] of names.entries()) {
    const loader = await openLoader({ files: [plates.files[i]!], strategy: { kind: 'streaming' }, batch: 32, workers: 0, labels: ['plate', 'cell_line', 'sample'] });
    genes = loader.genes;
    const cells: { genes: bigint[]; expressions: number[]; plate: string; cell_line_id: string; sample: string }[] = [];
    for await (const { x, obs, cells: count } of loader.epoch(0)) {
      if (x.kind !== 'csr') continue;
      for (let cell = 0; cell < count; cell++) {
        const [from, to] = [x.indptr[cell]!, x.indptr[cell + 1]!];
        const mark = cells.length % 3 === 0;
        const label = (of: string): string => loader.labels[of]!.categories[obs[of]![cell]!]!;
        cells.push({
          genes: [...(mark ? [1n] : []), ...Array.from(x.indices.subarray(from, to), (gene) => BigInt(gene + 3))],
          expressions: [...(mark ? [-2] : []), ...x.values.subarray(from, to)], plate: label('plate'), cell_line_id: label('cell_line'), sample: label('sample'),
        });
      }
    }
    await loader.close();
    mkdirSync(join(root, name, 'data'), { recursive: true });
    mkdirSync(join(root, name, 'metadata'));
    const cut = Math.ceil(cells.length / 2);
    [cells.slice(0, cut), cells.slice(cut)].forEach((part, shard) => {
      const bytes = parquetWriteBuffer({
        columnData: [
          { name: 'genes', data: part.map((cell) => cell.genes) }, { name: 'expressions', data: part.map((cell) => cell.expressions) },
          { name: 'plate', data: part.map((cell) => cell.plate) }, { name: 'cell_line_id', data: part.map((cell) => cell.cell_line_id) }, { name: 'sample', data: part.map((cell) => cell.sample) },
        ],
        schema: tahoeSchema, rowGroupSize: 70,
      });
      writeFileSync(join(root, name, 'data', `train-0000${shard}-of-00002.parquet`), Buffer.from(bytes));
    });
    const table = parquetWriteBuffer({ columnData: [{ name: 'gene_symbol', data: [...genes] }, { name: 'token_id', data: Int32Array.from(genes, (_, gene) => gene + 3), type: 'INT32' }] });
    writeFileSync(join(root, name, 'metadata', 'gene_metadata.parquet'), Buffer.from(table));
  }
  return genes;
}

const list = (name: string, type: 'INT64' | 'FLOAT') => [
  { name, repetition_type: 'OPTIONAL' as const, num_children: 1, converted_type: 'LIST' as const }, { name: 'list', repetition_type: 'REPEATED' as const, num_children: 1 },
  { name: 'element', type, repetition_type: 'OPTIONAL' as const },
];
const word = (name: string) => ({ name, type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, repetition_type: 'OPTIONAL' as const });
const tahoeSchema = [{ name: 'root', num_children: 5 }, ...list('genes', 'INT64'), ...list('expressions', 'FLOAT'), word('plate'), word('cell_line_id'), word('sample')];

interface Kept {
  readonly rows: readonly number[];
  readonly digest: string;
}

async function collect(options: LoaderOptions): Promise<Kept[]> {
  const loader = await openLoader(options);
  const kept: Kept[] = [];
  for await (const batch of loader.epoch(0)) kept.push({ rows: [...batch.rows], digest: createHash('sha256').update(denseOf(batch, loader.genes.length)).digest('hex') });
  await loader.close();
  return kept;
}

let theirs: Kept[] | undefined;
const formats = ['zarr2', 'zarr3', 'scdl', 'scdl with header', 'parquet'] as const;
const lists = Array.from({ length: 6 }, (_, i) => Array.from({ length: 5 + 17 * i }, (_, k) => (k * 7919 + i * 104_729) % (i % 2 ? 1200 : 40)));

describe.skipIf(anndataPython === null)('the other formats (need Python to be made)', () => {
  test.each(formats)('%s: rows of random lists with repeats equal those of scipy', async (format) => {
    const loader = await openLoader({ files: [...groups[format]!].reverse(), strategy: { kind: 'streaming' }, workers: 0 });
    for (const [i, rows] of lists.entries()) {
      const batch = await loader.rows(rows);
      expect([...batch.rows]).toEqual(rows);
      expect(createHash('sha256').update(denseOf(batch, width)).digest('hex')).toBe(ofScipy[i]!.digest);
    }
    expect(loader.plates.map(({ cells }) => cells)).toEqual([400, 300, 500]);
    await loader.close();
  });

  test.each([...formats, 'memory'] as const)('%s: the same minibatches as the h5ad files for the same seed, with any number of workers', async (format) => {
    const common = { strategy: { kind: 'blocks', block: 4 }, batch: 32, fetchFactor: 4, seed: 3, targetSum: 1e4, log1p: true } as const;
    theirs ??= await collect({ ...common, files: plates.files, workers: 0 });
    const own: LoaderOptions = format === 'memory' ? { ...common, files: plates.files, backend: 'memory' } : { ...common, files: groups[format]! };
    expect(await collect({ ...own, workers: 0 })).toEqual(theirs);
    // One of each kind of reader.
    if (format === 'zarr3' || format === 'parquet' || format === 'memory') expect(await collect({ ...own, workers: 2, prefetch: 2 })).toEqual(theirs);
  });

  test('in memory, chunk-aware order is that of the files; stored pieces rule it elsewhere, and every cell comes once', async () => {
    const chunks = { strategy: { kind: 'chunks' }, batch: 32, fetchFactor: 4, workers: 0 } as const;
    expect(await collect({ ...chunks, files: plates.files, backend: 'memory' })).toEqual(await collect({ ...chunks, files: plates.files }));
    for (const format of formats) {
      const rows = (await collect({ ...chunks, files: groups[format]! })).flatMap((batch) => batch.rows);
      expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 1200 }, (_, row) => row));
    }
  });

  test('labels come from Zarr and Parquet as from h5ad; formats with X only say so', async () => {
    const label = async (files: readonly string[]): Promise<(string | undefined)[]> => {
      const loader = await openLoader({ files, strategy: { kind: 'streaming' }, workers: 0, labels: ['cell_line', 'plate'] });
      const words = Array.from(loader.labels['cell_line']!.values, (code) => loader.labels['cell_line']!.categories[code]);
      words.push(...loader.labels['plate']!.categories);
      expect(loader.notes).toEqual([]);
      await loader.close();
      return words;
    };
    const theirs = await label(plates.files);
    for (const format of ['zarr2', 'zarr3', 'parquet']) expect(await label(groups[format]!)).toEqual(theirs);
    const bare = await openLoader({ files: groups['scdl']!, strategy: { kind: 'streaming' }, workers: 0, labels: ['plate'] });
    expect(bare.notes[0]).toMatch(/^No metadata: .*X only/);
    expect(bare.labels['plate']!.categories).toEqual(['plate1', 'plate2', 'plate3']);
    expect(bare.plates.map(({ format }) => format)).toEqual(['scdl', 'scdl', 'scdl']);
    await bare.close();
    await expect(openLoader({ files: groups['scdl']!, strategy: { kind: 'streaming' }, labels: ['drug'] })).rejects.toMatchObject({ data: { kind: 'unknown-column' } });
  });

  describe.skipIf(torchPython === null)('in PyTorch', () => {
    const read = ['zarr2', 'scdl', 'scdl with header', 'dense'] as const;
    const mine: Digested[][] = [];
    let inPython: Digested[][];
    beforeAll(async () => {
      const orderOf = (format: string): string => join(plates.folder, `order-${format}`);
      for (const format of read) {
        const files = format === 'dense' ? ['plate1', 'plate2', 'plate3'].map((name) => join(plates.folder, 'formats', `${name}.dense`)) : groups[format]!;
        const loader = await openLoader({ files, strategy: { kind: 'blocks', block: 4 }, batch: 32, fetchFactor: 4, workers: 0, seed: 3 });
        writeOrder(loader, orderOf(format), 1);
        mine.push(await ownMinibatches(loader, 0));
        await loader.close();
      }
      inPython = pythonMinibatches(read.map((format) => ({ folder: orderOf(format), workers: 0, epoch: 0 })));
    });

    test.each(read)('%s: an order file gives PyTorch the same minibatches (needs Python with torch and zarr)', (format) =>
      expect(inPython[read.indexOf(format)]).toEqual(mine[read.indexOf(format)]));
  });

  test.each([['zarr3', /read_zarr.*write_h5ad/], ['parquet', /AnnData object of its rows/]] as const)('%s: an order file for Python is refused with the way to convert', async (format, remedy) => {
    const loader = await openLoader({ files: groups[format]!, strategy: { kind: 'streaming' }, workers: 0 });
    expect(() => writeOrder(loader, join(plates.folder, 'refused'), 1)).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'unsupported-format', remedy: expect.stringMatching(remedy) }) }));
    await loader.close();
  });

  test('a dense matrix in Zarr gives the same cells as the sparse one', async () => {
    const dense = await openLoader({ files: [join(plates.folder, 'formats', 'plate1.dense')], strategy: { kind: 'streaming' }, workers: 0 });
    const sparse = await openLoader({ files: [plates.files[0]!], strategy: { kind: 'streaming' }, workers: 0, genes: dense.genes });
    const ids = [399, 0, 17, 17, 200, 64, 63];
    expect(denseOf(await dense.rows(ids), 50)).toEqual(denseOf(await sparse.rows(ids), 50));
    await dense.close();
    await sparse.close();
  });

  test('damage is an error that names file and element, never other numbers', async () => {
    const broken = async (from: string, to: string, act: (folder: string) => void): Promise<unknown> => {
      const folder = join(plates.folder, to);
      execFileSync('cp', ['-r', from, folder]);
      act(folder);
      return openLoader({ files: [folder], strategy: { kind: 'streaming' }, workers: 0 }).then((loader) => loader.rows(Array.from({ length: loader.cells }, (_, row) => row))).then(() => null, (thrown: { data: { kind: string } }) => thrown.data.kind);
    };
    const [zarr, scdl, parquet] = [groups['zarr2']![0]!, groups['scdl']![0]!, groups['parquet']![0]!];
    expect(await broken(zarr, 'lost.zarr', (folder) => rmSync(join(folder, 'X/data/1')))).toBe('corrupt-chunk');
    expect(await broken(zarr, 'cut.zarr', (folder) => truncateSync(join(folder, 'X/indices/0'), 100))).toBe('corrupt-chunk');
    expect(await broken(groups['zarr3']![0]!, 'cut3.zarr', (folder) => truncateSync(join(folder, 'X/data/c/0'), 5000))).toMatch(/corrupt-file|truncated-file/);
    expect(await broken(scdl, 'cut-scdl', (folder) => truncateSync(join(folder, 'col_ptr.npy'), 4000))).toBe('truncated-file');
    expect(await broken(scdl, 'wild-scdl', (folder) => writeFileSync(join(folder, 'col_ptr.npy'), Buffer.alloc(readFileSync(join(folder, 'col_ptr.npy')).length, 255)))).toBe('corrupt-file');
    expect(await broken(scdl, 'unnamed-scdl', (folder) => rmSync(join(folder, 'var_features'), { recursive: true }))).toBe('corrupt-file');
    expect(await broken(parquet, 'unnamed-parquet', (folder) => rmSync(join(folder, 'metadata'), { recursive: true }))).toBe('not-found');
    expect(await broken(parquet, 'cut-parquet', (folder) => truncateSync(join(folder, 'data', readdirSync(join(folder, 'data'))[0]!), 3000))).toBe('corrupt-file');
  });
});

test.skipIf(!hasSharedData)('a store of scanpy in Zarr v3 with shards holds the counts of its layer', async () => {
  const folder = join(plates.folder, 'scanpy');
  mkdirSync(folder);
  // The archive holds names twice: the last one counts.
  execFileSync('python3', ['-c', 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])', join(sharedData, 'zarr/pbmc68k_reduced-zarrv3.zarr.zip'), folder]);
  const roots = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('layers/zarr.json'));
  const store = roots[0] === undefined ? folder : join(folder, roots[0], '../..');
  const mine = await openLoader({ files: [store], strategy: { kind: 'streaming' }, workers: 0, labels: ['bulk_labels'] });
  const theirs = await openLoader({ files: [join(sharedData, 'pbmc68k-700/pbmc68k_700_counts.h5ad')], strategy: { kind: 'streaming' }, workers: 0, labels: ['bulk_labels'] });
  expect(mine.genes).toEqual(theirs.genes);
  const ids = [699, 3, 3, 120, 0, 400];
  const [a, b] = [await mine.rows(ids), await theirs.rows(ids)];
  expect(denseOf(a, 765)).toEqual(denseOf(b, 765));
  expect(mine.labels['bulk_labels']).toEqual(theirs.labels['bulk_labels']);
  await mine.close();
  await theirs.close();
});
