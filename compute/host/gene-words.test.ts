import { expect, test } from 'vitest';
import { failure } from '../../protocol/errors.ts';
import { withGeneName, type NamedGenes } from './gene-words.ts';

const input: NamedGenes = {
  genes: ['ACTB', 'GAPDH'],
  plates: [
    { path: '/a.h5ad', toCommon: null },
    { path: '/b.h5ad', toCommon: Int32Array.of(1, -1, 0) },
  ],
};
const bad = (path: string, gene: string) => failure('bad-values', { path, slot: 'X', problem: 'nan', row: 3, gene });

test.each([
  ['/a.h5ad', 'number 1', 'GAPDH'],
  ['/b.h5ad', 'number 0', 'GAPDH'],
  ['/b.h5ad', 'number 2', 'ACTB'],
  ['/b.h5ad', 'number 1', 'number 1'],
  ['/other.h5ad', 'number 0', 'number 0'],
])('in %s, %s is %s', (path, gene, name) => {
  expect(withGeneName(bad(path, gene), input)).toMatchObject({ data: { facts: { gene: name, row: 3 } } });
});

test('other errors pass as they are', () => {
  const other = failure('no-cells', { path: '/a.h5ad' });
  expect(withGeneName(other, input)).toBe(other);
});
