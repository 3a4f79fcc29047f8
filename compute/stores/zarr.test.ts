/** AnnData in Zarr stores: the same plates as in h5ad files, however their arrays are kept; damage is told with its chunk. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isTruckeeError } from '../../protocol/errors.ts';
import { createRandom } from '../random/random.ts';
import { anndataPython, runScript, scratchFolder } from '../results/testing/python.ts';
import { openPlate, transposeToSpool, type MatrixSpec, type PlateFile } from './index.ts';
import { allRows, digestRows, hasSharedData, sharedData } from './test-data.ts';
import { labelsOf } from './tables/frame.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let spools = 0;

/** Digest of all rows. */
async function rowsOf(spec: MatrixSpec): Promise<string> {
  return digestRows(await allRows(await transposeToSpool(spec, join(folder, `${spools++}.spool`), { memoryBytes: 8 << 20 }), 300, 100_000));
}

/** Everything a plate says, without how it is stored. */
async function contentsOf(plate: PlateFile) {
  const { path: _path, bytes: _bytes, format: _format, X, layers, raw, ...report } = await plate.inspect({ scan: true });
  const counted = ({ chunks: _chunks, filter: _filter, shuffle: _shuffle, ...matrix }: NonNullable<typeof X>) => matrix;
  const embeddings = Object.keys(report.obsm).flatMap((name) => plate.embedding(name) ?? []);
  return {
    ...report, matrices: [X && counted(X), Object.entries(layers).map(([name, layer]) => [name, counted(layer)]), raw && [raw.n_vars, counted(raw.X)]],
    names: plate.obsNames(0, plate.nObs), genes: plate.geneNames(), slice: plate.obsNames(Math.floor(plate.nObs / 3), Math.floor(plate.nObs / 2)),
    columns: report.obs.filter(({ type }) => type !== 'unsupported').map(({ name }) => [name, plate.obsColumn(name).kind, labelsOf(plate.obsColumn(name)), labelsOf(plate.obsColumn(name, 1, Math.min(3, plate.nObs)))]),
    counts: plate.counts()?.facts.slot, rows: await Promise.all(plate.matrices().map(async (spec) => [spec.facts.slot, await rowsOf(spec)])),
    embeddings: await Promise.all(embeddings.map(rowsOf)),
  };
}

async function contentsAt(path: string) {
  const plate = await openPlate(path);
  try {
    return await contentsOf(plate);
  } finally {
    plate.close();
  }
}

/** Some archives hold a name twice: the last one counts. */
const unzip = `
import glob, os, sys, zipfile
for path in glob.glob(sys.argv[1] + '/*.zip'):
    zipfile.ZipFile(path).extractall(os.path.join(sys.argv[2], os.path.basename(path)))
`;
const unzipped = (name: string): string => join(folder, name);

async function refusal(act: () => Promise<unknown>): Promise<{ kind: string; facts: Readonly<Record<string, unknown>>; message: string; remedy: string }> {
  const thrown: unknown = await act().then(() => null, (error: unknown) => error);
  if (!isTruckeeError(thrown)) throw new Error(`not refused as it should: ${String(thrown)}`);
  return { ...thrown.data, kind: thrown.kind, facts: thrown.data.facts };
}

