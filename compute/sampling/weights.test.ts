import { describe, expect, test } from 'vitest';
import type { Order, OrderRequest, Strategy } from './contract.ts';
import { fetchCount, fetchEntries } from './fetches.ts';
import { balancedOrder } from './balanced.ts';
import { groupRowsOf } from './groups.ts';
import { openOrder } from './open-order.ts';
import { allRows, listedRows, rangedRows } from './row-sets.ts';

const whole = (order: Order): Uint32Array => {
  const out = new Uint32Array(order.length);
  order.take(0, out);
  return out;
};
const open = (strategy: Strategy, rows: number, more: Partial<OrderRequest> = {}): Order => openOrder({ strategy, rows, seed: 11, epoch: 0, ...more });
const refused = (act: () => unknown, parameter: string): void =>
  expect(act).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'invalid-parameter', facts: expect.objectContaining({ parameter }) }) }));

/** Chi-square of draws against expected shares; categories of share 0 must stay empty. */
function expectShares(draws: ArrayLike<number>, shares: readonly number[]): void {
  const counts = new Float64Array(shares.length);
  for (let i = 0; i < draws.length; i++) counts[draws[i]!]!++;
  let chi = 0;
  let freedom = -1;
  shares.forEach((share, i) => {
    if (share === 0) return expect(counts[i]).toBe(0);
    chi += (counts[i]! - share * draws.length) ** 2 / (share * draws.length);
    freedom++;
  });
  // Four standard deviations either way: too even would be as wrong as too uneven.
  expect(Math.abs(chi - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom) + 1);
}

describe('weighted', () => {
  const weights = Float64Array.from({ length: 200 }, (_, i) => (i % 5 === 0 ? 0 : (i % 13) + 0.5));
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = [...weights].map((weight) => weight / sum);

  test('chi-square on 100,000 draws; weight 0 is never drawn', () => {
    const draws = whole(open({ kind: 'weighted', weights, totalSize: 100_000 }, 200));
    expect(draws.length).toBe(100_000);
    expectShares(draws, shares);
  });

  test('a block is neighbouring draws of the sorted list', () => {
    const draws = whole(open({ kind: 'weighted', weights, block: 10, totalSize: 1000 }, 200));
    for (let at = 0; at < 1000; at += 10) {
      const block = draws.subarray(at, at + 10);
      expect(block).toEqual(block.slice().sort());
      expect(block[9]! - block[0]!).toBeLessThan(25);
    }
  });

  test('without replacement: no repeat inside a round, heavier rows earlier', () => {
    const order = open({ kind: 'weighted', weights, replace: false, samplingSize: 160, totalSize: 160, block: 1 }, 200);
    const draws = whole(order);
    expect(new Set(draws).size).toBe(160);
    expect([...draws].every((row) => weights[row]! > 0)).toBe(true);
    const firsts = new Float64Array(200);
    for (let epoch = 0; epoch < 4000; epoch++) firsts[whole(open({ kind: 'weighted', weights, replace: false, samplingSize: 1, totalSize: 1, block: 1 }, 200, { epoch }))[0]!]!++;
    expectShares([...firsts].flatMap((count, row) => Array.from({ length: count }, () => row)), shares);
  });

  test('weights of the collection are restricted to the subset; weights of the subset are taken as they are', () => {
    const ids = Array.from({ length: 100 }, (_, i) => 2 * i);
    const subset = listedRows(ids, 200);
    const inside = ids.map((row) => weights[row]!);
    const total = inside.reduce((a, b) => a + b, 0);
    for (const given of [weights, Float64Array.from(inside)]) {
      const draws = whole(open({ kind: 'weighted', weights: given, totalSize: 50_000 }, 200, { subset }));
      expectShares(draws.map((row) => row / 2), inside.map((weight) => weight / total));
    }
  });

  test('bad weights are refused: negative, all zero, not a number, wrong length, rounds too large', () => {
    refused(() => open({ kind: 'weighted', weights: [1, -1] }, 2), 'weights');
    refused(() => open({ kind: 'weighted', weights: [0, 0] }, 2), 'weights');
    refused(() => open({ kind: 'weighted', weights: [1, NaN] }, 2), 'weights');
    refused(() => open({ kind: 'weighted', weights: [1, 1, 1] }, 2), 'weights');
    refused(() => open({ kind: 'weighted', weights: [1, 0], replace: false, samplingSize: 2 }, 2), 'samplingSize');
    refused(() => open({ kind: 'weighted', weights: [1], totalSize: 2 ** 30 }, 1), 'totalSize');
  });
});

