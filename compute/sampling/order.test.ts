import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { blockOrder } from './blocks.ts';
import type { Order, OrderRequest, PlateUnits, Strategy } from './contract.ts';
import { batchesIn, batchesOfRank, fetchCount, fetchEntries, fetchesOfRank, workerShare } from './fetches.ts';
import { openOrder } from './open-order.ts';
import { permutationOf } from './permutation.ts';
import { allRows, listedRows, rangedRows } from './row-sets.ts';

const whole = (order: Order): Uint32Array => {
  const out = new Uint32Array(order.length);
  order.take(0, out);
  return out;
};
const open = (strategy: Strategy, rows: number, more: Partial<OrderRequest> = {}): Order => openOrder({ strategy, rows, seed: 0, epoch: 0, ...more });
/** Units of about `cells` rows over plates of the given sizes. */
const unitsOf = (sizes: readonly number[], cells: number): PlateUnits[] => {
  let offset = 0;
  return sizes.map((size) => {
    const starts: number[] = [];
    for (let row = 0; row < size; row += cells) starts.push(offset + row);
    offset += size;
    return { starts: Uint32Array.from([...starts, offset]) };
  });
};
const ascending = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const refused = (act: () => unknown, parameter: string): void =>
  expect(act).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'invalid-parameter', facts: expect.objectContaining({ parameter }) }) }));

describe('every cell exactly once per epoch', () => {
  test.each(['streaming', 'blocks', 'chunks'] as const)('%s: over all ranks and workers, n = 1000, b = 7, f = 3, m = 10', (kind) => {
    const units = unitsOf([300, 451, 249], 13);
    const strategy: Strategy = kind === 'blocks' ? { kind, block: 7 } : kind === 'streaming' ? { kind, shuffle: true } : { kind };
    const order = open(strategy, 1000, { units });
    const layout = { length: order.length, batch: 10, fetchFactor: 3, dropLast: false };
    for (let ranks = 1; ranks <= 3; ranks++) {
      for (let workers = 0; workers <= 4; workers++) {
        const seen: number[] = [];
        let batches = 0;
        for (let rank = 0; rank < ranks; rank++) {
          const own = fetchesOfRank(layout, rank, ranks);
          const shares = ascending(Math.max(1, workers)).map((worker) => workerShare(own.length, worker, Math.max(1, workers)));
          expect(Math.max(...shares.map(({ from, to }) => to - from)) - Math.min(...shares.map(({ from, to }) => to - from))).toBeLessThanOrEqual(1);
          const taken = shares.flatMap(({ from, to }) => own.slice(from, to));
          expect(taken).toEqual(own);
          for (const fetch of taken) {
            seen.push(...fetchEntries(order, layout, fetch, 0, 0));
            batches += batchesIn(layout, fetch);
          }
        }
        expect(seen.sort((a, b) => a - b)).toEqual(ascending(1000));
        expect(ascending(ranks).reduce((sum, rank) => sum + batchesOfRank(layout, rank, ranks), 0)).toBe(batches);
      }
    }
  });

  test('any sizes, subsets, blocks and places to start from', () => {
    const cases = fc.record({ rows: fc.integer({ min: 1, max: 400 }), block: fc.integer({ min: 1, max: 40 }), keep: fc.integer({ min: 1, max: 5 }), seed: fc.nat(), epoch: fc.nat(50), chunks: fc.boolean() });
    fc.assert(fc.property(cases, ({ rows, block, keep, seed, epoch, chunks }) => {
      const ids = ascending(rows).filter((row) => (row * 7919) % 5 < keep);
      fc.pre(ids.length >= block);
      const subset = listedRows(ids, rows);
      const order = openOrder({ strategy: chunks ? { kind: 'chunks' } : { kind: 'blocks', block }, rows, subset, units: unitsOf([rows], block), seed, epoch });
      const all = whole(order);
      expect([...all].sort((a, b) => a - b)).toEqual(ids);
      const at = Math.floor(all.length / 3);
      const part = new Uint32Array(Math.min(17, all.length - at));
      order.take(at, part);
      expect(part).toEqual(all.subarray(at, at + part.length));
    }), { numRuns: 150 });
  });

  test('another epoch, another seed: another order; the same again: the same', () => {
    const one = whole(open({ kind: 'blocks', block: 4 }, 500));
    expect(whole(open({ kind: 'blocks', block: 4 }, 500))).toEqual(one);
    expect(whole(open({ kind: 'blocks', block: 4 }, 500, { epoch: 1 }))).not.toEqual(one);
    expect(whole(open({ kind: 'blocks', block: 4 }, 500, { seed: 1 }))).not.toEqual(one);
    // Every fetch is mixed in a way of its own.
    const layout = { length: 500, batch: 10, fetchFactor: 5, dropLast: false };
    const streaming = open({ kind: 'streaming', shuffle: true }, 500);
    const [first, second] = [0, 1].map((fetch) => [...fetchEntries(streaming, layout, fetch, 0, 0)].map((row) => row % 50));
    expect(first).not.toEqual(second);
  });
});

