/** A loader asked for several things at once, closed at any moment, and with workers that die while nobody takes their minibatches. */
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Loader, LoaderOptions } from './contract.ts';
import { openLoader } from './loader.ts';
import { deadlyHooks, testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const small = (more: Partial<LoaderOptions> = {}): LoaderOptions => ({ files: plates.files, strategy: { kind: 'blocks', block: 4 }, batch: 32, fetchFactor: 4, workers: 0, ...more });
const all = Array.from({ length: 1200 }, (_, i) => i);
const totalOf = async (loader: Loader, rows: number[]): Promise<number> => {
  const { x } = await loader.rows(rows);
  return x.values.reduce((sum, value) => sum + value, 0);
};

describe('rows by id', () => {
  test.each([0, 1])('many calls at once give each what it asked for, with %i workers', async (workers) => {
    const loader = await openLoader(small({ workers }));
    const wanted = [7, 803, 4, 1199, 0, 555, 7];
    const one: number[] = [];
    for (const row of wanted) one.push(await totalOf(loader, [row]));
    expect(new Set(one).size).toBeGreaterThan(4);
    const found = await Promise.all(wanted.map((row) => loader.rows([row])));
    expect(found.map(({ rows }) => rows[0])).toEqual(wanted);
    expect(await Promise.all(wanted.map((row) => totalOf(loader, [row])))).toEqual(one);
    await loader.close();
  });

  test('in the middle of an epoch they disturb nothing', async () => {
    const plain = await openLoader(small());
    const sums: number[] = [];
    for await (const { x } of plain.epoch(0)) sums.push(x.values.reduce((sum, value) => sum + value, 0));
    const loader = await openLoader(small());
    const rows: number[] = [];
    const beside: number[] = [];
    for await (const batch of loader.epoch(0)) {
      rows.push(...batch.rows);
      await totalOf(loader, [rows.length % 1200]);
      beside.push(batch.x.values.reduce((sum, value) => sum + value, 0));
    }
    expect(rows.sort((a, b) => a - b)).toEqual(all);
    expect(beside).toEqual(sums);
    await Promise.all([plain, loader].map((one) => one.close()));
  });
});

test('an epoch begins at a whole minibatch of it', async () => {
  const loader = await openLoader(small());
  for (const fromBatch of [1.5, -1, NaN, 39]) await expect(loader.epoch(0, { fromBatch }).next()).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
  for (const epoch of [-1, 0.5, NaN]) await expect(loader.epoch(epoch).next()).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
  expect(await loader.epoch(0, { fromBatch: 38 }).next()).toMatchObject({ done: true });
  await loader.close();
});

describe('closing', () => {
  test.each([0, 1, 2])('an epoch under way is told that it ends, with %i workers', async (workers) => {
    const loader = await openLoader(small({ workers, prefetch: 2 }));
    const read = async (): Promise<number> => {
      let seen = 0;
      for await (const { cells } of loader.epoch(0)) {
        seen += cells;
        if (seen === 96) void loader.close();
      }
      return seen;
    };
    await expect(read()).rejects.toMatchObject({ data: { kind: 'cancelled' } });
    await expect(loader.rows([1])).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
    await expect(loader.epoch(0).next()).rejects.toMatchObject({ data: { kind: 'invalid-parameter' } });
  });

  test.each([0, 1])('closed while it opens what it reads with, it opens nothing more, with %i workers', async (workers) => {
    const loader = await openLoader(small({ workers }));
    const first = loader.epoch(0).next();
    const row = loader.rows([3]);
    const outcomes = Promise.allSettled([first, row]);
    await loader.close();
    const [epoch, rows] = await outcomes;
    // What was asked before it was closed is answered, or told that it ends: never left waiting.
    for (const one of [epoch, rows]) expect(one.status === 'fulfilled' || (one.reason as { data: { kind: string } }).data.kind).toBeOneOf([true, 'cancelled', 'invalid-parameter']);
  });
});

// The consumer is slower than the new worker is there: it comes for more while there is none, or not yet.
test.each([0, 10, 60])('a worker that dies while a minibatch is held for %i ms loses and doubles no cell', async (pause) => {
  const { hooksModule, marker } = deadlyHooks(plates.folder, `deadly-${pause}`);
  const loader = await openLoader(small({ workers: 1, fetchFactor: 2, prefetch: 16, hooksModule }));
  const rows: number[] = [];
  for await (const batch of loader.epoch(0)) {
    rows.push(...batch.rows);
    await sleep(pause);
  }
  await loader.close();
  expect(existsSync(marker)).toBe(true);
  expect(rows.sort((a, b) => a - b)).toEqual(all);
});
