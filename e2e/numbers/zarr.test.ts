/** Zarr stores are data sets: added, asked, extracted from and run through pipelines like h5ad files with the same cells, to the same bytes. */
import { cpSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { anndataPython, runScript } from '../../compute/results/testing/python.ts';
import type { QueryAnswer } from '../../protocol/query.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { createTrial, scratch, truckee, type Trial } from '../support/truckee.ts';

const steps = {
  qc: {}, filter: { where: "tscp_count > 300 and cell_line != 'CVCL_0023'", min_genes: 30 }, normalize: {}, log1p: {}, hvg: { n_top_genes: 100 }, pca: { n_comps: 8 },
} as const;
const one = { workers: 1 } as const;
const folder = scratch();
const names = ['plate1_demo', 'plate2_demo'];
const files = names.map((name) => join(folder, `${name}.h5ad`));
/** The first plate, extracted. */
const store = join(folder, 'own', `${names[0]}.zarr`);
const own = createTrial(one);
const mixed = createTrial(one);
let reference: FinishedRun;

beforeAll(async () => {
  await truckee(['generate', folder, '--plates', '2', '--cells', '2500', '--genes', '500', '--seed', '8', '--workspace', own.workspace]);
  await own.add(...files);
  reference = await own.run(steps);
  mkdirSync(join(folder, 'own'));
  expect((await truckee(['query', '--plate', 'plate1', '--out', store, '--workspace', own.workspace])).last).toMatchObject({ ok: true, cells: 2500 });
  await mixed.add(store, files[1]!);
});

test('a store gives the results of the file it was taken from, to the last byte', async () => {
  const run = await mixed.run(steps);
  expect(run.digests()).toEqual(reference.digests());
  expect(run.provenance('qc').inputs.map(({ name }) => name)).toEqual(names);
});

test('a store is asked, and extracted from, as the file is', async () => {
  const ask = async ({ workspace }: Trial): Promise<QueryAnswer> => (await truckee(['query', '--drug', 'DMSO_TF', '--where', 'pcnt_mito < 0.1', '--workspace', workspace])).last as unknown as QueryAnswer;
  const [mine, theirs] = [await ask(mixed), await ask(own)];
  expect(mine.cells).toBeGreaterThan(0);
  for (const of of ['cells', 'nonzeros', 'conditions', 'definition'] as const) expect(mine[of]).toEqual(theirs[of]);
  const again = join(folder, 'again.zarr');
  await truckee(['query', '--plate', 'plate1', '--out', again, '--workspace', mixed.workspace]);
  for (const part of ['X/data/0', 'X/indices/0', 'X/indptr/0', 'obs/tscp_count/0', 'obs/cell_line/codes/0']) expect(readFileSync(join(again, part)).equals(readFileSync(join(store, part))), part).toBe(true);
});

test('a store and its file together are refused as copies', async () => {
  await mixed.add(files[0]!);
  expect(await mixed.fails({ qc: {} })).toMatchObject({ kind: 'same-plate-twice' });
});

test('a damaged chunk ends a run and is named with its cells; one that is lost ends it before; with both back everything goes on', async () => {
  const trial = createTrial(one);
  const copy = join(folder, 'damaged.zarr');
  cpSync(store, copy, { recursive: true, preserveTimestamps: true });
  await trial.add(copy);
  // As a failing disk does it: nothing outside tells.
  const path = join(copy, 'X/indices/0');
  const [sound, { atime, mtime }] = [readFileSync(path), statSync(path)];
  const write = (bytes: Uint8Array): void => {
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  };
  write(Uint8Array.from(sound, (byte, at) => (at === sound.length - 3 ? byte ^ 1 : byte)));
  expect(await trial.fails({ qc: {} })).toMatchObject({ kind: 'corrupt-chunk', facts: { path: copy, dataset: '/X/indices', chunk: 0, rowStart: 0, rowEnd: 2500 } });
  write(sound);
  const qc = await trial.run({ qc: {} });
  renameSync(path, join(folder, 'chunk'));
  expect(await trial.fails({ qc: {} })).toMatchObject({ kind: 'dataset-changed', facts: { name: 'damaged' } });
  expect((await truckee(['inspect', copy, '--scan'])).last).toMatchObject({ ok: false, error: { kind: 'corrupt-chunk', facts: { dataset: '/X/indices', chunk: 0, reason: 'it is missing' } } });
  renameSync(join(folder, 'chunk'), path);
  await trial.add(copy);
  const after = await trial.run({ qc: {} });
  expect([after.reused['qc'], after.digests()]).toEqual([true, qc.digests()]);
});

test.skipIf(anndataPython === null)('stores that Python wrote, of version 2 and of version 3 in shards, give the same results (need anndata and zarr)', async () => {
  const out = join(folder, 'python');
  runScript(join(import.meta.dirname, '../../compute/loader/testing/formats.py'), out, ...files);
  const trial = createTrial(one);
  for (const [i, version] of ['zarr2', 'zarr3'].entries()) {
    const written = join(folder, 'written', `${names[i]}.zarr`);
    mkdirSync(join(written, '..'), { recursive: true });
    renameSync(join(out, `${names[i]}.${version}`), written);
    await trial.add(written);
  }
  expect((await trial.run(steps)).digests()).toEqual(reference.digests());
});
