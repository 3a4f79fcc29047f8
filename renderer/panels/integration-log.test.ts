import { expect, test } from 'vitest';
import { readIntegrationLog } from './integration-log.ts';

const lines = [
  '[baseline] KNN backend=wasm mix=2.5756 strain=0.00029', '[iter 01] mix=2.574 overlap0=0.939 strain=0.00385 floor~0.600 J=0.155 best_it=1',
  '[iter 02] mix=2.572 overlap0=0.900 strain=0.01116 floor~0.607 J=-0.148 best_it=1', '[early stop] plateau reached.', '[final] it*=1 mix=2.574 overlap0=0.939 strain=0.00385 tw=1.000',
];

test('the published lines are read back: baseline, turns, early stop, end', () => {
  const log = readIntegrationLog(['something else', '28,672 centroids stand for 95,624,334 cells of 14 batches', ...lines]);
  expect(log.batches).toBe(14);
  expect(log.baseline).toEqual({ mix: 2.5756, strain: 0.00029 });
  expect(log.turns).toEqual([
    { it: 1, mix: 2.574, overlap0: 0.939, strain: 0.00385, floor: 0.6, J: 0.155, best: 1 }, { it: 2, mix: 2.572, overlap0: 0.9, strain: 0.01116, floor: 0.607, J: -0.148, best: 1 },
  ]);
  expect(log.stopped).toBe('plateau reached.');
  expect(log.final).toEqual({ it: 1, mix: 2.574, overlap0: 0.939, strain: 0.00385, tw: 1 });
});

test('a loop that begins anew after an interruption is shown once', () => {
  expect(readIntegrationLog([...lines.slice(0, 2), ...lines]).turns.length).toBe(2);
  expect(readIntegrationLog([])).toEqual({ batches: null, baseline: null, turns: [], stopped: null, final: null });
});