describe.skipIf(anndataPython === null)('stores that Python wrote (need anndata and zarr)', () => {
  let expected: Awaited<ReturnType<typeof contentsOf>>;
  const at = (name: string): string => join(folder, `${name}.zarr`);
  beforeAll(async () => {
    runScript(join(import.meta.dirname, 'testing', 'zarr_stores.py'), folder);
    expected = await contentsAt(join(folder, 'plate.h5ad'));
  });

  test.each(['default', 'zlib', 'plain', 'slashes', 'bits', 'big-endian', 'one'])('%s: holds what the h5ad file holds', async (name) => {
    const found = await contentsAt(at(name));
    expect(found).toEqual(expected);
    expect(found.problems.map(({ kind, where }) => [kind, where])).toEqual([['unsorted-indices', 'raw/X']]);
    expect(found.columns.map(([, kind]) => kind)).toEqual(['categorical', 'categorical', 'categorical', 'string', 'number', 'number', 'number', 'number', 'boolean', 'boolean', 'number']);
  });

  test('is described by how it is stored', async () => {
    const plate = await openPlate(at('zlib'));
    const { format, X, layers, bytes } = await plate.inspect({ scan: false });
    expect({ format, X, columns: layers['columns']!.kind, dense: layers['dense'] }).toMatchObject({
      format: 'zarr', X: { kind: 'csr_matrix', dtype: 'float32', chunks: [1000], filter: 'gzip', shuffle: true }, columns: 'csc_matrix', dense: { kind: 'dense', chunks: [700, 37] },
    });
    expect(bytes).toBeGreaterThan(20_000);
    expect(plate.facts('p').obsm).toEqual({ X_pca: 5 });
    plate.close();
  });

  const damaged = (name: string, from: string, act: (store: string) => void): string => {
    const store = join(folder, `${name}.damaged.zarr`);
    cpSync(at(from), store, { recursive: true });
    act(store);
    return store;
  };
  const readAll = (store: string) => refusal(async () => {
    const plate = await openPlate(store);
    try {
      await rowsOf(plate.matrices()[0]!);
    } finally {
      plate.close();
    }
  });

  test('a chunk of X that is missing, cut or changed is named with its rows', async () => {
    const missing = await readAll(damaged('missing', 'zlib', (store) => rmSync(join(store, 'X/data/3'))));
    expect(missing).toMatchObject({ kind: 'corrupt-chunk', facts: { dataset: '/X/data', chunk: 3, reason: 'it is missing' } });
    // Chunk 3 holds entries 3000 to 3999, some 27 a row.
    expect(Number(missing.facts['rowStart'])).toBeGreaterThan(90);
    expect(Number(missing.facts['rowEnd'])).toBeLessThan(170);
    expect(await readAll(damaged('cut', 'zlib', (store) => truncateSync(join(store, 'X/indices/2'), 100)))).toMatchObject({ kind: 'corrupt-chunk', facts: { dataset: '/X/indices', chunk: 2 } });
    expect(await readAll(damaged('cut-plain', 'plain', (store) => truncateSync(join(store, 'X/indices/2'), 100)))).toMatchObject({ kind: 'corrupt-chunk', facts: { dataset: '/X/indices', chunk: 2 } });
    const change = (store: string): void => {
      const path = join(store, 'X/data/1');
      const bytes = readFileSync(path);
      bytes[bytes.length - 2]! ^= 1;
      writeFileSync(path, bytes);
    };
    expect(await readAll(damaged('changed', 'zlib', change))).toMatchObject({ kind: 'corrupt-chunk', facts: { dataset: '/X/data', chunk: 1 } });
  });

  test('a store that changes while it is open is damage, never other numbers', async () => {
    const store = damaged('live', 'zlib', () => undefined);
    const plate = await openPlate(store);
    rmSync(join(store, 'X/data/2'));
    expect(await refusal(() => rowsOf(plate.matrices()[0]!))).toMatchObject({ kind: 'corrupt-chunk', facts: { dataset: '/X/data', chunk: 2, reason: 'its file 2 is missing' } });
    plate.close();
  });

  test('documents and tables that are damaged are told by name', async () => {
    const opening = (store: string) => refusal(async () => (await openPlate(store)).obsColumn('note'));
    expect(await opening(damaged('json', 'default', (store) => writeFileSync(join(store, 'X/data/.zarray'), '{"shape": [4')))).toMatchObject({ kind: 'corrupt-file', facts: { element: expect.stringContaining('X/data/.zarray') } });
    expect(await opening(damaged('shape', 'default', (store) => writeFileSync(join(store, 'X/data/.zarray'), '{}')))).toMatchObject({ kind: 'corrupt-file', facts: { element: '/X/data' } });
    expect(await opening(damaged('lost', 'default', (store) => rmSync(join(store, 'X/indices'), { recursive: true })))).toMatchObject({ kind: 'corrupt-file', facts: { element: '/X' } });
    expect(await opening(damaged('text', 'default', (store) => truncateSync(join(store, 'obs/note/0'), 60)))).toMatchObject({ kind: 'corrupt-chunk', facts: { dataset: '/obs/note', chunk: 0 } });
    const set = (store: string, change: Record<string, unknown>): void => {
      const path = join(store, 'X/data/.zarray');
      writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
    };
    expect(await opening(damaged('codec', 'default', (store) => set(store, { compressor: { id: 'lzma' } })))).toMatchObject({ kind: 'unsupported-encoding', facts: { element: '/X/data', encoding: 'the codec lzma' } });
    expect(await opening(damaged('cname', 'default', (store) => set(store, { compressor: { id: 'blosc', cname: 'snappy' } })))).toMatchObject({ kind: 'unsupported-encoding', facts: { encoding: 'Blosc with snappy' } });
    expect(await opening(damaged('huge', 'default', (store) => set(store, { chunks: [2 ** 31] })))).toMatchObject({ kind: 'corrupt-file', facts: { reason: expect.stringContaining('impossibly large') } });
    expect(await opening(damaged('many', 'default', (store) => set(store, { chunks: [1], shape: [2 ** 26] })))).toMatchObject({ kind: 'unsupported-encoding', facts: { encoding: expect.stringContaining('67108864 chunks') } });
    // A chunk that claims more than its bytes can hold takes no memory for it.
    expect(await readAll(damaged('claims', 'zlib', (store) => set(store, { chunks: [2 ** 28] })))).toMatchObject({ kind: 'corrupt-chunk', facts: { reason: expect.stringContaining('cannot hold') } });
  });
});

