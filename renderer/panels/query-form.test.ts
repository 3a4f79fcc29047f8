import { expect, test } from 'vitest';
import { commandOf, offersOf, queryOf } from './query-form.ts';

test('names between commas are alternatives unless the whole is a known name; what is empty is not asked', () => {
  const words = { names: { drug: 'A, (hydrate)', dose: '0.5 uM, 5, much', line: ' ', plate: 'plate1,plate3' }, where: ' pcnt_mito < 0.1 ' };
  expect(queryOf(words, { drug: ['A, (hydrate)'] })).toEqual({ drug: ['A, (hydrate)'], dose: [0.5, 5], plate: ['plate1', 'plate3'], where: 'pcnt_mito < 0.1' });
  expect(queryOf(words).drug).toEqual(['A', '(hydrate)']);
  expect(queryOf({ names: {}, where: '' })).toEqual({});
});

test('the same question as a command holds whatever a shell would take for its own', () => {
  expect(commandOf({ drug: ["it's; rm -rf $HOME", 'A'], dose: [0.5], where: 'a < 1' })).toBe(String.raw`truckee query --drug 'it'\''s; rm -rf $HOME' --drug A --dose 0.5 --where 'a < 1' --out cells.h5ad`);
});

test('what can be chosen is offered once and in order', () => {
  const drug = { drug: 'B', targets: ['X', 'Y'], moaBroad: 'inhibitor', moaFine: null, approved: null, cells: 1 };
  const offers = offersOf({ drugs: [drug, { ...drug, drug: 'a', targets: ['X'] }], lines: [], plates: ['plate10', 'plate9'].map((plate) => ({ plate, samples: 1, drugs: 1, cells: 1 })) });
  expect(offers).toMatchObject({ drug: ['a', 'B'], target: ['X', 'Y'], mechanism: ['inhibitor'], plate: ['plate9', 'plate10'] });
});
