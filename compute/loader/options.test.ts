import { expect, test } from 'vitest';
import type { LoaderOptions } from './contract.ts';
import { checkedOptions } from './options.ts';

const options = (more: object): LoaderOptions => ({ files: ['a.h5ad'], strategy: { kind: 'streaming' }, ...more });

test.each([
  ['batch', { batch: 0 }], ['batch', { batch: 1.5 }], ['fetch', { fetchFactor: -1 }], ['workers', { workers: 1000 }], ['workers', { workers: NaN }], ['rank', { rank: 2, ranks: 2 }], ['ranks', { ranks: 0 }],
  ['prefetch', { prefetch: 0 }], ['targetSum', { targetSum: 0 }], ['targetSum', { targetSum: -1 }], ['targetSum', { targetSum: NaN }], ['targetSum', { targetSum: Infinity }],
  ['join', { join: 'foo' }], ['backend', { backend: 'foo' }], ['strategy', { strategy: { kind: 'foo' } }], ['hooks', { workers: 1, hooks: { batch: () => undefined } }],
])('%s: %o is refused by its name', (parameter, more) => {
  expect(() => checkedOptions(options(more))).toThrow(expect.objectContaining({ kind: 'invalid-parameter', message: expect.stringContaining(parameter) as string }));
});

test('what is right passes, with its defaults', () => {
  expect(checkedOptions(options({ targetSum: 1e4, workers: 0, backend: 'memory', join: 'outer' }))).toEqual({ batch: 64, fetchFactor: 64, seed: 0, workers: 0, rank: 0, ranks: 1, dropLast: false });
});
