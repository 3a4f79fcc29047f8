/** Packs under a loader: of a selection of genes, damaged, of a file that changed. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { anndataPython, runScript } from '../results/testing/python.ts';
import { buildPack, deletePack, openPlate, packPath, sourceOf, verifyPack } from '../stores/index.ts';
import { openLoader } from './loader.ts';
import { denseOf, testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
let genes: string[];
beforeAll(async () => {
  plates = await testPlates(400);
  const plate = await openPlate(plates.files[0]!);
  // Every third gene and those of mitochondria, backwards.
  genes = plate.geneNames().filter((name, gene) => gene % 3 === 1 || name.startsWith('MT-')).reverse();
  plate.close();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

async function pack(file: string, chosen?: readonly string[]): Promise<string> {
  const plate = await openPlate(file);
  const path = packPath(file, chosen !== undefined);
  await buildPack(path, { matrix: plate.counts()!, geneNames: plate.geneNames(), source: sourceOf(file, basename(file)), ...(chosen ? { genes: chosen } : {}) });
  plate.close();
  return path;
}

test.skipIf(anndataPython === null)('minibatches from a pack of some genes equal numpy\'s: all genes normalised, then chosen', async () => {
  const file = plates.files[0]!;
  const path = await pack(file, genes);
  await verifyPack(path);
  const wanted = genes.filter((_, i) => i % 2 === 0);
  const loader = await openLoader({ files: [file], strategy: { kind: 'blocks', block: 1 }, batch: 50, workers: 1, genes: wanted, targetSum: 1e4, log1p: true, dense: true, backend: 'pack' });
  expect(loader.plates.map(({ backend }) => backend)).toEqual(['pack']);
  const rows: number[] = [];
  const values: number[] = [];
  for await (const batch of loader.epoch(0)) {
    rows.push(...batch.rows);
    values.push(...denseOf(batch, wanted.length));
  }
  await loader.close();
  const expected = runScript(join(import.meta.dirname, 'testing/gene_pack.py'), file, JSON.stringify(rows), JSON.stringify(wanted)) as number[];
  expect(values.length).toBe(expected.length);
  // float32, scaled and logarithm each rounded once.
  expect(values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!) / Math.max(1, expected[i]!)), 0)).toBeLessThan(3e-7);
  // What it lacks it does not stand in for.
  await expect(openLoader({ files: [file], strategy: { kind: 'streaming' }, backend: 'pack' })).rejects.toMatchObject({ data: { kind: 'not-found' } });
  deletePack(path);
});

test('a bit flipped anywhere in the rows gives an error that names the row, or right minibatches: never others', async () => {
  const file = plates.files[1]!;
  const path = await pack(file);
  const sound = readFileSync(path);
  const random = createRandom(9, 1);
  const digest = async (): Promise<string> => {
    const loader = await openLoader({ files: [file], strategy: { kind: 'blocks', block: 1 }, workers: 0, backend: 'pack', labels: [] });
    let text = '';
    try {
      for await (const batch of loader.epoch(0)) text += Buffer.from(denseOf(batch, loader.genes.length).buffer).toString('base64');
    } finally {
      await loader.close();
    }
    return text;
  };
  const right = await digest();
  let found = 0;
  for (let trial = 0; trial < 30; trial++) {
    const damaged = Buffer.from(sound);
    damaged[random.below(damaged.length)]! ^= 1 << random.below(8);
    writeFileSync(path, damaged);
    try {
      expect(await digest()).toBe(right);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'data' in thrown)) throw thrown;
      expect(thrown).toMatchObject({ data: { facts: { path } } });
      found++;
    }
  }
  // What no minibatch needs (padding, numbers of genes) may go unnoticed here; verifying looks at everything.
  expect(found).toBeGreaterThan(20);
});

test.each([0, 2])('held in memory as packed: the same minibatches, memory told before, damage noticed (%i workers)', async (workers) => {
  const file = plates.files[0]!;
  const path = await pack(file);
  const common = { files: [file, plates.files[1]!], strategy: { kind: 'blocks', block: 1 }, batch: 50, workers } as const;
  await pack(plates.files[1]!);
  const epochOf = async (backend: 'pack' | 'memory'): Promise<{ text: string[]; heldBytes: number; backends: string[] }> => {
    const loader = await openLoader({ ...common, backend });
    try {
      const text: string[] = [];
      for await (const { x, rows } of loader.epoch(0)) text.push(`${rows} ${x.kind === 'csr' ? `${x.indptr} ${x.indices} ${x.values}` : ''}`);
      return { text, heldBytes: loader.plan.heldBytes, backends: loader.plates.map(({ backend }) => backend) };
    } finally {
      await loader.close();
    }
  };
  const read = await epochOf('pack');
  const held = await epochOf('memory');
  expect(read).toMatchObject({ heldBytes: 0, backends: ['pack', 'pack'] });
  expect(held.text).toEqual(read.text);
  expect(held.backends).toEqual(['memory', 'memory']);
  const bytes = [path, packPath(plates.files[1]!)].reduce((sum, one) => sum + statSync(one).size, 0);
  expect(held.heldBytes).toBeGreaterThan(0.5 * bytes);
  expect(held.heldBytes).toBeLessThan(bytes);
  const damaged = readFileSync(path);
  damaged[64 + 20]! ^= 1;
  writeFileSync(path, damaged);
  await expect(epochOf('memory')).rejects.toMatchObject({ data: { kind: 'corrupt-file', facts: { path, element: 'row 0' } } });
  deletePack(path);
  deletePack(packPath(plates.files[1]!));
});

test('1,000 epochs, each left at another minibatch, hold no more than the first', async () => {
  const file = plates.files[2]!;
  await pack(file);
  const loader = await openLoader({ files: [file], strategy: { kind: 'blocks', block: 1 }, batch: 8, fetchFactor: 2, workers: 0, backend: 'pack' });
  for await (const batch of loader.epoch(0)) expect(batch.cells).toBeGreaterThan(0);
  const held = loader.heldBytesPerWorker();
  for (let epoch = 1; epoch <= 1000; epoch++) {
    let left = epoch % 5;
    for await (const _ of loader.epoch(epoch)) if (left-- === 0) break;
  }
  expect(loader.heldBytesPerWorker()).toBe(held);
  await loader.close();
});

test('a pack that is not of the file as it is now is left alone, and the notes say why; backend pack is refused', async () => {
  const file = plates.files[0]!;
  const path = await pack(file);
  const { mtime } = statSync(file);
  const notes = async (wanted?: readonly string[]): Promise<readonly string[]> => {
    const loader = await openLoader({ files: [file], strategy: { kind: 'streaming' }, workers: 0, ...(wanted ? { genes: wanted } : {}) });
    expect(loader.plates.map(({ backend }) => backend)).toEqual([loader.notes.length > 0 ? 'file' : 'pack']);
    await loader.close();
    return loader.notes;
  };
  expect(await notes()).toEqual([]);
  utimesSync(file, mtime, new Date(mtime.getTime() + 5000));
  expect(await notes()).toEqual([expect.stringContaining(`${path} is left alone: the file has changed since it was made`)]);
  await expect(openLoader({ files: [file], strategy: { kind: 'streaming' }, backend: 'pack' })).rejects.toMatchObject({
    data: { kind: 'pack-unfit', facts: { path, file }, message: expect.stringMatching(/has changed/), remedy: expect.stringContaining(`truckee pack build ${file}`) },
  });
  renameSync(path, `${path}.away`);
  mkdirSync(path);
  expect(await notes()).toEqual([expect.stringContaining('it is a folder')]);
  rmSync(path, { recursive: true });
  rmSync(`${path}.away`);
  const some = await pack(file, genes.slice(0, 20));
  expect(await notes(genes.slice(0, 21))).toEqual([expect.stringContaining('it lacks 1 of the 21 genes asked for')]);
  expect(await notes(genes.slice(0, 20))).toEqual([]);
  deletePack(some);
  await expect(openLoader({ files: [file], strategy: { kind: 'streaming' }, backend: 'pack' })).rejects.toMatchObject({ data: { kind: 'not-found', remedy: `Make one: truckee pack build ${file}` } });
});
