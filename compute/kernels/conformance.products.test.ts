import { describe, expect, test } from 'vitest';
import { blockCases, makeBlock } from './conformance.cases.ts';
import { cpuKernels } from './cpu/index.ts';
import { createRandom } from '../random/random.ts';
import { createWasmKernelsSync } from './wasm/index.ts';
import type { KernelSet, SelectedBlock } from './kernels.ts';

const sets: Record<string, KernelSet | null> = { cpu: cpuKernels, wasm: createWasmKernelsSync() };

/** The rows in full. */
const dense = (block: SelectedBlock, genes: number): Float64Array[] =>
  Array.from({ length: block.rows }, (_, row) => {
    const full = new Float64Array(genes);
    for (let p = block.indptr[row]!; p < block.indptr[row + 1]!; p++) full[block.indices[p]!]! = block.values[p]!;
    return full;
  });

describe.each(Object.keys(sets))('kernel set %s', (name) => {
  const present = sets[name] ?? null;
  const k = present ?? cpuKernels;
  const { arena } = k;
  const inArena = (values: ArrayLike<number>): Float32Array => {
    const array = arena.float32(values.length);
    array.set(values);
    return array;
  };

  describe.skipIf(present === null).each(blockCases)('$name', ({ block, genes }) => {
    const random = createRandom(5);
    const rows = dense(block, genes);

    // Float64 terms in row order are part of the meaning: every set gives the same bits.
    test('gram adds to the upper triangle and to the sums', () => {
      for (const gram of [new Float64Array(genes * genes), arena.float64(genes * genes)]) {
        gram.forEach((_, i) => (gram[i] = i % 7));
        const sum = new Float64Array(genes).fill(3);
        const expectedGram = Float64Array.from(gram);
        const expectedSum = sum.slice();
        for (const row of rows) {
          for (let i = 0; i < genes; i++) {
            expectedSum[i]! += row[i]!;
            for (let j = i; j < genes; j++) expectedGram[i * genes + j]! += row[i]! * row[j]!;
          }
        }
        k.gram(block, genes, gram, sum);
        expect(Buffer.compare(Buffer.from(new Uint8Array(Float64Array.from(gram).buffer)), Buffer.from(expectedGram.buffer))).toBe(0);
        expect(sum).toEqual(expectedSum);
      }
    });

    // Float32 sums of n terms: n roundings of at most the sum of absolute terms.
    test.each([1, 3, 4, 24, 28, 50, 61])('project to %d columns', (columns) => {
      const loadings = Float32Array.from({ length: genes * columns }, () => random.normal());
      const offset = Float64Array.from({ length: columns }, () => random.normal() * 5);
      for (const weights of [loadings, inArena(loadings)]) {
        const out = arena.float32(block.rows * columns).fill(-77);
        k.project(block, weights, offset, columns, out);
        rows.forEach((row, r) => {
          for (let c = 0; c < columns; c++) {
            const terms = Array.from(row, (value, gene) => value * loadings[gene * columns + c]!);
            const exact = terms.reduce((a, b) => a + b, 0) - offset[c]!;
            const scale = terms.reduce((a, b) => a + Math.abs(b), 0);
            const count = row.filter((value) => value !== 0).length;
            expect(Math.abs(out[r * columns + c]! - exact)).toBeLessThanOrEqual(((count + 1) * scale + Math.abs(exact)) * 2 ** -24 + 1e-44);
          }
        });
      }
    });

    test('unsound ids are refused', () => {
      const offset = new Float64Array(4);
      const narrow = Math.max(...block.indices.subarray(0, block.indptr[block.rows]), -1);
      if (narrow < 0) return expect(block.indptr[block.rows]).toBe(0);
      const gram = new Float64Array(narrow * narrow);
      expect(() => k.gram(block, narrow, gram, new Float64Array(narrow))).toThrow(/outside its/);
      expect(() => k.project(block, new Float32Array(narrow * 4), offset, 4, new Float32Array(block.rows * 4))).toThrow(/outside its/);
    });
  });

  test.skipIf(present === null)('gram of more entries than are taken at a time', () => {
    const genes = 260;
    const block = makeBlock({ rows: 530, genes, density: 0.6, seed: 12, unsorted: true, value: (random) => random() * 4 });
    const expected = new Float64Array(genes * genes);
    for (const row of dense(block, genes)) {
      for (let i = 0; i < genes; i++) for (let j = i; j < genes; j++) expected[i * genes + j]! += row[i]! * row[j]!;
    }
    const gram = new Float64Array(genes * genes);
    k.gram(block, genes, gram, new Float64Array(genes));
    expect(gram.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });

  // The order of float64 additions is free: relative 2^-52 per term.
  test.skipIf(present === null).each([1, 2, 3, 4, 5, 6, 7, 8, 31, 64, 129])('symv of order %d', (n) => {
    const random = createRandom(n);
    const matrix = arena.float64(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
    // What lies behind the vectors is neither read nor written.
    const x = arena.float64(n + 4).fill(Number.NaN);
    const y = arena.float64(n + 4).fill(-77);
    for (let i = 0; i < n; i++) x[i] = random.normal();
    k.symv(matrix, n, x, y);
    expect(Array.from(y.subarray(n))).toEqual([-77, -77, -77, -77]);
    for (let i = 0; i < n; i++) {
      const terms = Array.from(x.subarray(0, n), (value, j) => value * matrix[i * n + j]!);
      const scale = terms.reduce((a, b) => a + Math.abs(b), 0);
      expect(Math.abs(y[i]! - terms.reduce((a, b) => a + b, 0))).toBeLessThanOrEqual(scale * (n + 1) * 2 ** -52);
    }
  });

  // Distances are float64 sums rounded once in every set, and no candidate may be missed: equality.
  const clouds: { [cloud: string]: (random: ReturnType<typeof createRandom>, row: number) => number } = {
    normal: (random) => random.normal(),
    'far from the origin': (random) => 5000 + random.normal() * 0.01,
    'many equal rows': (_, row) => row % 7,
    tiny: (random) => random.normal() * 1e-23,
    huge: (random) => random.normal() * 5e18,
    'beyond float32': (random) => random.normal() * 1e20,
    mixed: (random, row) => random.normal() * 10 ** ((row % 5) * 9 - 18),
  };
  const shapes = [
    { queries: 1, base: 1, dims: 1, best: 1 },
    { queries: 9, base: 301, dims: 50, best: 15 },
    { queries: 30, base: 5, dims: 3, best: 8 },
    { queries: 4, base: 700, dims: 200, best: 3 },
  ];
  describe.skipIf(present === null).each(Object.keys(clouds))('nearest, %s', (cloud) => {
    test.each(shapes)('$queries queries, $base base rows, $dims dimensions, $best best', ({ queries, base, dims, best }) => {
      const random = createRandom(base);
      const make = (count: number): Float32Array =>
        Float32Array.from({ length: count * dims }, (_, i) => clouds[cloud]!(random, Math.floor(i / dims)));
      const [left, right] = [make(queries), make(base)];
      const self = Int32Array.from({ length: queries }, (_, q) => (q % 2 ? 100 + q : -1));
      const distance = inArena(new Float32Array(queries * best).fill(Infinity));
      const index = new Int32Array(queries * best).fill(-1);
      // Two pieces in the wrong order: merging must not depend on it.
      const half = base >> 1;
      k.nearest(left, queries, self, right.subarray(half * dims), base - half, 100 + half, dims, best, distance, index);
      k.nearest(inArena(left), queries, self, inArena(right), half, 100, dims, best, distance, index);
      for (let q = 0; q < queries; q++) {
        const expected = Array.from({ length: base }, (_, b) => {
          let sum = 0;
          for (let d = 0; d < dims; d++) sum += (left[q * dims + d]! - right[b * dims + d]!) ** 2;
          return { distance: Math.fround(sum), index: 100 + b };
        })
          .filter((one) => one.index !== self[q] && one.distance < Infinity)
          .sort((a, b) => a.distance - b.distance || a.index - b.index)
          .slice(0, best);
        while (expected.length < best) expected.push({ distance: Infinity, index: -1 });
        expect(Array.from({ length: best }, (_, i) => ({ distance: distance[q * best + i]!, index: index[q * best + i]! }))).toEqual(expected);
      }
    });
  });

  test.skipIf(present === null)('nearest finds a neighbour whose squared norm does not fit float32', () => {
    const base = Float32Array.from({ length: 9 }, (_, i) => (i < 8 ? -1.3e19 : 1.89e19));
    const [distance, index] = [Float32Array.of(Infinity), Int32Array.of(-1)];
    k.nearest(Float32Array.of(3e18), 1, Int32Array.of(-1), base, 9, 0, 1, 1, distance, index);
    expect(index[0]).toBe(8);
    expect(distance[0]).toBeCloseTo(2.5281e38, -35);
  });
});
