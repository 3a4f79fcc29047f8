import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { createLinearMemory } from '../../kernels/wasm/memory.ts';
import { DamagedRow, openPackCodec } from './codec.ts';
import { geneRank, packEncoder as encoderIn } from './encoder.ts';

const packEncoder = (ranks: Int32Array, fractions: boolean) => {
  const encoder = encoderIn(createLinearMemory(1 << 26), ranks, fractions);
  return {
    encode(...row: Parameters<typeof encoder.encode>): Uint8Array {
      encoder.encode(...row);
      return encoder.take();
    },
  };
};
/** A codec for one row at a time. */
const packDecoder = (columns: Int32Array, width: number) => {
  const codec = openPackCodec(createLinearMemory(1 << 26));
  const [table, jobs] = [codec.table(columns, width), codec.jobs(width)];
  return {
    ...jobs,
    put(packed: Uint8Array, seed: number, factor = 1): void {
      jobs.room(1, packed.length).set(packed);
      jobs.set(0, table, 0, packed.length, seed, factor);
    },
  };
};

const genes = 5000;
const random = createRandom(4, 1);
/** Another order than the files'. */
const ranks = Int32Array.from({ length: genes }, (_, gene) => (gene * 1847 + 11) % genes);
const geneOf = new Int32Array(genes);
ranks.forEach((id, gene) => (geneOf[id] = gene));

interface Row {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}
const rowOf = (entries: number, value: () => number): Row => {
  const chosen = new Set<number>();
  while (chosen.size < entries) chosen.add(random.below(genes));
  return { indices: Int32Array.from(chosen), values: Float32Array.from(chosen, value) };
};
const sorted = ({ indices, values }: Row): [number, number][] => [...indices].map((id, i): [number, number] => [id, values[i]!]).sort((a, b) => a[0] - b[0]);
const decode = (packed: Uint8Array, seed: number): Row => {
  const decoder = packDecoder(geneOf, genes);
  decoder.put(packed, seed);
  const row = { indices: new Int32Array(genes), values: new Float32Array(genes) };
  const written = decoder.csr(0, 1, false, null, row.indices, row.values, 0);
  return { indices: row.indices.subarray(0, written), values: row.values.subarray(0, written) };
};
const few = (): number => 1 + Math.floor(random.uniform() ** 8 * 40);

