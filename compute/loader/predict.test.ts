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

/** A disk whose reading takes what it should, with every fourth reading disturbed: a clock of its own. */
async function rates(strategy: LoaderOptions['strategy'], fetchFactor: number, perPiece: number, perCell: number): Promise<{ predicted: number; real: number }> {
  const loader = await openLoader({ files: plates.files, strategy, batch: 32, fetchFactor, workers: 0 });
  let clock = 0;
  let readings = 0;
  const secondsOf = (rows: Uint32Array): number => perPiece * piecesOf(loader, rows, false) + perCell * rows.length;
  const disk: Loader = {
    ...loader,
    async pass(rows) {
      clock += 1000 * secondsOf(rows) * (readings++ % 4 === 3 ? 3 : 1);
    },
  };
  const predicted = predictRate(loader, await measureCosts(disk, false, () => clock), false, 1, 1);
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