describe('blocks', () => {
  test('blocks are contiguous; the remainder is one short block at a border, anywhere', () => {
    const borders = new Set<number>();
    for (let epoch = 0; epoch < 60; epoch++) {
      const rows = [...whole(open({ kind: 'blocks', block: 7 }, 31, { epoch }))];
      const border = rows.indexOf(28);
      expect(rows.slice(border, border + 3)).toEqual([28, 29, 30]);
      borders.add(border / 7);
      rows.splice(border, 3);
      for (let at = 0; at < 28; at += 7) expect(rows.slice(at, at + 7)).toEqual(ascending(7).map((i) => rows[at]! + i));
    }
    expect([...borders].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('dropLast leaves out the remainder, chosen anywhere, and blocks close up over the holes', () => {
    const dropped = new Set<number>();
    for (let epoch = 0; epoch < 80; epoch++) {
      const rows = whole(open({ kind: 'blocks', block: 4, dropLast: true }, 23, { epoch }));
      expect(rows.length).toBe(20);
      expect(new Set(rows).size).toBe(20);
      const missing = ascending(23).filter((row) => !rows.includes(row));
      missing.forEach((row) => dropped.add(row));
      const kept = ascending(23).filter((row) => !missing.includes(row));
      for (let at = 0; at < 20; at += 4) expect([...rows.subarray(at, at + 4)]).toEqual(kept.slice(kept.indexOf(rows[at]!), kept.indexOf(rows[at]!) + 4));
    }
    expect(dropped.size).toBe(23);
  });

  test('lengths at the edges: fewer rows than a block, than a fetch, none at all, fetches smaller than blocks', () => {
    expect(blockOrder(3, 7, false, 0, 0).length).toBe(3);
    expect(blockOrder(3, 7, true, 0, 0).length).toBe(0);
    const layout = (length: number, dropLast: boolean) => ({ length, batch: 10, fetchFactor: 3, dropLast });
    expect([fetchCount(layout(7, false)), batchesOfRank(layout(7, false)), batchesOfRank(layout(7, true))]).toEqual([1, 1, 0]);
    expect([fetchCount(layout(0, false)), batchesOfRank(layout(0, false))]).toEqual([0, 0]);
    expect([batchesOfRank(layout(95, false)), batchesOfRank(layout(95, true))]).toEqual([10, 9]);
    const order = open({ kind: 'blocks', block: 64 }, 200);
    const small = { length: 200, batch: 5, fetchFactor: 2, dropLast: false };
    const seen = ascending(fetchCount(small)).flatMap((fetch) => [...fetchEntries(order, small, fetch, 0, 0)]);
    expect(seen.sort((a, b) => a - b)).toEqual(ascending(200));
    expect(whole(open({ kind: 'streaming' }, 0)).length).toBe(0);
  });

  test('golden orders: what was recorded stays what it was', () => {
    const digest = (order: Order) => createHash('sha256').update(whole(order)).digest('hex').slice(0, 16);
    const units = unitsOf([5000, 3000, 2000], 96);
    expect({
      streaming: digest(open({ kind: 'streaming' }, 10_000)),
      random: digest(open({ kind: 'blocks', block: 1 }, 10_000, { seed: 7, epoch: 3 })),
      blocks: digest(open({ kind: 'blocks', block: 16 }, 10_000, { seed: 7, epoch: 3 })),
      dropLast: digest(open({ kind: 'blocks', block: 16, dropLast: true }, 10_007, { seed: 7, epoch: 3 })),
      chunks: digest(open({ kind: 'chunks' }, 10_000, { seed: 7, epoch: 3, units })),
      weighted: digest(open({ kind: 'weighted', weights: Float64Array.from({ length: 1000 }, (_, i) => i % 7) }, 1000, { seed: 7 })),
      rounds: digest(open({ kind: 'weighted', weights: Float64Array.from({ length: 1000 }, (_, i) => i % 7), replace: false, samplingSize: 100 }, 1000, { seed: 7 })),
    }).toMatchInlineSnapshot(`
      {
        "blocks": "00d7d15e379dd347",
        "chunks": "d2fd8792eb312e34",
        "dropLast": "4a89a7b10d567d19",
        "random": "126793ca3bddf4d2",
        "rounds": "deed46fb475c9e1c",
        "streaming": "9140e019602b8628",
        "weighted": "9c042b65d84a7210",
      }
    `);
  });
});

describe('chunks', () => {
  test('cells of a chunk stay together; any pool holds every plate in proportion', () => {
    const sizes = [48_000, 24_000, 12_000, 96_000];
    const units = unitsOf(sizes, 96);
    const rows = whole(open({ kind: 'chunks' }, 180_000, { units }));
    for (let at = 0; at < rows.length; at += 96) expect(rows[at]! % 96 === 0 && rows[at + 95] === rows[at]! + 95).toBe(true);
    const pool = 30;
    for (let at = 0; at + pool * 96 <= rows.length; at += pool * 96) {
      const counts = [0, 0, 0, 0];
      for (let unit = 0; unit < pool; unit++) counts[[48_000, 72_000, 84_000, 180_000].findIndex((end) => rows[at + unit * 96]! < end)]!++;
      sizes.forEach((size, plate) => expect(Math.abs(counts[plate]! - (pool * size) / 180_000)).toBeLessThan(1.01));
    }
  });

  test('without chunks they are refused, with the way out', () => refused(() => open({ kind: 'chunks' }, 10), 'strategy'));
});

describe('permutations', () => {
  test.each([0, 1, 2, 3, 5, 64, 1000, 70_001])('of %i are one to one, by table and without one', (n) => {
    for (const limit of [2 ** 23, 1]) {
      const order = permutationOf(n, createRandom(n, 1), limit);
      const places = Array.from({ length: n }, (_, i) => order.at(i));
      expect(new Set(places).size).toBe(n);
      expect(places.every((place) => place < n)).toBe(true);
    }
  });

  test('without a table every place goes everywhere equally often (chi-square)', () => {
    const n = 50;
    const trials = 4000;
    const counts = new Uint32Array(n * n);
    for (let trial = 0; trial < trials; trial++) {
      const order = permutationOf(n, createRandom(trial, 1), 1);
      for (let i = 0; i < n; i++) counts[i * n + order.at(i)]!++;
    }
    const expected = trials / n;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 49^2 degrees of freedom: five standard deviations above the mean.
    expect(chi).toBeLessThan(2401 + 5 * Math.sqrt(2 * 2401));
  });
});

describe('100 million cells', () => {
  const rows = 100_000_000;
  const sizes = Array.from({ length: 14 }, (_, i) => (i < 13 ? 7_142_857 : rows - 13 * 7_142_857));
  test.each([
    ['true random', { kind: 'blocks', block: 1 } as Strategy], ['blocks of 4', { kind: 'blocks', block: 4 } as Strategy],
    ['blocks of 16', { kind: 'blocks', block: 16 } as Strategy], ['chunks', { kind: 'chunks' } as Strategy],
  ])('%s fit into 200 MB', (_name, strategy) => {
    const before = process.memoryUsage();
    const units = strategy.kind === 'chunks' ? unitsOf(sizes, 96) : [];
    const order = open(strategy, rows, { units });
    const entries = fetchEntries(order, { length: rows, batch: 64, fetchFactor: 256, dropLast: false }, 5000, 0, 0);
    expect(new Set(entries).size).toBe(64 * 256);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(200e6);
  });

  test.each([
    ['classes drawn equally often', (codes: Int16Array): Strategy => ({ kind: 'balanced', codes }), 380],
    ['a quota of every class', (codes: Int16Array): Strategy => ({ kind: 'quota', codes, quota: Array.from({ length: 380 }, (_, code) => (code < 64 ? 1 : 0)) }), 64],
  ] as const)('%s fit into 200 MB beside their codes', (_name, strategy, classes) => {
    const codes = new Int16Array(rows).map((_, row) => (row >>> 12) % 380);
    const before = process.memoryUsage();
    const order = open(strategy(codes), rows, { batch: 64 });
    const entries = fetchEntries(order, { length: rows, batch: 64, fetchFactor: 256, dropLast: false }, 5000, 0, 0);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(200e6);
    expect(order.length).toBe(rows);
    expect(new Set(entries.map((row) => codes[row]!)).size).toBe(classes);
  });
});

test('row sets: lists are sorted with a word about it, ranges count through, and find goes back', () => {
  const list = listedRows([9, 3, 5], 10);
  expect([list.wasUnsorted, list.at(0), list.at(1), list.at(2)]).toEqual([true, 3, 5, 9]);
  expect(listedRows([1, 2], 10).wasUnsorted).toBe(false);
  const ranges = rangedRows([[2, 4], [7, 10]]);
  expect(ascending(ranges.length).map(ranges.at)).toEqual([2, 3, 7, 8, 9]);
  for (const set of [list, ranges, allRows(12)]) {
    const rows = ascending(set.length).map(set.at);
    for (let row = 0; row <= 12; row++) expect(set.find(row)).toBe(rows.filter((other) => other < row).length);
  }
  refused(() => listedRows([10], 10), 'indices');
  refused(() => rangedRows([[2, 5], [4, 6]]), 'ranges');
});

test('bad input is refused with the reason', () => {
  refused(() => open({ kind: 'blocks', block: 11 }, 10), 'block');
  refused(() => open({ kind: 'blocks', block: 0 }, 10), 'block');
  refused(() => open({ kind: 'blocks', block: 1.5 }, 10), 'block');
  refused(() => open({ kind: 'streaming' }, 10, { seed: -1 }), 'seed');
});