describe.skipIf(anndataPython === null)('whatever is changed in a store (needs anndata and zarr)', () => {
  const allowed = new Set(['corrupt-file', 'corrupt-chunk', 'unsupported-encoding', 'unsupported-format', 'truncated-file', 'no-matrix', 'unknown-column']);

  test.each(['default', 'bits'])('%s: it is read as something or refused by name, and nothing else happens', async (name) => {
    const source = join(folder, `${name}.zarr`);
    const random = createRandom(7);
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(source, file)).isFile() && !file.startsWith('layers') && !file.startsWith('raw'));
    const store = join(folder, `${name}.fuzzed.zarr`);
    cpSync(source, store, { recursive: true });
    for (let round = 0; round < 60; round++) {
      // Documents more often than chunks, and X before all.
      const among = random.uniform() < 0.6 ? files.filter((file) => /\.z/.test(file)) : random.uniform() < 0.5 ? files.filter((file) => file.startsWith('X/')) : files;
      const file = among[Math.floor(random.uniform() * among.length)]!;
      const sound = readFileSync(join(source, file));
      const bytes = Buffer.from(sound);
      for (let i = 0; i < 3 && bytes.length > 0; i++) bytes[Math.floor(random.uniform() * bytes.length)] = random.uniform() < 0.5 ? 48 + Math.floor(random.uniform() * 10) : Math.floor(random.uniform() * 256);
      writeFileSync(join(store, file), random.uniform() < 0.2 ? bytes.subarray(0, Math.floor(random.uniform() * bytes.length)) : bytes);
      try {
        const plate = await openPlate(store);
        for (const column of plate.obsColumns) plate.obsColumn(column);
        plate.geneNames();
        await allRows(plate.matrices()[0]!, 300, 100_000);
        plate.close();
      } catch (thrown) {
        if (!isTruckeeError(thrown) || !allowed.has(thrown.kind)) throw new Error(`${name}, round ${round}, ${file}: ${String(thrown)}`, { cause: thrown });
      }
      writeFileSync(join(store, file), sound);
    }
  });
});

describe.skipIf(!hasSharedData)('stores of other programs', () => {
  beforeAll(() => execFileSync('python3', ['-c', unzip, join(sharedData, 'zarr'), folder]));

  test.each(['0.7.0', '0.7.8', '0.11.4'])('anndata %s: holds what its h5ad file holds', async (version) => {
    const store = unzipped(`anndata-v${version}.zarr.zip`);
    expect(await contentsAt(store)).toEqual(await contentsAt(join(sharedData, `h5ad-encodings/anndata-v${version}.h5ad`)));
  });

  test.each(['0.7', '0.8', '0.9', '0.10', '0.11', '0.12'])('vitessce, anndata %s: dense, by rows and by columns are the same cells', async (version) => {
    const root = join(unzipped(`vitessce-anndata-${version}.zip`), `anndata-${version}`);
    const found = await Promise.all(readdirSync(root).sort().map(async (name) => {
      const { rows, names, genes, columns, problems } = await contentsAt(join(root, name));
      return { X: (rows[0] as [string, unknown])[1], names, genes, columns, problems: problems.filter(({ kind }) => kind === 'unsupported-encoding') };
    }));
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found[0]!.names).toHaveLength(3);
    for (const one of found) expect(one).toEqual(found[0]);
  });

  test('Zarr v3 in shards from scanpy: X is that of its h5ad file, counts are found in their layer', async () => {
    const [mine, theirs] = [await contentsAt(unzipped('pbmc68k_reduced-zarrv3.zarr.zip')), await contentsAt(join(sharedData, 'pbmc68k-700/pbmc68k_700_counts.h5ad'))];
    expect(mine.counts).toBe('layers/counts');
    expect(mine.names).toEqual(theirs.names);
    const layer = (found: typeof mine, slot: string) => found.rows.find(([name]) => name === slot)![1];
    expect(layer(mine, 'layers/counts')).toEqual(layer(theirs, theirs.counts!));
    const old = await contentsAt(join(sharedData, 'h5ad-encodings/anndata-v0.5.0.h5ad'));
    expect(layer(mine, 'X')).toEqual(layer(old, 'X'));
    expect(mine.columns.find(([name]) => name === 'bulk_labels')).toEqual(theirs.columns.find(([name]) => name === 'bulk_labels'));
  });

  test('a SpatialData store points to its tables, which are read; stores of nothing are refused', async () => {
    const root = unzipped('vitessce-spatialdata-tables-v2-v3.zip');
    const tables = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /tables\/table\/(\.zgroup|zarr\.json)$/.test(path)).map((path) => join(root, path, '..'));
    expect(tables.length).toBeGreaterThan(1);
    for (const table of tables) {
      expect((await contentsAt(table)).n_obs).toBe(26);
      writeFileSync(join(table, '../../.zgroup'), '{"zarr_format": 2}');
      expect(await refusal(() => openPlate(join(table, '../..')))).toMatchObject({ kind: 'unsupported-format', remedy: expect.stringContaining('folder tables') });
    }
    const broken = join(unzipped('vitessce-partial-broken.zip'), 'partials');
    for (const name of readdirSync(broken)) expect((await refusal(() => openPlate(join(broken, name)))).kind).toMatch(/corrupt-file|unsupported-format/);
  });
});
