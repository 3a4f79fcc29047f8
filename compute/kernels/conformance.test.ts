import { describe, expect, test } from 'vitest';
import { blockCases } from './conformance.cases.ts';
import { cpuKernels } from './cpu/index.ts';
import { createRandom } from '../random/random.ts';
import { createWasmKernelsSync } from './wasm/index.ts';
import type { CsrBlock } from './block.ts';
import type { KernelSet, SelectedBlock } from './kernels.ts';

const sets: Record<string, KernelSet | null> = { cpu: cpuKernels, wasm: createWasmKernelsSync() };

/** The block as plain rows of [gene, value], the form in which expectations are written. */
const rowsOf = (block: { rows: number; indptr: Int32Array; indices: Int32Array; values: Float32Array }): [number, number][][] =>
  Array.from({ length: block.rows }, (_, row) => {
    const entries: [number, number][] = [];
    for (let p = block.indptr[row]!; p < block.indptr[row + 1]!; p++) entries.push([block.indices[p]!, block.values[p]!]);
    return entries;
  });

const filled = <T extends Float64Array | Float32Array | Int32Array>(array: T, value = -77): T => {
  array.fill(value);
  return array;
};

/** The block's arrays inside the set's own memory. */
const inArena = (kernels: KernelSet, block: CsrBlock): CsrBlock => {
  const indptr = kernels.arena.int32(block.indptr.length);
  const indices = kernels.arena.int32(block.indices.length);
  const values = kernels.arena.float32(block.values.length);
  indptr.set(block.indptr);
  indices.set(block.indices);
  values.set(block.values);
  return { ...block, indptr, indices, values };
};

const sumOf = (numbers: number[]): number => numbers.reduce((sum, value) => sum + value, 0);

/** Float64 sums in another order: relative to the sum of absolute terms, one rounding per term. */
const expectSum = (actual: number, terms: number[]): void => {
  const scale = sumOf(terms.map(Math.abs));
  expect(Math.abs(actual - sumOf(terms))).toBeLessThanOrEqual(scale * (terms.length + 1) * 2 ** -52);
};

