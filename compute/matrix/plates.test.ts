import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonGenes, composeGeneMap, genesOfFile, unsharedGenes, type Plate } from './plates.ts';

const list = fc.uniqueArray(fc.constantFrom(...'ABCDEFGHIJ'), { minLength: 1 });
const named = (genes: readonly string[], i: number) => ({ name: `plate${i}`, genes });

describe('commonGenes', () => {
  test('inner keeps what all have, in the order of the first, and maps every file there', () => {
    fc.assert(fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (lists) => {
      const shared = lists[0]!.filter((gene) => lists.every((genes) => genes.includes(gene)));
      fc.pre(shared.length > 0);
      const { names, maps } = commonGenes(lists.map(named), 'inner');
      expect(names).toEqual(shared);
      lists.forEach((genes, i) => {
        const map = maps[i]!;
        if (map === null) {
          expect(genes).toEqual(names);
          return;
        }
        expect([...map]).toEqual(genes.map((gene) => shared.indexOf(gene)));
        expect(unsharedGenes(genes, map)).toEqual(genes.flatMap((name, gene) => (shared.includes(name) ? [] : [{ gene, name }])));
        expect([...genesOfFile({ toCommon: map }, names.length)]).toEqual(names.map((name) => genes.indexOf(name)));
      });
    }));
  });

  test('same takes other orders and nothing else', () => {
    const { names, maps } = commonGenes([named(['A', 'B', 'C'], 0), named(['C', 'A', 'B'], 1)], 'same');
    expect(names).toEqual(['A', 'B', 'C']);
    expect(maps).toEqual([null, Int32Array.of(2, 0, 1)]);
    expect(() => commonGenes([named(['A', 'B'], 0), named(['A', 'B', 'C'], 1)], 'same')).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'gene-mismatch' }) }));
  });

  test('no shared gene and repeated names are errors that say so', () => {
    expect(() => commonGenes([named(['A'], 0), named(['B'], 1)], 'inner')).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'nothing-left' }) }));
    expect(() => commonGenes([named(['A', 'B', 'A'], 0)], 'same')).toThrow(expect.objectContaining({ data: expect.objectContaining({ kind: 'duplicate-names', facts: expect.objectContaining({ count: 1, examples: ['A'] }) }) }));
  });
});

test('a choice of common genes reaches the genes of a file', () => {
  const chosen = Int32Array.of(-1, 0, 1);
  const plate = (toCommon: Int32Array | null) => ({ toCommon }) as Plate;
  expect([...composeGeneMap(plate(Int32Array.of(2, -1, 0, 1)), chosen)]).toEqual([1, -1, -1, 0]);
  expect(composeGeneMap(plate(null), chosen)).toBe(chosen);
});
