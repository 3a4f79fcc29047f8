import { describe, expect, test } from 'vitest';
import { keptBy, limitsFromRange, limitsOf, metrics } from './limits.ts';

const genes = Float32Array.from([0, 100, 250, 900, Number.NaN]);
const mt = Float32Array.from([Number.NaN, 5, 20, 80, 1]);
const column = (name: string): Float32Array | null => ({ n_genes_by_counts: genes, pct_counts_mt: mt })[name] ?? null;

describe('limits on quality', () => {
  test('both ends are kept, a missing value fails, a column that is not there decides nothing', () => {
    expect([...keptBy({ min_genes: 100, max_genes: 250 }, 5, column)]).toEqual([0, 1, 1, 0, 0]);
    expect([...keptBy({ max_pct_mt: 20 }, 5, column)]).toEqual([0, 1, 1, 0, 1]);
    expect([...keptBy({ min_counts: 1e9, max_genes: null }, 5, column)]).toEqual([1, 1, 1, 1, 1]);
  });

  test('a range becomes limits in the unit of the step; its ends mean none', () => {
    const [detected, , share] = metrics;
    expect(limitsFromRange(detected!, [Math.log1p(200), 9], [0, 9])).toEqual({ min_genes: 200, max_genes: null });
    expect(limitsFromRange(share!, [0, 12.345], [0, 100])).toEqual({ max_pct_mt: 12.3 });
    expect(limitsFromRange(detected!, null, [0, 9])).toEqual({ min_genes: null, max_genes: null });
    expect(limitsOf({ min_genes: 3, level: 'full', max_genes: null })).toEqual({ min_counts: null, max_counts: null, min_genes: 3, max_genes: null, max_pct_mt: null });
  });
});