describe('rows of a pack', () => {
  test.each([0, 1, 3, 4, 5, 127, 128, 129, 1000, 5000])('%i entries come back to the bit, in any width of count', (entries) => {
    const encoder = packEncoder(ranks, false);
    for (const value of [() => 1, few, () => 1 + random.below(300), () => 1 + random.below(100_000), () => 2 ** 24 - random.below(1000), () => 2 ** 31 + 1024 * random.below(1000)]) {
      const row = rowOf(entries, value);
      const packed = encoder.encode(row.indices, row.values, 0, entries, 7).slice();
      expect(sorted(decode(packed, 7))).toEqual(sorted(row));
    }
  });

  test('fractions and values below zero are refused, or kept as they are', () => {
    const row = rowOf(500, () => random.uniform() - 0.3);
    expect(() => packEncoder(ranks, false).encode(row.indices, row.values, 0, 500, 0)).toThrow(/no count/);
    const encoder = packEncoder(ranks, true);
    expect(sorted(decode(encoder.encode(row.indices, row.values, 0, 500, 0).slice(), 0))).toEqual(sorted(row));
    const counts = rowOf(500, few);
    expect(sorted(decode(encoder.encode(counts.indices, counts.values, 0, 500, 1).slice(), 1))).toEqual(sorted(counts));
  });

  test('zeros are left out; genes given twice or outside the list are refused, and the next row is right again', () => {
    const encoder = packEncoder(ranks, false);
    expect(sorted(decode(encoder.encode(Int32Array.of(3, 9, 4), Float32Array.of(1, 0, 2), 0, 3, 0).slice(), 0))).toEqual([[3, 1], [4, 2]]);
    expect(() => encoder.encode(Int32Array.of(3, 3), Float32Array.of(1, 2), 0, 2, 0)).toThrow(/twice/);
    expect(() => encoder.encode(Int32Array.of(1, genes), Float32Array.of(1, 2), 0, 2, 0)).toThrow(/outside/);
    expect(sorted(decode(encoder.encode(Int32Array.of(5), Float32Array.of(6), 0, 1, 0).slice(), 0))).toEqual([[5, 6]]);
  });

  test('genes in ascending order, which are packed in a shorter way, give the same bytes and sums as in any other', () => {
    const marked = ranks.map((id, gene) => geneRank(id, gene % 50 === 0, gene % 7 === 0));
    const encoder = encoderIn(createLinearMemory(1 << 26), marked, false);
    for (const entries of [1, 2, 3, 4, 5, 6, 7, 8, 9, 200, 1317]) {
      const row = rowOf(entries, few);
      const [indices, values] = [Int32Array.from(sorted(row), ([gene]) => gene), Float32Array.from(sorted(row), ([, value]) => value)];
      encoder.encode(indices, values, 0, entries, 5);
      const [packed, sums] = [encoder.take(), encoder.sums()];
      expect(sums).toMatchObject({ total: values.reduce((a, b) => a + b, 0), mito: values.reduce((sum, value, i) => sum + (indices[i]! % 50 === 0 ? value : 0), 0), detected: entries, ordered: true });
      encoder.encode(indices.toReversed(), values.toReversed(), 0, entries, 5);
      expect(encoder.take()).toEqual(packed);
      expect(encoder.sums()).toEqual({ ...sums, ordered: entries === 1 });
      // Each place in turn, so that none is looked at less than another.
      for (let at = 0; at < Math.min(entries, 9); at++) {
        expect(() => encoder.encode(indices, values.with(at, 1.5), 0, entries, 5)).toThrow(/no count/);
        expect(() => encoder.encode(indices, values.with(at, NaN), 0, entries, 5)).toThrow(/no count/);
        expect(() => encoder.encode(indices.with(at, genes), values, 0, entries, 5)).toThrow(/outside/);
      }
    }
    expect(encoder.take().length).toBe(0);
  });

  // Beyond 65,532 genes, and for counts beyond 65,536, ids and counts do not fit the keys that rows are sorted by.
  test.each([100, 65_532, 65_536, 70_000])('the shorter way gives the same bytes and comes back, also at its limits: %i genes', (many) => {
    const order = Int32Array.from({ length: many }, (_, gene) => (gene * 1847 + 11) % many);
    const back = new Int32Array(many);
    order.forEach((id, gene) => (back[id] = gene));
    const encoder = packEncoder(order, false);
    const decoder = packDecoder(back, many);
    for (const value of [() => 1, few, () => 1 + random.below(65_536), () => 65_536, () => 65_537, () => random.below(2) === 0 ? 1 : 65_536 - random.below(2), () => 1 + random.below(200_000)]) {
      for (const entries of [1, 5, 95, 100]) {
        // The last ids among them, and every gene of few.
        const chosen = new Set([back[many - 1]!, back[many - 2]!].slice(0, entries));
        while (chosen.size < entries) chosen.add(random.below(many));
        const indices = Int32Array.from(chosen).sort();
        const values = Float32Array.from(indices, value);
        const packed = encoder.encode(indices, values, 0, entries, 9);
        expect(encoder.encode(indices.toReversed(), values.toReversed(), 0, entries, 9)).toEqual(packed);
        const [genesOut, valuesOut] = [new Int32Array(many), new Float32Array(many)];
        decoder.put(packed, 9);
        expect(decoder.csr(0, 1, false, null, genesOut, valuesOut, 0)).toBe(entries);
        expect(sorted({ indices: genesOut.subarray(0, entries), values: valuesOut.subarray(0, entries) })).toEqual(sorted({ indices, values }));
      }
    }
  });

  // Columns beyond 65,534 are kept in another table.
  test.each([0, 63_868, 63_869, 70_000])('chosen columns from %i on, scaled and logarithmised, sparse and dense, equal the plain formula', (first) => {
    const row = rowOf(900, few);
    const packed = packEncoder(ranks, false).encode(row.indices, row.values, 0, 900, 3).slice();
    const columns = Int32Array.from({ length: genes }, (_, id) => (geneOf[id]! % 3 === 0 ? first + geneOf[id]! / 3 : -1));
    const width = first + Math.ceil(genes / 3);
    const decoder = packDecoder(columns, width);
    const factor = 1e4 / row.values.reduce((a, b) => a + b, 0);
    decoder.put(packed, 3, factor);
    const expected = new Float32Array(width);
    row.indices.forEach((gene, i) => gene % 3 === 0 && (expected[first + gene / 3] = Math.log1p(Math.fround(row.values[i]! * factor))));
    const dense = new Float32Array(width + 5).fill(9);
    decoder.dense(0, 1, true, dense, 5);
    // One unit of float32: the two logarithms may round apart.
    dense.subarray(5).forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(expected[i]! * 1.2e-7));
    const [indices, values] = [new Int32Array(genes), new Float32Array(genes)];
    const written = decoder.csr(0, 1, true, null, indices, values, 0);
    const scattered = new Float32Array(width);
    for (let i = 0; i < written; i++) scattered[indices[i]!] = values[i]!;
    expect(scattered).toEqual(dense.subarray(5));
  });

  test('every flipped bit is noticed; so are cut rows and rows at another place', () => {
    const row = rowOf(300, few);
    const packed = packEncoder(ranks, true).encode(row.indices, row.values, 0, 300, 12).slice();
    const out = new Float32Array(genes);
    for (let bit = 0; bit < 8 * packed.length; bit++) {
      const damaged = packed.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const decoder = bit % 500 === 0 ? packDecoder(geneOf, genes) : shared;
      decoder.put(damaged, 12);
      if (!isRefused(() => decoder.dense(0, 1, false, out, 0))) throw new Error(`bit ${bit} was not noticed`);
    }
    expect(() => decode(packed.subarray(0, packed.length - 1), 12)).toThrow();
    expect(() => decode(packed, 13)).toThrow(/check word/);
    for (let trial = 0; trial < 3000; trial++) {
      const noise = Uint8Array.from({ length: random.below(200) }, () => random.bits() & 255);
      shared.put(noise, 0);
      expect(() => shared.csr(0, 1, false, null, new Int32Array(genes), new Float32Array(genes), 0)).toThrow();
    }
  });
});

const shared = packDecoder(geneOf, genes);

function isRefused(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (thrown) {
    return thrown instanceof DamagedRow;
  }
}