describe('class-balanced', () => {
  const codes = Int32Array.from({ length: 300 }, (_, i) => (i < 200 ? 0 : i < 290 ? 1 : 2));

  test('every class comes equally often', () => {
    const draws = whole(open({ kind: 'balanced', codes, totalSize: 90_000 }, 300));
    expectShares(draws.map((row) => codes[row]!), [1 / 3, 1 / 3, 1 / 3]);
  });

  test('labels with missing values are refused with their number, unless a subset leaves those cells out', () => {
    const some = codes.map((code, row) => (row % 10 === 3 ? -1 : code));
    refused(() => open({ kind: 'balanced', codes: some }, 300), 'labels');
    const subset = listedRows(Array.from(some.keys()).filter((row) => some[row]! >= 0), 300);
    const draws = whole(open({ kind: 'balanced', codes: some, totalSize: 90_000 }, 300, { subset }));
    expectShares(draws.map((row) => some[row]!), [1 / 3, 1 / 3, 1 / 3]);
    expectShares(whole(balancedOrder({ kind: 'balanced', codes: some, totalSize: 90_000 }, subset, 300, 11, 0, 100)).map((row) => some[row]!), [1 / 3, 1 / 3, 1 / 3]);
    refused(() => open({ kind: 'balanced', codes: some }, 300, { subset: listedRows([0, 3], 300) }), 'labels');
  });

  test('with a subset classes are counted over all codes, or among the rows that take part', () => {
    // 20 of the 200, 90 of the 90, 10 of the 10.
    const subset = listedRows(Array.from(codes.keys()).filter((row) => row % 10 === 0 || row >= 200), 300);
    for (const most of [1e6, 50]) {
      const shares = (counted?: 'all' | 'subset') => whole(balancedOrder({ kind: 'balanced', codes, totalSize: 90_000, ...(counted ? { counted } : {}) }, subset, 300, 11, 0, most)).map((row) => codes[row]!);
      expectShares(shares(), [0.1 / 2.1, 1 / 2.1, 1 / 2.1]);
      expectShares(shares('subset'), [1 / 3, 1 / 3, 1 / 3]);
    }
  });

  test('impossible sizes are refused by their names, and codes that are not one per row', () => {
    refused(() => open({ kind: 'balanced', codes, block: 301 }, 300), 'block');
    refused(() => open({ kind: 'balanced', codes, totalSize: -5 }, 300), 'totalSize');
    refused(() => open({ kind: 'balanced', codes, totalSize: 2.5 }, 300), 'totalSize');
    refused(() => open({ kind: 'balanced', codes: codes.subarray(1) }, 300), 'labels');
    expect(() => open({ kind: 'balanced', codes, totalSize: -5 }, 300)).toThrow(/whole number of 0 to/);
  });

  test('more rows than a list of draws may have: classes are drawn, every cell of a class evenly', () => {
    const rare = Int32Array.from({ length: 3000 }, (_, row) => (row % 500 === 17 ? 2 : row < 1000 ? 0 : 1));
    const draws = whole(balancedOrder({ kind: 'balanced', codes: rare }, allRows(3000), 3000, 11, 0, 2999));
    expect(draws.length).toBe(3000);
    const long = whole(balancedOrder({ kind: 'balanced', codes: rare, totalSize: 120_000 }, allRows(3000), 3000, 11, 0, 2999));
    expectShares(long.map((row) => rare[row]!), [1 / 3, 1 / 3, 1 / 3]);
    const counts = [0, 1, 2].map((code) => rare.filter((one) => one === code).length);
    expectShares(long, Array.from(rare, (code) => 1 / 3 / counts[code]!));
  });
});