describe.each(Object.keys(sets))('kernel set %s', (name) => {
  const kernels = sets[name] ?? null;
  describe.skipIf(kernels === null).each(blockCases)('$name', ({ block: plainBlock, genes }) => {
    const k = kernels ?? cpuKernels;
    const random = createRandom(99).uniform;
    const rows = rowsOf(plainBlock);
    const keep = Uint8Array.from(rows, () => (random() < 0.7 ? 1 : 0));
    const factors = Float64Array.from(rows, () => (random() < 0.2 ? 0 : random() * 3));
    const blocks = (): CsrBlock[] => [plainBlock, inArena(k, plainBlock)];

    test('checkValues finds the first offenders', () => {
      const values = rows.flat().map(([, value]) => value);
      for (const block of blocks()) {
        expect(k.checkValues(block)).toEqual({
          notFinite: -1,
          negative: values.findIndex((value) => value < 0),
          fractional: values.findIndex((value) => !Number.isInteger(value)),
        });
      }
    });

    test('rowStats writes every row', () => {
      const flags = Uint8Array.from({ length: genes }, () => (random() < 0.3 ? 1 : 0));
      for (const block of blocks()) {
        const out = {
          total: filled(new Float64Array(rows.length)),
          detected: filled(new Int32Array(rows.length)),
          flagged: filled(k.arena.float64(rows.length)),
        };
        k.rowStats(block, flags, out);
        rows.forEach((entries, row) => {
          expectSum(out.total[row]!, entries.map(([, value]) => value));
          expect(out.detected[row]).toBe(entries.filter(([, value]) => value !== 0).length);
          expectSum(out.flagged[row]!, entries.filter(([gene]) => flags[gene] === 1).map(([, value]) => value));
        });
      }
    });

    test('topSums adds the largest values', () => {
      const tops = Int32Array.of(1, 5, 5, 40, 1000);
      for (const block of blocks()) {
        const out = filled(new Float64Array(rows.length * tops.length));
        k.topSums(block, tops, out);
        rows.forEach((entries, row) => {
          const descending = entries.map(([, value]) => value).sort((a, b) => b - a);
          tops.forEach((top, t) => expect(out[row * tops.length + t]).toBe(sumOf(descending.slice(0, top))));
        });
      }
    });

    // Bit for bit: the terms are added in stored order, whatever the set.
    test('geneStats, moments and clippedMoments add in stored order', () => {
      const start = Float64Array.from({ length: genes }, () => random());
      const clip = Float64Array.from({ length: genes }, () => random() * 4);
      for (const block of blocks()) {
        for (const chosen of [keep, null]) {
          const cells = start.slice();
          const sums = start.slice();
          const clippedSum = start.slice();
          const clippedSumSq = start.slice();
          const expected = [0, 1, 2, 3].map(() => start.slice());
          rows.forEach((entries, row) => {
            if (chosen?.[row] === 0) return;
            for (const [gene, value] of entries) {
              const clipped = Math.min(value, clip[gene]!);
              [value === 0 ? 0 : 1, value, clipped, clipped * clipped].forEach((term, i) => (expected[i]![gene]! += term));
            }
          });
          k.geneStats(block, chosen, cells, sums);
          k.clippedMoments(block, chosen, clip, clippedSum, clippedSumSq);
          expect([cells, sums, clippedSum, clippedSumSq]).toEqual(expected);
        }
        const sum = start.slice();
        const sumSq = k.arena.float64(genes);
        sumSq.set(start);
        const expected = [start.slice(), start.slice()];
        rows.forEach((entries, row) => {
          if (factors[row] === 0) return;
          for (const [gene, value] of entries) {
            const scaled = value * factors[row]!;
            expected[0]![gene]! += scaled;
            expected[1]![gene]! += scaled * scaled;
          }
        });
        k.moments(block, factors, sum, sumSq);
        expect([sum, Float64Array.from(sumSq)]).toEqual(expected);
      }
    });

    // One unit in the last place of float32: the logarithm may be rounded from another float64 neighbour.
    test.each([1, 1 / Math.LN2, 0])('selectLognorm with scale %d', (scale) => {
      const geneMap = Int32Array.from({ length: genes }, (_, gene) => (gene % 3 === 1 ? -1 : genes - 1 - gene));
      for (const block of blocks()) {
        const entries = rows.flat().length;
        const out: SelectedBlock = {
          rows: -1,
          indptr: filled(new Int32Array(rows.length + 1)),
          indices: filled(k.arena.int32(entries)),
          values: filled(new Float32Array(entries)),
        };
        k.selectLognorm(block, geneMap, factors, scale, out);
        const expected = rows
          .map((list, row) => list
            .filter(([gene]) => geneMap[gene]! >= 0)
            .map(([gene, value]): [number, number] => {
              const scaled = Math.fround(value * factors[row]!);
              return [geneMap[gene]!, Math.fround(scale === 0 ? scaled : Math.log1p(scaled) * scale)];
            }))
          .filter((_, row) => factors[row] !== 0);
        expect(out.indptr[0]).toBe(0);
        const actual = rowsOf(out);
        expect(actual.map((list) => list.map(([gene]) => gene))).toEqual(expected.map((list) => list.map(([gene]) => gene)));
        actual.flat().forEach(([, value], i) => {
          const wanted = expected.flat()[i]![1];
          if (Number.isNaN(wanted) || !Number.isFinite(wanted)) expect(value).toBe(wanted);
          else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 2 ** -23 + 1e-45);
        });
      }
    });

    test('gene ids outside the range and broken offsets are refused', () => {
      const bad = [genes, -1, 2 ** 31 - 1];
      const entries = rows.flat().length;
      for (const id of entries > 0 ? bad : []) {
        const indices = plainBlock.indices.slice();
        indices[entries - 1] = id;
        const block = { ...plainBlock, indices };
        const sums = new Float64Array(genes);
        expect(() => k.geneStats(block, null, sums, new Float64Array(genes))).toThrow(/outside its/);
        expect(() => k.moments(block, factors.slice().fill(1), sums, new Float64Array(genes))).toThrow(/outside its/);
      }
      const indptr = plainBlock.indptr.slice();
      indptr[indptr.length - 1] = 2 ** 30;
      if (rows.length > 0) expect(() => k.checkValues({ ...plainBlock, indptr })).toThrow(/outside its/);
    });
  });

  test.skipIf(kernels === null)('checkValues tells not finite from negative and fractional', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6.5, 7, -Infinity, 8, -1, NaN, Infinity, 0.25);
    const block = { rowStart: 0, rows: 1, indptr: Int32Array.of(0, values.length), indices: new Int32Array(values.length), values };
    expect((kernels ?? cpuKernels).checkValues(block)).toEqual({ notFinite: 7, negative: 9, fractional: 5 });
  });
});
