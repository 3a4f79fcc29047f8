import { expect, test } from 'vitest';
import fc from 'fast-check';
import { goldenAbout, goldenArrays, specExamples } from '../../fixtures/golden.ts';
import { selectOverPlates } from './plates.ts';

test('the plate rule: chosen in exactly 2 plates is out, in 3 is in', () => {
  const { min_plates, kept } = specExamples().plate_rule;
  const masks = [Uint8Array.of(1, 1), Uint8Array.of(1, 1), Uint8Array.of(0, 1), Uint8Array.of(0, 0)];
  expect([...selectOverPlates(masks, min_plates)].map(Boolean)).toEqual(kept);
});

test('golden plates: another gene order, missing genes, columns in the order of the first plate', () => {
  const golden = goldenArrays('plates', 'hvg_over_plates');
  const names = goldenAbout('plates')['names'] as string[][];
  const masks = names.map((_, plate) => Uint8Array.from(golden.integers(`mask${plate}`)));
  const order = names.map((genes) => Int32Array.from(genes, (gene) => names[0]!.indexOf(gene)));
  for (let least = 0; least < 4; least++) {
    const mask = selectOverPlates(masks, least, order);
    expect([...mask.keys()].filter((gene) => mask[gene] === 1)).toEqual([...golden.integers(`kept_more_than_${least}`)]);
  }
});

test('a gene that some plate lacks is never kept', () => {
  const masks = [Uint8Array.of(1, 1, 1), Uint8Array.of(1, 1)];
  const order = [null, Int32Array.of(2, 0)];
  expect([...selectOverPlates(masks, 0, order)]).toEqual([1, 0, 1]);
});

test('one plate keeps its own genes, and more votes never lose a gene', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 6, maxLength: 6, max: 1 }), { minLength: 1, maxLength: 5 }), (masks) => {
    expect([...selectOverPlates(masks.slice(0, 1), 0)]).toEqual([...masks[0]!]);
    const strict = selectOverPlates(masks, 1);
    selectOverPlates(masks, 0).forEach((kept, gene) => expect(kept).toBeGreaterThanOrEqual(strict[gene]!));
  }));
});