describe('by group', () => {
  const codes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 7);
  const groups = groupRowsOf(codes, 7);

  test('groups by weight, rows of a group evenly; the same from any place on', () => {
    const weights = [3, 1, 2, 0, 4, 0, 0];
    const order = open({ kind: 'groups', groups, weights, totalSize: 100_000 }, 1000);
    const draws = whole(order);
    expectShares(draws.map((row) => codes[row]!), weights.map((weight) => weight / 10));
    const ones = [...draws].filter((row) => codes[row] === 2);
    const rows = Array.from({ length: groups.count(2) }, (_, at) => groups.row(2, at));
    expectShares(ones.map((row) => rows.indexOf(row)), rows.map(() => 1 / rows.length));
    const part = new Uint32Array(3000);
    order.take(51_111, part);
    expect(part).toEqual(draws.subarray(51_111, 54_111));
  });

  test('a group without rows, and weights that do not fit, are refused', () => {
    refused(() => open({ kind: 'groups', groups, weights: [1, 1, 1, 1, 1, 1, 1] }, 1000), 'weights');
    refused(() => open({ kind: 'groups', groups, weights: [1, 1] }, 1000), 'weights');
  });
});

describe('stratified by quota', () => {
  const codes = Int32Array.from({ length: 500 }, (_, i) => (i % 10 === 0 ? 1 : 0));

  test('every minibatch holds its quota, no cell comes again before its class is through', () => {
    const order = open({ kind: 'quota', codes, quota: [6, 4] }, 500, { batch: 10 });
    const layout = { length: order.length, batch: 10, fetchFactor: 3, dropLast: false };
    const rare: number[] = [];
    for (let fetch = 0; fetch < fetchCount(layout); fetch++) {
      const entries = fetchEntries(order, layout, fetch, 11, 0);
      for (let at = 0; at < entries.length; at += 10) {
        const ones = [...entries.subarray(at, at + 10)].filter((row) => codes[row] === 1);
        expect(ones.length).toBe(4);
        rare.push(...ones);
      }
    }
    // Two rounds of 50 cells end where a minibatch ends.
    for (let at = 0; at + 100 <= rare.length; at += 100) {
      const counts = new Map<number, number>();
      for (const row of rare.slice(0, at + 100)) counts.set(row, (counts.get(row) ?? 0) + 1);
      expect(new Set(counts.values())).toEqual(new Set([(at + 100) / 50]));
    }
  });

  test('a quota that does not add up, an empty class and missing labels are refused', () => {
    refused(() => open({ kind: 'quota', codes, quota: [6, 5] }, 500, { batch: 10 }), 'quota');
    refused(() => open({ kind: 'quota', codes, quota: [6, 3, 1] }, 500, { batch: 10 }), 'quota');
    refused(() => open({ kind: 'quota', codes: Int32Array.of(0, -1), quota: [2] }, 2, { batch: 2 }), 'quota');
  });

  test('a number of minibatches that cannot be is refused', () => {
    for (const batches of [-1, 1.5, 2 ** 31]) refused(() => open({ kind: 'quota', codes, quota: [6, 4], batches }, 500, { batch: 10 }), 'batches');
  });
});

test('rows that take part beyond the collection are refused, whatever the order', () => {
  const strategies: Strategy[] = [{ kind: 'streaming' }, { kind: 'blocks', block: 1 }, { kind: 'balanced', codes: new Int32Array(100) }, { kind: 'quota', codes: new Int32Array(100), quota: [64] }];
  for (const strategy of strategies) {
    refused(() => open(strategy, 100, { subset: listedRows([5, 100], 101) }), 'subset');
    refused(() => open(strategy, 100, { subset: rangedRows([[0, 2 ** 40]]) }), 'subset');
  }
  refused(() => rangedRows([[0, Infinity]]), 'ranges');
  refused(() => rangedRows([[0.5, 3]]), 'ranges');
});
