/** Searching by lists finds what comparing all finds, bit for bit; looking at few lists finds nearly all. */
import { describe, expect, test } from 'vitest';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { createWasmKernels } from '../kernels/wasm/index.ts';
import { createRandom } from '../random/random.ts';
import { makeLists, partition, searchLists } from './lists.ts';
import { nearestRows, type Rows } from './search.ts';

const kernels = (await createWasmKernels()) ?? cpuKernels;

/** Clouds around `groups` centres; spread decides how much they overlap. */
function clouds(n: number, dims: number, groups: number, spread: number, seed: number): Rows {
  const random = createRandom(seed, 1);
  const centers = Float32Array.from({ length: groups * dims }, () => random.normal() * 4);
  return { values: Float32Array.from({ length: n * dims }, (_, i) => centers[(Math.floor(i / dims) % groups) * dims + (i % dims)]! + spread * random.normal()), n, dims };
}

describe.each([['apart', 0.7], ['overlapping', 5]] as const)('groups %s', (_, spread) => {
  const rows = clouds(3000, 12, 9, spread, 1);
  const lists = makeLists(rows, partition(rows, kernels, 0), new Float32Array(rows.values.length));

  test('neighbours of the rows themselves', () => {
    const place = new Int32Array(rows.n);
    lists.order.forEach((row, at) => (place[row] = at));
    const wanted = nearestRows(kernels, rows, rows, 30, true);
    const found = searchLists(lists, rows, { k: 30, self: place, probes: null }, kernels);
    expect(Buffer.from(found.indices.buffer).equals(Buffer.from(wanted.indices.buffer))).toBe(true);
    expect(Buffer.from(found.squared.buffer).equals(Buffer.from(wanted.squared.buffer))).toBe(true);
  });

  test('neighbours of other rows, and a recall of 0.98 from a part of the lists', () => {
    const queries = clouds(900, 12, 9, spread, 2);
    const wanted = nearestRows(kernels, queries, rows, 8);
    expect(searchLists(lists, queries, { k: 8, self: null, probes: null }, kernels).indices).toEqual(wanted.indices);
    const some = searchLists(lists, queries, { k: 8, self: null, probes: 24 }, kernels);
    let hits = 0;
    for (let q = 0; q < queries.n; q++) for (let e = 0; e < 8; e++) if (wanted.indices.subarray(q * 8, q * 8 + 8).includes(some.indices[q * 8 + e]!)) hits++;
    expect(hits / (queries.n * 8)).toBeGreaterThan(spread < 1 ? 0.98 : 0.8);
  });
});

test('equal rows, fewer rows than asked for, and one list', () => {
  const rows: Rows = { values: Float32Array.of(1, 1, 1, 1, 1, 1, 5, 5), n: 4, dims: 2 };
  const lists = makeLists(rows, Int32Array.of(1, 0, 1, 0), new Float32Array(8));
  const found = searchLists(lists, { values: Float32Array.of(1, 1), n: 1, dims: 2 }, { k: 9, self: null, probes: null }, kernels);
  expect([...found.indices]).toEqual([0, 1, 2, 3]);
});
