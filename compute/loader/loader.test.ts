import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anndataPython, runScript } from '../results/testing/python.ts';
import { buildPack, openPlate, packPath, sourceOf } from '../stores/index.ts';
import { listedRows } from '../sampling/index.ts';
import type { LoaderOptions, Minibatch } from './contract.ts';
import { openLoader } from './loader.ts';
import { deadlyHooks, denseOf, testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const width = 2000;
const small = (more: Partial<LoaderOptions> = {}): LoaderOptions => ({ files: plates.files, strategy: { kind: 'blocks', block: 4 }, batch: 32, fetchFactor: 4, workers: 0, ...more });

interface Kept {
  readonly rows: number[];
  readonly digest: string;
  readonly sum: number;
  readonly obs: Record<string, number[]>;
}
/** Everything of an epoch, copied out of the shared arrays. */
async function collect(options: LoaderOptions, epoch = 0, fromBatch = 0): Promise<Kept[]> {
  const loader = await openLoader(options);
  const kept: Kept[] = [];
  try {
    for await (const batch of loader.epoch(epoch, { fromBatch })) kept.push(keep(batch, loader.genes.length));
  } finally {
    await loader.close();
  }
  return kept;
}
function keep(batch: Minibatch, columns: number): Kept {
  const dense = denseOf(batch, columns);
  return {
    rows: [...batch.rows], digest: createHash('sha256').update(dense).digest('hex'), sum: dense.reduce((a, b) => a + b, 0),
    obs: Object.fromEntries(Object.entries(batch.obs).map(([name, values]) => [name, [...values]])),
  };
}
const refused = async (options: LoaderOptions, kind: string): Promise<void> => {
  await expect(openLoader(options)).rejects.toMatchObject({ data: { kind } });
};

describe('any number of workers gives the same minibatches', () => {
  test.each(['chunks', 'blocks', 'streaming'] as const)('%s: rows, values and labels, with 0, 1 and 3 workers, every cell once', async (kind) => {
    const strategy = kind === 'blocks' ? { kind, block: 7 } : { kind };
    const options = small({ strategy, labels: ['cell_line', 'plate'], verified: kind === 'chunks' });
    const alone = await collect(options);
    expect(alone.flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(Array.from({ length: 1200 }, (_, i) => i));
    for (const workers of [1, 3]) expect(await collect({ ...options, workers, prefetch: 2 })).toEqual(alone);
    const unordered = await collect({ ...options, workers: 2, deterministic: false });
    expect(new Set(unordered.map((batch) => JSON.stringify(batch)))).toEqual(new Set(alone.map((batch) => JSON.stringify(batch))));
  });

  test('several ranks share an epoch without a repeat; other epochs come in other orders', async () => {
    const parts = await Promise.all([0, 1, 2].map((rank) => collect(small({ rank, ranks: 3 }))));
    expect(parts.flat().flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(Array.from({ length: 1200 }, (_, i) => i));
    expect((await collect(small(), 1))[0]!.rows).not.toEqual((await collect(small()))[0]!.rows);
  });

  test('going on at a minibatch gives exactly what was still to come', async () => {
    const all = await collect(small());
    for (const from of [1, 5, 17]) expect(await collect(small({ workers: from % 2 }), 0, from)).toEqual(all.slice(from));
  });

  test('order and names of the files change nothing', async () => {
    const renamed = plates.files.map((_, i) => join(plates.folder, `${['z', 'b', 'q'][i]!}.h5ad`));
    plates.files.forEach((file, i) => copyFileSync(file, renamed[i]!));
    const labels = ['cell_line', 'drug'];
    expect(await collect(small({ files: [renamed[2]!, renamed[0]!, renamed[1]!], labels }))).toEqual(await collect(small({ labels })));
  });
});

describe.skipIf(anndataPython === null)('against h5py and scipy (needs Python)', () => {
  const answersOf = (batches: readonly (readonly number[])[], genes: readonly number[] | null, target: number | null): { digest: string; sum: number }[] => {
    const request = join(plates.folder, 'request.json');
    writeFileSync(request, JSON.stringify({ files: plates.files, batches, genes, target }));
    return runScript(join(import.meta.dirname, 'testing', 'reference.py'), request) as { digest: string; sum: number }[];
  };

  test.each([false, true])('rows of random lists with repeats are equal (starts of chunks only: %s)', async (verified) => {
    const loader = await openLoader(small({ verified }));
    const lists = Array.from({ length: 12 }, (_, i) => Array.from({ length: 5 + 9 * i }, (_, k) => (k * 7919 + i * 104_729) % (i % 2 ? 1200 : 40)));
    const mine = [];
    for (const list of lists) mine.push(keep(await loader.rows(list), width));
    await loader.close();
    expect(mine.map(({ digest }) => digest)).toEqual(answersOf(lists, null, null).map(({ digest }) => digest));
    expect(mine.map(({ rows }) => rows)).toEqual(lists);
  });

  test('chosen genes, scaled and logarithmised: equal to the whole matrix normalised, then subset', async () => {
    const plate = await openPlate(plates.files[0]!);
    const chosen = [1500, 3, 77, 0, 1999, 501];
    const genes = chosen.map((gene) => plate.geneNames()[gene]!);
    plate.close();
    for (const dense of [false, true]) {
      const mine = await collect(small({ genes, targetSum: 1e4, log1p: true, dense, workers: dense ? 2 : 0 }));
      const theirs = answersOf(mine.map(({ rows }) => rows), chosen, 1e4);
      mine.forEach(({ sum }, i) => expect(Math.abs(sum - theirs[i]!.sum)).toBeLessThan(1e-5 * theirs[i]!.sum));
      expect(mine.filter(({ digest }, i) => digest === theirs[i]!.digest).length / mine.length).toBeGreaterThan(0.9);
    }
  });
});

test('packs beside the files give the same minibatches, and say so', async () => {
  const folder = join(plates.folder, 'packed');
  mkdirSync(folder);
  const files = plates.files.map((file) => join(folder, basename(file)));
  for (const [i, file] of files.entries()) {
    copyFileSync(plates.files[i]!, file);
    const plate = await openPlate(file);
    await buildPack(packPath(file), { matrix: plate.counts()!, geneNames: plate.geneNames(), source: sourceOf(file, basename(file)) });
    plate.close();
  }
  for (const options of [small({ files, strategy: { kind: 'chunks' } }), small({ files, strategy: { kind: 'blocks', block: 1 }, dense: true, workers: 2 })]) {
    expect(await collect({ ...options, backend: 'pack' })).toEqual(await collect({ ...options, backend: 'file' }));
  }
  const loader = await openLoader(small({ files, targetSum: 1e4, log1p: true }));
  expect(loader.plates.map(({ backend }) => backend)).toEqual(['pack', 'pack', 'pack']);
  const plain = await openLoader(small({ files, targetSum: 1e4, log1p: true, backend: 'file' }));
  const [a, b] = [denseOf(await loader.rows([7, 800, 7]), width), denseOf(await plain.rows([7, 800, 7]), width)];
  // One unit of float32: the two logarithms may round apart.
  a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(b[i]! * 1.2e-7));
  await loader.close();
  await plain.close();
  await refused(small({ backend: 'pack' }), 'not-found');
});

describe('hooks', () => {
  test('fetch, fetch transform, batch and batch transform are asked in turn', async () => {
    const calls: string[] = [];
    const plain = await collect(small());
    const loader = await openLoader(small({
      hooks: {
        fetchTransform: (chunk) => {
          // One request is 4 minibatches of 32 cells; the last one what is left. Its rows are sparse until they are a minibatch.
          calls.push(`fetchTransform ${chunk.rows.length}`);
          expect([...chunk.rows]).toEqual([...chunk.rows].sort((a, b) => a - b));
          expect(chunk.indices.length).toBe(chunk.indptr[chunk.rows.length]);
          expect(chunk.indices.length).toBeLessThan(chunk.rows.length * width);
          return { ...chunk, values: chunk.values.map((value) => 2 * value) };
        },
        batchTransform: (batch) => {
          calls.push(`batchTransform ${batch.cells}`);
          expect(batch.x.kind).toBe('csr');
          return { ...batch, x: { kind: 'dense', values: denseOf(batch, width) } };
        },
      },
    }));
    const sums: number[] = [];
    for await (const batch of loader.epoch(0)) {
      expect(batch.x.kind === 'dense' && batch.x.values.length).toBe(batch.cells * width);
      sums.push(keep(batch, width).sum);
    }
    await loader.close();
    await expect(collect(small({ dense: true, hooks: { fetchTransform: (chunk) => chunk } }))).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
    expect(sums).toEqual(plain.map(({ sum }) => 2 * sum));
    const fetch = ['fetchTransform 128', ...Array.from({ length: 4 }, () => 'batchTransform 32')];
    expect(calls).toEqual([...Array.from({ length: 9 }, () => fetch).flat(), 'fetchTransform 48', 'batchTransform 32', 'batchTransform 16']);

    const own = await openLoader(small({
      hooks: {
        fetch: (rows) => ({ rows, indptr: Int32Array.from({ length: rows.length + 1 }, (_, i) => i), indices: new Int32Array(rows.length), values: Float32Array.from(rows) }),
        batch: (chunk, positions) => ({ rows: positions.map((at) => chunk.rows[at]!), indptr: Int32Array.from({ length: positions.length + 1 }, (_, i) => i), indices: new Int32Array(positions.length), values: Float32Array.from(positions, (at) => chunk.values[at]!) }),
      },
    }));
    for await (const { x, rows } of own.epoch(0)) expect(x.kind === 'csr' && [...x.values]).toEqual([...rows]);
    await own.close();
  });

  test('workers load hooks from a module; functions for them are refused', async () => {
    const hooksModule = join(plates.folder, 'hooks.mjs');
    writeFileSync(hooksModule, 'export const fetchTransform = (chunk) => ({ ...chunk, values: chunk.values.map((value) => 3 * value) });');
    const plain = await collect(small());
    expect((await collect(small({ hooksModule, workers: 2 }))).map(({ sum }) => sum)).toEqual(plain.map(({ sum }) => 3 * sum));
    await refused(small({ workers: 1, hooks: { fetchTransform: (chunk) => chunk } }), 'invalid-parameter');
  });
});

describe('labels, subsets and weights', () => {
  test('labels are encoded over all files and come with every minibatch', async () => {
    const loader = await openLoader(small({ labels: ['cell_line', 'tscp_count', 'plate'] }));
    const { categories } = loader.labels['cell_line']!;
    expect(categories).toEqual([...categories].sort());
    // The columns have the names of var.
    const first = await openPlate(plates.files[0]!);
    expect(loader.genes).toEqual(first.geneNames());
    first.close();
    for await (const { rows, obs } of loader.epoch(0)) {
      rows.forEach((row, i) => {
        const { plate, at } = loader.plates.map((one) => ({ plate: one, at: row - one.rowOffset })).filter(({ plate: one, at }) => at >= 0 && at < one.cells)[0]!;
        expect(loader.labels['plate']!.categories[obs['plate']![i]!]).toContain(/plate\d+/.exec(plate.name)![0].slice(-1));
        expect(obs['tscp_count']![i]).toBe(loader.labels['tscp_count']!.values[at + plate.rowOffset]);
      });
      break;
    }
    // Single cells by id bring the same labels.
    const few = await loader.rows([1100, 3, 3]);
    for (const name of ['cell_line', 'plate', 'tscp_count']) expect([...few.obs[name]!]).toEqual([1100, 3, 3].map((row) => loader.labels[name]!.values[row]));
    await loader.close();
    await refused(small({ labels: ['cell_lin'] }), 'unknown-column');
  });

  test('the dose of a cell is told from its treatment', async () => {
    const loader = await openLoader(small({ labels: ['dose', 'drugname_drugconc'] }));
    const { categories, values } = loader.labels['dose']!;
    expect(categories.every((dose) => /^[\d.]+ uM$/.test(dose))).toBe(true);
    expect(categories.map((dose) => Number.parseFloat(dose))).toEqual(categories.map((dose) => Number.parseFloat(dose)).sort((a, b) => a - b));
    const treatments = loader.labels['drugname_drugconc']!;
    for (let row = 0; row < 1200; row += 97) expect(Number(/, ([\d.e-]+),/.exec(treatments.categories[treatments.values[row]!]!)![1])).toBe(Number.parseFloat(categories[values[row]!]!));
    await loader.close();
  });

  test('a subset, balanced classes and quotas from disk', async () => {
    const ids = Array.from({ length: 300 }, (_, i) => 4 * i + 1);
    const subset = listedRows(ids, 1200);
    expect((await collect(small({ subset }))).flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(ids);
    const balanced = await collect(small({ strategy: { kind: 'balanced', label: 'plate', totalSize: 3000 }, labels: ['plate'] }));
    const counts = [0, 0, 0];
    balanced.flatMap(({ obs }) => obs['plate']!).forEach((code) => counts[code]!++);
    counts.forEach((count) => expect(Math.abs(count - 1000)).toBeLessThan(120));
    // Few cells of the first plate take part: they come as often as the others all the same.
    const few = listedRows(Array.from({ length: 1200 }, (_, row) => row).filter((row) => row >= 400 || row < 20), 1200);
    const some = await collect(small({ subset: few, strategy: { kind: 'balanced', label: 'plate', totalSize: 3000 }, labels: ['plate'] }));
    const ofPlates = [0, 0, 0];
    some.flatMap(({ obs }) => obs['plate']!).forEach((code) => ofPlates[code]!++);
    ofPlates.forEach((count) => expect(Math.abs(count - 1000)).toBeLessThan(120));
    const loader = await openLoader(small({ labels: ['plate'] }));
    const [a, b, c] = loader.labels['plate']!.categories as [string, string, string];
    await loader.close();
    const quota = await collect(small({ strategy: { kind: 'quota', label: 'plate', quota: { [a]: 16, [b]: 8, [c]: 8 } }, labels: ['plate'], workers: 1 }));
    for (const { obs } of quota) expect([0, 1, 2].map((code) => obs['plate']!.filter((value) => value === code).length)).toEqual([16, 8, 8]);
    await refused(small({ strategy: { kind: 'quota', label: 'plate', quota: { nowhere: 32 } } }), 'invalid-parameter');
  });
});

describe('hard use', () => {
  test('a worker that dies is replaced: no cell is lost or doubled', async () => {
    const options = small({ workers: 2, prefetch: 3 });
    const expected = await collect({ ...options, workers: 0 });
    const { hooksModule } = deadlyHooks(plates.folder, 'deadly');
    expect(await collect({ ...options, hooksModule })).toEqual(expected);
  });

  test('a worker that dies again and again ends the epoch with an error', async () => {
    const hooksModule = join(plates.folder, 'hopeless.mjs');
    writeFileSync(hooksModule, 'export const fetchTransform = () => process.exit(9);');
    await expect(collect(small({ workers: 1, hooksModule }))).rejects.toMatchObject({ data: { kind: 'internal' } });
  });

  test('a file that changes under the loader is noticed', async () => {
    const copy = join(plates.folder, 'copy.h5ad');
    copyFileSync(plates.files[0]!, copy);
    const loader = await openLoader(small({ files: [copy], workers: 1 }));
    utimesSync(copy, new Date(), new Date(Date.now() + 60_000));
    await expect((async () => {
      for await (const batch of loader.epoch(0)) expect(batch.cells).toBeGreaterThan(0);
    })()).rejects.toMatchObject({ data: { kind: 'dataset-changed' } });
    await loader.close();
  });

  test('stopped at any moment it lets go of everything, and the next epoch is whole', async () => {
    const loader = await openLoader(small({ workers: 2 }));
    for (const stop of [0, 1, 9]) {
      let seen = 0;
      for await (const batch of loader.epoch(0)) if (batch.cells > 0 && seen++ === stop) break;
    }
    const abort = new AbortController();
    await expect((async () => {
      for await (const batch of loader.epoch(0, { signal: abort.signal })) if (batch.batch === 1) abort.abort();
    })()).rejects.toMatchObject({ data: { kind: 'cancelled' } });
    const rows: number[] = [];
    for await (const batch of loader.epoch(0)) rows.push(...batch.rows);
    expect(rows.length).toBe(1200);
    await loader.close();
  });

  test('a slow consumer holds the workers back: slots stay as many as they were', async () => {
    const loader = await openLoader(small({ workers: 2, prefetch: 2, fetchFactor: 8 }));
    const buffers = new Set<unknown>();
    for await (const { x, batch } of loader.epoch(0)) {
      if (x.kind === 'csr') buffers.add(x.values.buffer);
      if (batch % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(buffers.size).toBeLessThanOrEqual(2 * 2 + 2);
    await loader.close();
  });

  test('1,000 epochs of a small subset do not grow', async () => {
    const loader = await openLoader(small({ subset: listedRows([1, 2, 3, 500, 1100], 1200), batch: 2, fetchFactor: 1, workers: 1, strategy: { kind: 'blocks', block: 1 } }));
    let before = 0;
    for (let epoch = 0; epoch < 1000; epoch++) {
      let cells = 0;
      for await (const batch of loader.epoch(epoch)) cells += batch.cells;
      if (cells !== 5) throw new Error(`${cells} cells in epoch ${epoch}`);
      if (epoch === 300) before = process.memoryUsage.rss();
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(40e6);
    await loader.close();
  });

  test.each([0, 1])('memory that grows past the plan is given back, that is noted, and every cell still comes once (%i workers)', async (workers) => {
    // Every chunk that this hook leaves takes 8 MB more than the last.
    const hooksModule = join(plates.folder, 'growing.mjs');
    writeFileSync(hooksModule, `
      let chunks = 0;
      export const fetchTransform = (chunk) => {
        const values = new Float32Array(chunk.values.length + 2e6 * ++chunks);
        values.set(chunk.values);
        return { ...chunk, values };
      };`);
    const loader = await openLoader(small({ workers, hooksModule }));
    expect(loader.notes).toEqual([]);
    const rows: number[] = [];
    for await (const batch of loader.epoch(0)) rows.push(...batch.rows);
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 1200 }, (_, row) => row));
    expect(loader.notes).toHaveLength(1);
    expect(loader.notes[0]).toMatch(/came to hold .* were planned: its buffers were given back, and the epoch went on/);
    await loader.close();
  });

  test('bad input is refused with the reason', async () => {
    await refused(small({ strategy: { kind: 'blocks', block: 5000 } }), 'invalid-parameter');
    await refused(small({ batch: 0 }), 'invalid-parameter');
    await refused(small({ rank: 2, ranks: 2 }), 'invalid-parameter');
    await refused(small({ genes: ['no such gene'] }), 'not-found');
    await refused(small({ files: [plates.files[0]!, plates.files[0]!] }), 'same-plate-twice');
    await refused(small({ strategy: { kind: 'weighted', weights: [1, 2] } }), 'invalid-parameter');
  });
});
