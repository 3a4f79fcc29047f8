import { expect, test } from 'vitest';
import { everyCell } from '../../protocol/cell-choice.ts';
import { parseWhere } from '../../protocol/where.ts';
import { whereOf } from './where-of-choice.ts';

test('labels and ranges become an expression that reads back, whatever the names', () => {
  const text = whereOf({ ...everyCell, labels: { 'drug name': ["[('5-FU', 5.0, 'uM')]", 'a\\b'] }, ranges: { total_counts: [10, 2500.5] } })!;
  expect(text).toContain('`drug name` in [');
  expect(parseWhere(text)).toEqual({
    kind: 'and', left: {
      kind: 'and', left: { kind: 'in', column: 'drug name', values: ["[('5-FU', 5.0, 'uM')]", 'a\\b'], negated: false }, right: { kind: 'compare', column: 'total_counts', op: '>=', value: 10 },
    }, right: { kind: 'compare', column: 'total_counts', op: '<=', value: 2500.5 },
  });
});

test('a lasso, or a choice of all cells, has no expression', () => {
  expect(whereOf(everyCell)).toBeNull();
  expect(whereOf({ ...everyCell, labels: { plate: ['a'] }, lasso: { basis: 'X_umap', axes: [0, 1], corners: [[0, 0], [1, 0], [1, 1]] } })).toBeNull();
});
