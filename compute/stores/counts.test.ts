import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrderOfTrust, places } from './counts.ts';
import type { MatrixSpec } from './contract.ts';
import type { MatrixSlot } from '../../protocol/matrix.ts';

function named(slot: MatrixSlot): MatrixSpec {
  const facts = { slot, kind: 'dense', dtype: 'float32', chunks: null, filter: null, shuffle: false, nObs: 1, nVars: 1, stored: 1, storedBytes: 4 } as const;
  const layout = { kind: 'contiguous', offset: 0, storedBytes: 4 } as const;
  return { kind: 'dense', facts, values: { file: '', name: `/${slot}`, dtype: 'float32', bigEndian: false, shape: [1, 1], layout, filters: [], fill: 0 } };
}

test('counts are looked for in X, then in layers by how plainly they are named, then in raw', () => {
  const slots: MatrixSlot[] = ['raw/X', 'layers/scaled', 'layers/spliced', 'layers/soupx_counts', 'layers/raw_counts', 'layers/Counts', 'X'];
  expect(inOrderOfTrust(slots.map(named)).map((spec) => spec.facts.slot)).toEqual([
    'X', 'layers/Counts', 'layers/raw_counts', 'layers/soupx_counts', 'raw/X', 'layers/spliced',
  ]);
});

test('places lie inside, do not overlap, and hold first and last value', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 3, max: 12 }), (length, size, most) => {
      const found = places(length, size, most);
      if (length === 0) {
        expect(found).toEqual([]);
        return;
      }
      expect(found[0]![0]).toBe(0);
      expect(found.at(-1)![1]).toBe(length);
      for (let i = 1; i < found.length; i++) expect(found[i]![0]).toBeGreaterThanOrEqual(found[i - 1]![1]);
      expect(found.reduce((total, [start, end]) => total + end - start, 0)).toBeLessThanOrEqual(size * most);
    }),
    { seed: 9 },
  );
});
