import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Loader, LoaderOptions } from './contract.ts';
import { openLoader } from './loader.ts';
import { measureCosts, piecesOf, predictRate } from './predict.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

/** A disk whose reading takes what it should, with every fourth reading disturbed. */
async function rates(strategy: LoaderOptions['strategy'], fetchFactor: number, perPiece: number, perCell: number): Promise<{ predicted: number; real: number }> {
  const loader = await openLoader({ files: plates.files, strategy, batch: 32, fetchFactor, workers: 0 });
  let readings = 0;
  const secondsOf = (rows: Uint32Array): number => perPiece * piecesOf(loader, rows, false) + perCell * rows.length;
  const disk: Loader = {
    ...loader,
    time: async (rounds) => rounds.map(([rows]) => secondsOf(rows!) * (readings++ % 4 === 3 ? 3 : 1)),
  };
  const predicted = predictRate(loader, await measureCosts(disk, false), false);
  let [seconds, cells] = [0, 0];
  for (let fetch = 0; fetch < Math.ceil(1200 / (32 * fetchFactor)); fetch++) {
    const entries = loader.entries(0, fetch);
    seconds += secondsOf(entries);
    cells += entries.length;
  }
  await loader.close();
  return { predicted, real: cells / seconds };
}

test.each([
  ['chunks', { kind: 'chunks' }, 4], ['blocks of 16', { kind: 'blocks', block: 16 }, 8], ['single cells', { kind: 'blocks', block: 1 }, 8], ['ascending', { kind: 'streaming' }, 4],
] as const)('the rate is predicted within a quarter of what a disk of known costs gives: %s', async (_, strategy, fetchFactor) => {
  for (const [perPiece, perCell] of [[2e-3, 1e-5], [1e-5, 1e-5], [0, 2e-5]] as const) {
    const { predicted, real } = await rates(strategy, fetchFactor, perPiece, perCell);
    expect(Math.abs(predicted / real - 1)).toBeLessThan(0.25);
  }
});

test('all workers are timed at once, and their times are those of other rows', async () => {
  const loader = await openLoader({ files: plates.files, strategy: { kind: 'streaming' }, batch: 32, workers: 2 });
  const seen: number[][][] = [];
  const watched: Loader = {
    ...loader,
    async time(rounds) {
      seen.push(rounds.map((own) => own.map((rows) => rows[0]!)));
      return loader.time(rounds);
    },
  };
  const rate = predictRate(loader, await measureCosts(watched, false), false);
  await loader.close();
  expect(rate).toBeGreaterThan(0);
  // Near rows, spread ones and repeated ones in turn, nine rounds of each, with rows for either worker.
  expect(seen.map((rounds) => rounds.map((both) => both.length))).toEqual(seen.map(() => Array.from({ length: 9 }, () => 2)));
  expect(seen.length % 3).toBe(0);
  // As long as it takes to warm up, then once in earnest.
  expect(seen.length).toBeGreaterThanOrEqual(6);
  const [warm, timed] = [seen.at(-5)!, seen.at(-2)!];
  // So few cells are all near ones; the spread ones are others in every round of either worker.
  for (const rounds of [warm, timed]) expect(new Set(rounds.flat()).size).toBe(18);
  // Nor are they those of warming up.
  expect(new Set([...warm.flat(2), ...timed.flat(2)]).size).toBe(20);
});

test('what is slow at first, as code is that has just been loaded, is not what is predicted', async () => {
  const loader = await openLoader({ files: plates.files, strategy: { kind: 'streaming' }, batch: 32, workers: 0 });
  let read = 0;
  // 0.3 s of reading at a tenth of the speed.
  const waking: Loader = {
    ...loader,
    time: async (rounds) => rounds.map(([rows]) => {
      const seconds = rows!.length * (read < 0.3 ? 1e-4 : 1e-5);
      read += seconds;
      return seconds;
    }),
  };
  const rate = predictRate(loader, await measureCosts(waking, false), false);
  await loader.close();
  expect(Math.abs(rate / 1e5 - 1)).toBeLessThan(0.01);
});

test('what is done once for a row, as it is read, is told apart from what every cell handed over takes', async () => {
  const loader = await openLoader({ files: plates.files, strategy: { kind: 'streaming' }, batch: 32, workers: 0 });
  const disk: Loader = { ...loader, time: async (rounds) => rounds.map(([rows]) => new Set(rows!).size * 4e-5 + rows!.length * 1e-5 + 2e-4 * piecesOf(loader, rows!, false)) };
  const costs = await measureCosts(disk, false);
  await loader.close();
  // Rounds differ in their pieces, and one of the quicker ones is taken.
  for (const [found, real] of [[costs.secondsPerPiece, 2e-4], [costs.secondsPerCellRead, 4e-5], [costs.secondsPerCell, 1e-5]] as const) expect(Math.abs(found / real - 1)).toBeLessThan(0.2);
});

test('costs that stand for two workers at a time give twice the rate of one of them', async () => {
  const costs = { secondsPerPiece: 0, secondsPerCellRead: 0, secondsPerCell: 1e-3 };
  for (const workers of [0, 1, 2, 3]) {
    const loader = await openLoader({ files: plates.files, strategy: { kind: 'streaming' }, batch: 32, fetchFactor: 1, workers });
    expect(Math.abs(predictRate(loader, costs, false) / (1000 * Math.max(1, workers)) - 1)).toBeLessThan(0.05);
    await loader.close();
    // One fetch is the work of one worker.
    const single = await openLoader({ files: plates.files, strategy: { kind: 'streaming' }, batch: 32, fetchFactor: 64, workers });
    expect(predictRate(single, costs, false)).toBeCloseTo(1000, 6);
    await single.close();
  }
});
