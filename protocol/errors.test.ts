import { expect, test } from 'vitest';
import { failure } from './errors.ts';

const remedy = (...args: Parameters<typeof failure>): string => failure(...args).data.remedy;

test.each([
  ['a loader', { step: 'loader', parameter: 'batch' }, /batch in the options of openLoader; truckee bench loader --help/],
  ['sampling', { step: 'sampling', parameter: 'block' }, /block in the options of openLoader/],
  ['a split', { step: 'split', parameter: 'codes' }, /splitRows/],
  ['a command', { step: 'bench storage', parameter: 'rounds' }, /truckee bench --help/],
  ['a step', { step: 'pca', parameter: 'n_comps' }, /truckee run --help/],
])('an option is changed where it was given: %s', (_, place, words) => {
  expect(remedy('invalid-parameter', { ...place, value: '0', reason: 'a whole number is needed' })).toMatch(words);
});

test('what a loader refuses has a remedy of loaders', () => {
  expect(remedy('dataset-changed', { name: 'a', path: '/a.h5ad', opened: true })).toMatch(/open the loader again.*truckee pack build \/a\.h5ad/);
  expect(remedy('dataset-changed', { name: 'a', path: '/a.h5ad' })).toMatch(/truckee add FILE/);
  expect(remedy('gene-mismatch', { first: 'a', other: 'b', shared: 1, firstOnly: 1, otherOnly: 0, examples: [] })).toMatch(/"genes": "inner" in a recipe, join: "inner"/);
  expect(remedy('cancelled', { step: 'loading' })).toMatch(/fromBatch/);
  expect(remedy('cancelled', { step: 'pca' })).toMatch(/same command goes on/);
  expect(remedy('not-found', { what: 'pack', name: '/a.h5ad.pack', near: [] })).toBe('Make one: truckee pack build /a.h5ad');
  expect(remedy('not-found', { what: 'gene', name: 'A', near: [] })).toMatch(/truckee list/);
  expect(remedy('not-counts', { path: '/a.h5ad', slot: 'X', example: 0.5, row: 3, keeps: '--fractions' })).toMatch(/--fractions/);
  expect(remedy('unsupported-encoding', { path: '/a.h5ad.genes.pack', element: 'pack', encoding: 'version 2' })).toMatch(/truckee pack build \/a\.h5ad\)/);
  expect(remedy('memory-too-small', { step: 'x', neededBytes: 2, availableBytes: 1, instead: "Use the backend 'file'" })).toBe("Use the backend 'file'.");
  expect(remedy('memory-too-small', { step: 'x', neededBytes: 2, availableBytes: 1 })).toMatch(/--memory/);
});
