import { describe, expect, test } from 'vitest';
import { entropyHint, entropyOfCounts, entropyTally, randomEntropy, simulateEntropy } from './entropy.ts';
import type { Order } from './contract.ts';
import { fetchEntries, type FetchLayout } from './fetches.ts';
import { openOrder } from './open-order.ts';

/** 14 plates of one size; the label of a row is its plate. */
const plates = 14;
const perPlate = 20_000;
const rows = plates * perPlate;
const plate = Uint8Array.from({ length: rows }, (_, row) => Math.floor(row / perPlate));
const sizes = Array.from({ length: plates }, () => perPlate);

/** Mean entropy of minibatches drawn as a loader with seed 3 draws them. */
const drawn = (order: Order, layout: FetchLayout, label: Uint8Array): number =>
  simulateEntropy({ layout, entriesOf: (fetch) => fetchEntries(order, layout, fetch, 3, 0), labels: { label } })['label']!.mean;

/** Cells of plates 1 to 14 of the atlas. */
const plateShares = [5_481_420, 8_064_658, 4_705_402, 7_004_356, 6_419_498, 7_545_393, 5_692_117, 8_880_979, 5_866_669, 8_044_908, 7_435_869, 10_487_057, 8_501_658, 6_518_806];

function simulated(block: number, fetchFactor: number): number {
  const order = openOrder({ strategy: { kind: 'blocks', block }, rows, seed: 3, epoch: 0 });
  return drawn(order, { length: rows, batch: 64, fetchFactor, dropLast: false }, plate);
}

describe('entropy of minibatches', () => {
  test('known batches: one label is 0 bits, 14 labels once each 3.807', () => {
    const tally = entropyTally();
    tally.add([5, 5, 5, 5]);
    expect(tally.result()).toEqual({ mean: 0, std: 0, batches: 1 });
    tally.add(Array.from({ length: 14 }, (_, i) => i));
    tally.add([1]);
    expect(tally.result().batches).toBe(2);
    expect(tally.result().mean).toBeCloseTo(Math.log2(14) / 2, 9);
    expect(tally.result().std).toBeCloseTo(Math.log2(14) / 2, 9);
    expect(entropyOfCounts([1, 1, 2])).toBeCloseTo(1.5, 12);
    expect(entropyOfCounts([])).toBe(0);
  });

  // What an independent simulation of 14 equal plates gave (1,500 minibatches of 64).
  test.each([
    [1, 1, 3.65], [4, 4, 3.53], [8, 4, 3.37], [16, 4, 3.04], [16, 8, 3.35], [16, 16, 3.51], [16, 32, 3.58],
    [32, 4, 2.51], [32, 8, 3.03], [32, 16, 3.35], [32, 32, 3.5], [64, 64, 3.5],
  ])('block %i, fetch %i: the simulation gives %f bits within 0.05, the formula within 0.08 above 2.6', (block, fetchFactor, bits) => {
    expect(Math.abs(simulated(block, fetchFactor) - bits)).toBeLessThan(0.05);
    if (bits > 2.6) expect(Math.abs(entropyHint(sizes, 64, block, fetchFactor) - bits)).toBeLessThan(0.08);
  });

  // Published means for the real plates (mean over 8, 12 and 16 workers), which are of unlike sizes.
  test.each([
    [4, 4, 3.5], [4, 8, 3.563], [4, 16, 3.59], [4, 32, 3.607], [8, 4, 3.337], [8, 8, 3.48], [8, 16, 3.553], [8, 32, 3.59],
    [16, 4, 3.003], [16, 8, 3.323], [16, 16, 3.477], [16, 32, 3.543], [32, 4, 2.47], [32, 8, 3.0], [32, 16, 3.317], [32, 32, 3.473],
  ])('block %i, fetch %i: within 0.05 bit of the published %f with the real plate sizes', (block, fetchFactor, published) => {
    const real = plateShares.map((cells) => Math.round(cells / 400));
    const label = Uint8Array.from(real.flatMap((cells, number) => new Array<number>(cells).fill(number)));
    const order = openOrder({ strategy: { kind: 'blocks', block }, rows: label.length, seed: 3, epoch: 0 });
    const layout = { length: label.length, batch: 64, fetchFactor, dropLast: false };
    expect(Math.abs(drawn(order, layout, label) - published)).toBeLessThan(0.05);
  });

  test('block 64 with one fetch is 0 bits; single rows reach the ceiling of 64 cells, 3.63 to 3.66', () => {
    expect(simulated(64, 1)).toBeLessThan(0.01);
    const ceiling = simulated(1, 1);
    expect(ceiling).toBeGreaterThan(3.62);
    expect(ceiling).toBeLessThan(3.67);
    expect(Math.abs(randomEntropy(sizes, 64) - ceiling)).toBeLessThan(0.02);
  });

  test('chunks drawn evenly over the plates: pools of 32 and 64 reach 99 % of random', () => {
    const starts = Array.from({ length: plates }, (_, number) => ({
      starts: Uint32Array.from([...Array.from({ length: Math.ceil(perPlate / 80) }, (_, i) => number * perPlate + 80 * i), (number + 1) * perPlate]),
    }));
    const order = openOrder({ strategy: { kind: 'chunks' }, rows, units: starts, seed: 3, epoch: 0 });
    const ceiling = randomEntropy(sizes, 64);
    for (const pool of [32, 64]) {
      const layout = { length: rows, batch: 64, fetchFactor: (pool * 80) / 64, dropLast: false };
      expect(drawn(order, layout, plate) / ceiling).toBeGreaterThan(0.99);
    }
  });
});
