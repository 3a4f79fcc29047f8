import { expect, test } from 'vitest';
import { profileTraining, type StepPart } from './profile.ts';

/** Steps that take so many seconds in each part. */
function profiled(parts: Readonly<Record<StepPart, number>>, steps: number) {
  let clock = 0;
  const profiler = profileTraining(() => 1000 * clock);
  for (let step = 0; step < steps; step++) {
    for (const part of ['load', 'transfer', 'forward', 'backward'] as const) {
      profiler.enter(part);
      clock += parts[part];
    }
  }
  return profiler;
}

test('every part of a step is timed; a pack is advised only when loading dominates', () => {
  // A transformer: 6 of more than 60 seconds are not worth a conversion.
  const slow = profiled({ load: 0.6, transfer: 0.1, forward: 2.5, backward: 3 }, 10).report('file');
  expect(slow.steps).toBe(10);
  expect(slow.seconds.load).toBeCloseTo(6, 9);
  expect(slow.seconds.backward).toBeCloseTo(30, 9);
  expect(slow.loadShare).toBeCloseTo(6 / 62, 9);
  expect(slow.advice).toMatch(/6\.0 of 62\.0 s .* leave it as it is/);
  const fast = profiled({ load: 3, transfer: 0.1, forward: 0.2, backward: 0.3 }, 5);
  expect(fast.report('file').advice).toMatch(/truckee pack build/);
  expect(fast.report('pack').advice).not.toMatch(/build a pack/);
});
