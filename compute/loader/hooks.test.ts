import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FetchedRows, LoaderHooks, LoaderOptions, Minibatch } from './contract.ts';
import { openLoader } from './loader.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const small = (more: Partial<LoaderOptions> = {}): LoaderOptions => ({ files: plates.files, strategy: { kind: 'blocks', block: 4 }, batch: 32, fetchFactor: 4, workers: 0, ...more });
const read = async (options: LoaderOptions, see: (batch: Minibatch) => void = () => undefined): Promise<void> => {
  const loader = await openLoader(options);
  try {
    for await (const batch of loader.epoch(0)) see(batch);
  } finally {
    await loader.close();
  }
};
const moduleOf = (name: string, text: string): string => {
  const path = join(plates.folder, `${name}.mjs`);
  writeFileSync(path, text);
  return path;
};

describe('hooks from a module', () => {
  test.each([0, 2])('all four are asked, batchTransform too, with %i workers', async (workers) => {
    const hooksModule = moduleOf('four', `
      export const fetchTransform = (chunk) => ({ ...chunk, values: chunk.values.map((value) => 2 * value) });
      export const batchTransform = (batch) => ({ ...batch, obs: { ...batch.obs, marked: Int32Array.of(batch.cells) } });`);
    let [plain, doubled] = [0, 0];
    const total = ({ x }: Minibatch): number => x.values.reduce((sum, value) => sum + value, 0);
    await read(small(), (batch) => (plain += total(batch)));
    await read(small({ workers, hooksModule }), (batch) => {
      doubled += total(batch);
      expect(batch.obs['marked']).toEqual(Int32Array.of(batch.cells));
    });
    expect(doubled).toBe(2 * plain);
  });

  test('a path is taken from the working folder', async () => {
    const from = process.cwd();
    moduleOf('near', 'export const batchTransform = (batch) => ({ ...batch, cells: 1 });');
    process.chdir(plates.folder);
    try {
      await read(small({ hooksModule: 'near.mjs' }), ({ cells }) => expect(cells).toBe(1));
    } finally {
      process.chdir(from);
    }
  });

  test('one that is missing, broken or has no hook is refused by its name, before anything is read', async () => {
    for (const [path, reason] of [[join(plates.folder, 'none.mjs'), /cannot be loaded/], [moduleOf('broken', 'export const batch ='), /cannot be loaded/], [moduleOf('empty', 'export const other = 1;'), /exports none of fetch/]] as const) {
      for (const workers of [0, 1]) await expect(openLoader(small({ workers, hooksModule: path }))).rejects.toMatchObject({ data: { kind: 'invalid-parameter', message: expect.stringMatching(reason) as string } });
    }
  });

  test('functions beside it are refused where they would be two of a kind', async () => {
    const hooksModule = moduleOf('one', 'export const fetchTransform = (chunk) => chunk;');
    await expect(openLoader(small({ hooksModule, hooks: { fetchTransform: (chunk) => chunk } }))).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
    await read(small({ hooksModule, hooks: { batchTransform: (batch) => ({ ...batch, cells: 7 }) } }), ({ cells }) => expect(cells).toBe(7));
  });
});

describe('what hooks give is looked at', () => {
  const cut = (chunk: FetchedRows, rows: number): FetchedRows => ({ ...chunk, rows: chunk.rows.subarray(rows), indptr: chunk.indptr.subarray(rows) });
  const cases: readonly [string, LoaderHooks, RegExp][] = [
    ['a row left out', { fetchTransform: (chunk) => cut(chunk, 1) }, /127 rows where 128 were wanted/],
    ['another row', { fetchTransform: (chunk) => ({ ...chunk, rows: chunk.rows.map((row, i) => (i === 5 ? row + 1 : row)) }) }, /at place 5/],
    ['a column that is not there', { fetchTransform: (chunk) => ({ ...chunk, indices: chunk.indices.map((gene) => gene + 1500) }) }, /names column \d+ of 2000/],
    ['falling pointers', { fetchTransform: (chunk) => ({ ...chunk, indptr: chunk.indptr.with(2, -1) }) }, /indptr falls/],
    ['too few values', { fetchTransform: (chunk) => ({ ...chunk, values: chunk.values.subarray(1) }) }, /but there are \d+ entries/],
    ['an error of its own', { fetchTransform: () => { throw new Error('no room'); } }, /it threw: no room/],
    ['rows of another minibatch', { batch: (chunk, positions) => ({ ...chunk, rows: positions }) }, /indptr must have|at place|were wanted/],
    ['an error for a minibatch', { batchTransform: () => { throw new Error('no weights'); } }, /it threw: no weights/],
  ];
  test.each(cases)('%s', async (_, hooks, reason) => {
    await expect(read(small({ hooks }))).rejects.toMatchObject({ data: { kind: 'invalid-parameter', message: expect.stringMatching(reason) as string } });
  });

  test.each([0, 1])('of a module too, with %i workers', async (workers) => {
    for (const [name, text, reason] of [['throws', "() => { throw new Error('out of ideas'); }", /fetchTransform.*out of ideas/], ['later', 'async (chunk) => chunk', /must answer at once/]] as const) {
      const hooksModule = moduleOf(name, `export const fetchTransform = ${text};`);
      await expect(read(small({ workers, hooksModule }))).rejects.toMatchObject({ data: { kind: 'invalid-parameter', message: expect.stringMatching(reason) as string } });
    }
  });
});
