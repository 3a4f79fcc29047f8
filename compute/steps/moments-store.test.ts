import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../results/testing/python.ts';
import type { UpcomingStep } from './contract.ts';
import { loadMoments, momentsStore, saveMoments } from './moments-store.ts';

const plates = [{ nVars: 3 }, { nVars: 2 }];

function filled() {
  const store = momentsStore(plates);
  store.add(0, { kept: 2, sum: Float64Array.of(1, 2, 3), sumSq: Float64Array.of(1, 4, 9) });
  store.add(1, { kept: 5, sum: Float64Array.of(10, 20), sumSq: Float64Array.of(100, 400) });
  store.add(0, { kept: 1, sum: Float64Array.of(1, 0, 0), sumSq: Float64Array.of(1, 0, 0) });
  return store;
}

describe('moments per plate, in the genes of its own file', () => {
  test('add up plate by plate', () => {
    expect(filled().plate(0)).toEqual({ n: 3, sum: Float64Array.of(2, 2, 3), sumSq: Float64Array.of(2, 4, 9) });
    expect(filled().plate(1)).toEqual({ n: 5, sum: Float64Array.of(10, 20), sumSq: Float64Array.of(100, 400) });
  });

  test('travel to the step they were made for, and to no other', () => {
    const checkpointFolder = scratchFolder();
    const hvg: UpcomingStep = { id: 'hvg', params: {}, fingerprint: 'abc' as UpcomingStep['fingerprint'], checkpointFolder };
    saveMoments(hvg, filled());
    expect(loadMoments(checkpointFolder, 'abc', plates)!.plate(1)).toEqual(filled().plate(1));
    expect(loadMoments(checkpointFolder, 'abd', plates)).toBeNull();
    expect(loadMoments(checkpointFolder, 'abc', [{ nVars: 3 }, { nVars: 3 }])).toBeNull();
    expect(loadMoments(scratchFolder(), 'abc', plates)).toBeNull();
  });
});
